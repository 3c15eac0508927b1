"""From a lost passport to a verified document."""

import json
import subprocess
import sys
import time
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import httpx

from deploy.demo import pictures
from deploy.demo.contract import Contract
from deploy.demo.desk import Desk
from deploy.demo.phone import Phone

CODE = "000000"
"""What the sandbox's own addresses accept."""


class Story:
    """Says each step as it is done, with the seconds it took."""

    def __init__(self) -> None:
        self._count = 0
        self._since = time.monotonic()

    def done(self, text: str) -> None:
        self._count += 1
        took = time.monotonic() - self._since
        print(f"  {self._count:2}. {text}  ({took:.1f} s)", flush=True)
        self._since = time.monotonic()


def play(*, base_url: str, staff_url: str, logins: dict[str, Any], folder: Path) -> None:
    """Raises what went wrong; otherwise ``folder`` holds the document and what the citizen was told."""
    story = Story()
    with httpx.Client(base_url=base_url, timeout=30) as http, httpx.Client(base_url=staff_url, timeout=30) as browser:
        schema = http.get("/api/v1/schema", headers={"Accept": "application/vnd.oai.openapi+json"}).json()
        phone = Phone(http, Contract(schema), language="zh-Hans")
        desk = Desk(browser)
        case = _apply(phone, story)
        _review(desk, logins, case, story)
        _pay(phone, case, story)
        _receive(phone, case, folder, story)
        _verify(folder, story)
        desk.sign_out()


def _apply(phone: Phone, story: Story) -> dict[str, Any]:
    address = f"li.na.{int(time.time())}@sandbox.example"
    phone.sign_in(address, CODE)
    story.done(f"signed in by one-time code as {address}")
    citizen = _introduce(phone)
    story.done("said who she is; the spelling was suggested as LI NA")
    post = phone.get("/api/v1/posts/competent", country="FR", address="12 rue de Rivoli, Paris")["results"][0]
    story.done(f"learned which post is competent: {post['post']['name']}")
    report = _report_loss(phone, citizen)
    story.done("reported the loss: the passport is frozen")
    case = _fill_in(phone, citizen, post["post"]["code"], report)
    story.done(f"applied, draft saved on the server: {case['number']}")
    _send_papers(phone, case["id"], citizen)
    story.done("sent photo and papers; a worker has cleaned them")
    moved = phone.post(f"/api/v1/cases/{case['id']}/moves", name="submit")
    story.done(f"submitted: {moved['stage_label']}, expected on {moved['expected_on']}")
    return dict(moved)


def _introduce(phone: Phone) -> str:
    suggested = phone.post("/api/v1/names/suggestions", name="李娜")
    consent = phone.get("/api/v1/consents/personal_data")
    made = phone.post(
        "/api/v1/citizens",
        kind="self",
        name="李娜",
        surname=suggested["surname"],
        given_names=suggested["given_names"],
        born_on="1990-01-01",
        sex="F",
        place_of_birth="BEIJING",
        identity_number=None,
        consent_version=consent["version"],
    )
    return str(made["id"])


def _report_loss(phone: Phone, citizen: str) -> str:
    consent = phone.get("/api/v1/consents/loss_declaration")
    report = phone.post(
        "/api/v1/loss-reports",
        citizen=citizen,
        consent_version=consent["version"],
        passport_number=f"E{int(time.time()) % 10**8:08d}",
        passport_issued_by="国家移民管理局",
        issued_on="2019-05-06",
        lost_on=_day(-2),
        place="Gare du Nord, Paris",
        country="FR",
        circumstances="My bag was taken in the station hall.",
    )
    return str(report["id"])


def _fill_in(phone: Phone, citizen: str, post: str, report: str) -> dict[str, Any]:
    route = phone.post("/api/v1/travel-documents/routing", stay="short_stay", reason="stolen")
    started = phone.post("/api/v1/travel-documents", citizen=citizen, post=post)
    path = f"/api/v1/travel-documents/{started['case']['id']}"
    phone.patch(path, version=phone.version(path), stay="short_stay", reason="stolen", loss_report=report)
    saved = phone.patch(
        path,
        version=phone.version(path),
        declares_nationality=True,
        destination="上海 SHANGHAI",
        transit=["DE"],
        travel_on=_day(7),
        arrived_on=_day(-20),
        address="12 rue de Rivoli, 75004 Paris",
        home_address="上海市静安区南京西路1号",
        employer="",
        phone="+33612345678",
    )
    if not route["here"]:
        raise LookupError("the routing rule sends a short-stay visitor elsewhere")
    return dict(saved["case"])


def _send_papers(phone: Phone, case: str, citizen: str) -> None:
    for material, picture, kind in [
        ("photo", pictures.portrait(), "photo"),
        ("identity_proof", pictures.paper("身份证 IDENTITY CARD"), "paper"),
        ("presence_proof", pictures.paper("入境章 ENTRY STAMP"), "paper"),
    ]:
        file = phone.upload(picture, citizen=citizen, kind=kind)
        phone.post(f"/api/v1/cases/{case}/attachments", material=material, file=file)
    checked = phone.post(f"/api/v1/cases/{case}/validate")
    if not checked["ready"]:
        raise LookupError(f"the application is not complete: {checked['problems']}")


def _review(desk: Desk, logins: dict[str, Any], case: dict[str, Any], story: Story) -> None:
    officer = next(found for found in logins["officers"] if found["post"] == case["post"])
    desk.sign_in(officer["username"], officer["password"])
    desk.find(case["number"])
    story.done(f"{officer['username']} found it in the queue of the post")
    desk.move(case["id"], "claim")
    desk.look_at_papers(case["id"])
    desk.move(case["id"], "approve")
    story.done("claimed it, looked at the papers, approved")


def _pay(phone: Phone, case: dict[str, Any], story: Story) -> None:
    path = f"/api/v1/cases/{case['id']}"
    phone.wait(path, lambda found: found["stage"] == "payment_due", "the fee is due")
    price = phone.get(f"{path}/quote")
    ways = phone.get(f"{path}/payments/ways")
    if "wechat_pay" not in {way["code"] for way in ways}:
        raise LookupError(f"WeChat Pay is not offered: {ways}")
    payment = phone.post(f"{path}/payments", provider="wechat_pay", channel="page")
    attempt = f"/api/v1/payments/{payment['id']}"
    ready = phone.wait(attempt, lambda found: found["checkout_url"], "there is a page to pay on")
    with httpx.Client(timeout=30, follow_redirects=False) as payer:
        payer.get(ready["checkout_url"]).raise_for_status()
        payer.post(ready["checkout_url"], data={"action": "pay"})
    phone.wait(attempt, lambda found: found["status"] == "captured", "the notice arrives")
    story.done(f"paid {price['total_text']} with WeChat Pay")


def _receive(phone: Phone, case: dict[str, Any], folder: Path, story: Story) -> None:
    path = f"/api/v1/cases/{case['id']}"
    done = phone.wait(path, lambda found: found["stage"] == "ready_to_collect", "the document is made")
    story.done(f"a worker made the document: {done['stage_label']}")
    document = phone.get("/api/v1/documents")["results"][0]
    address = phone.get(f"/api/v1/documents/{document['id']}/pdf")["url"]
    (folder / "travel-document.pdf").write_bytes(phone.read(address))
    inbox = phone.wait("/api/v1/messages", lambda found: len(found["results"]) >= 6, "she was told of every step")  # noqa: PLR2004
    told = {"inbox": inbox["results"], "timeline": phone.get(f"{path}/timeline")}
    (folder / "citizen.json").write_text(json.dumps(told, ensure_ascii=False, indent=2), encoding="utf-8")
    story.done(f"she has document {document['number']} and {len(inbox['results'])} messages in her inbox")


def _verify(folder: Path, story: Story) -> None:
    """As a border would: the command, the certificates, no database."""
    trust = folder / "certificates"
    manage = [sys.executable, "manage.py"]
    subprocess.run([*manage, "seal_keys", "--export", str(trust)], check=True, capture_output=True)
    command = [*manage, "verify", "--trust", str(trust), str(folder / "travel-document.pdf")]
    answer = subprocess.run(command, check=False, capture_output=True, text=True)
    verdict = json.loads(answer.stdout or '{"verdict": "no answer"}')
    (folder / "verdict.json").write_text(answer.stdout, encoding="utf-8")
    if verdict["verdict"] != "VALID":
        raise LookupError(f"the document does not verify: {answer.stdout[:500]} {answer.stderr[-500:]}")
    story.done("verified offline: VALID")


def _day(offset: int) -> str:
    return (datetime.now(tz=UTC).date() + timedelta(days=offset)).isoformat()
