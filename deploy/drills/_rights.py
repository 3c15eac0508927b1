"""What the sender does not own (A3), and what one officer may not decide alone (A4)."""

import threading
import uuid
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from typing import Any

import httpx
import psycopg2  # type: ignore[import-untyped]

from deploy.demo.desk import ADMIN, Desk, Form
from deploy.drills import _people as people
from deploy.drills._site import Found, Site

OWNED = ("status", "owner", "post_id", "paid", "verified", "is_staff", "is_superuser", "created_at", "version")
SESSIONS = 6
SCHEMA = {"Accept": "application/vnd.oai.openapi+json"}
MOVING = ("accounts_device", "accounts_tally", "accounts_challenge", "audit_entry", "kernel_answer", "django_session")
"""Tables that change whenever somebody asks anything."""


def mass_assignment(site: Site) -> Found:
    """A3: every writable operation of the schema, with the column of every table."""
    caller = people.newcomer(site.http)
    schema = site.http.get("/api/v1/schema", headers=SCHEMA).json()
    columns = {
        name
        for (name,) in site.ask(
            "SELECT DISTINCT column_name FROM information_schema.columns WHERE table_schema = 'public'"
        )
    }
    columns |= set(OWNED)
    before, bad, tried = _content(site), [], 0
    for method, path, known in writable(schema):
        foreign = sorted(columns - known)
        answer = _send(caller, method, filled(path, caller.ids), dict.fromkeys(foreign, "1"))
        pointed = {
            fault["pointer"][1:] for fault in answer.json().get("errors", ()) if fault["code"] == "unknown_field"
        }
        tried += 1
        if answer.status_code != httpx.codes.BAD_REQUEST or pointed < set(foreign):
            bad.append(f"{method} {path}: {answer.status_code}, {len(pointed)} of {len(foreign)} refused")
    changed = [table for table, content in _content(site).items() if content != before[table]]
    told = f"{tried} operations × {len(columns)} columns: all refused by name; tables changed: {changed}"
    return Found("A3", not bad and not changed, told if not bad else f"{told}; BAD: {bad}")


def writable(schema: dict[str, Any]) -> Iterator[tuple[str, str, set[str]]]:
    """Method, path and the fields that may be sent, of every operation that takes JSON."""
    for path, methods in schema["paths"].items():
        for method, operation in methods.items():
            body = operation.get("requestBody", {}).get("content", {}).get("application/json")
            if body:
                named = body["schema"].get("$ref", "").rpartition("/")[2]
                known = schema["components"]["schemas"][named] if named else body["schema"]
                yield method.upper(), path, set(known.get("properties", ()))


def filled(path: str, ids: dict[str, str]) -> str:
    """The caller's own thing in the place of the first parameter, or nobody's."""
    noun = path.removeprefix("/api/v1/").split("/{")[0].rpartition("/")[2]
    for name in ("id", "case"):
        path = path.replace(f"{{{name}}}", ids.get(noun, str(uuid.uuid4())))
    return path


def _send(caller: people.Caller, method: str, path: str, body: dict[str, str]) -> httpx.Response:
    version = {"If-Match": caller.send("GET", path).headers.get("ETag", "")} if method == "PATCH" else {}
    return caller.send(method, path, body, **version)


def _content(site: Site) -> dict[str, str]:
    """A fingerprint of every table that a request might change; the outbox and its workers are left out."""
    tables = [name for (name,) in site.ask("SELECT tablename FROM pg_tables WHERE schemaname = 'public' ORDER BY 1")]
    owned = [
        table
        for table in tables
        if table not in MOVING and not table.startswith(("outbox_", "audit_", "documents_", "notifications_"))
    ]
    sums = "SELECT md5(coalesce(string_agg(row::text, '|' ORDER BY row::text), '')) FROM {} AS row"
    return {table: site.ask(sums.format(f'"{table}"'))[0][0] for table in owned}


def four_eyes(site: Site) -> Found:
    """A4: in two sessions at once, through the phones' API, and by SQL as the desk's own role."""
    caller, case = people.submitted(site.http)
    first, second = site.officers("PAR")[:2]
    with httpx.Client(base_url=site.staff_url, timeout=60, trust_env=False) as browser:
        desk = Desk(browser)
        desk.sign_in(first["username"], first["password"])
        desk.move(case, "claim")
        _press(browser, case, "propose_refusal", reasons=["deception"], note="false statements")
    proposed = _status(site, case)
    alone = _at_once(site, first, case)
    noted = site.ask(NOTED, case)[0][0]
    by_phone = caller.send("POST", f"/api/v1/cases/{case}/moves", {"name": "refuse"}).status_code
    by_sql = _by_sql(site, case, first["username"])
    still = _status(site, case)
    _at_once(site, second, case)
    decided = site.ask("SELECT count(*) FROM cases_step WHERE case_id = %s AND move = 'refuse'", case)[0][0]
    refused = set(alone) == {403} and noted == SESSIONS and by_phone in {403, 404, 409} and all(by_sql.values())
    good = refused and proposed == still == "final_review" and decided == 1
    told = f"by the same officer, {SESSIONS} sessions at once: {alone}, {noted} on record, still {still}"
    told += f"; by phone: {by_phone}"
    return Found(
        "A4",
        good,
        f"{told}; by SQL as consular_staff: {by_sql}; a second officer's {SESSIONS} sessions: {decided} refusal",
    )


def _press(browser: httpx.Client, case: str, name: str, **typed: Any) -> int:
    """The button of a move with the version of the page; also where the page shows no such button."""
    address = f"{ADMIN}/cases/case/{case}/change/"
    forms = Form(browser.get(address).text).forms
    form = next((form for form in forms if form.get("move") == name), None)
    form = form or next((form for form in forms if "version" in form), {})
    answer = browser.post(address, data={**form, "move": name, **typed}, headers={"Referer": str(browser.base_url)})
    return answer.status_code


def _at_once(site: Site, officer: dict[str, str], case: str) -> list[int]:
    """One officer in many browsers, all signed in, all pressing at the same moment."""
    gate = threading.Barrier(SESSIONS)

    def run(_number: int) -> int:
        with httpx.Client(base_url=site.staff_url, timeout=60, trust_env=False) as browser:
            Desk(browser).sign_in(officer["username"], officer["password"])
            gate.wait(60)
            return _press(browser, case, "refuse")

    with ThreadPoolExecutor(SESSIONS) as pool:
        return sorted(pool.map(run, range(SESSIONS)))


def _status(site: Site, case: str) -> str:
    return str(site.ask("SELECT status FROM cases_case WHERE id = %s", case)[0][0])


NOTED = "SELECT count(*) FROM audit_entry WHERE action = 'desk_refused' AND detail ->> 'of' = %s"
FORGED = """
INSERT INTO cases_step (case_id, move, source, target, by, actor_id, at, reasons, note)
SELECT %s, 'refuse', 'final_review', 'refused', 'officer', proposed_by_id, now(), '[]', ''
FROM cases_case WHERE id = %s
"""
RAW = {
    "the status alone": ["UPDATE cases_case SET status = 'refused' WHERE id = %s"],
    "with a forged step": [FORGED, "UPDATE cases_case SET status = 'refused' WHERE id = %s"],
    "another proposer": ["UPDATE cases_case SET proposed_by_id = NULL WHERE id = %s"],
    "history": ["DELETE FROM cases_step WHERE case_id = %s"],
}


def _by_sql(site: Site, case: str, username: str) -> dict[str, str]:
    """What the database said to each; nothing where it let it pass, or there was nothing to touch: no proof then."""
    officer = site.ask("SELECT id FROM accounts_user WHERE username = %s", username)[0][0]
    return {what: _refusal(site, officer, case, statements) for what, statements in RAW.items()}


def _refusal(site: Site, officer: Any, case: str, statements: list[str]) -> str:
    connection = psycopg2.connect(site.stack.environ["DATABASE_URL_STAFF"])
    try:
        with connection.cursor() as cursor:
            cursor.execute("SELECT set_config('consular.officer', %s, true)", [str(officer)])
            for statement in statements:
                cursor.execute(statement, [case] * statement.count("%s"))
                if cursor.rowcount == 0:
                    return ""
        connection.commit()
    except psycopg2.Error as refused:
        return str(refused).splitlines()[0]
    finally:
        connection.close()
    return ""
