"""Citizens for a drill, made over HTTP as their phones would: with a loss, a draft, a paper and a helper."""

import time
import uuid
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from typing import Any

import httpx

from deploy.demo import pictures
from deploy.demo.journey import CODE

PATIENCE = 30.0


@dataclass
class Caller:
    """A signed-in phone that says what it is answered, wanted or not."""

    http: httpx.Client
    token: str = ""
    address: str = ""
    ids: dict[str, str] = field(default_factory=dict)

    def send(self, method: str, path: str, body: Any = None, **headers: str) -> httpx.Response:
        """One request. A POST carries a key of its own."""
        given = {"Authorization": f"Bearer {self.token}"} if self.token else {}
        if method == "POST":
            given["Idempotency-Key"] = uuid.uuid4().hex
        more: dict[str, Any] = {} if body is None else {"json": body}
        return self.http.request(method, path, headers=given | headers, **more)

    def made(self, method: str, path: str, **body: Any) -> Any:
        """The answer of a request that must succeed. Raises ``LookupError`` when it does not."""
        answer = self.send(method, path, body or None)
        if answer.is_error:
            raise LookupError(f"{method} {path}: {answer.status_code} {answer.text[:300]}")
        return answer.json() if answer.content else None

    def edit(self, path: str, **body: Any) -> Any:
        version = self.send("GET", path).headers["ETag"]
        answer = self.send("PATCH", path, body, **{"If-Match": version})
        return answer.raise_for_status().json()


def sign_in(http: httpx.Client, address: str = "") -> Caller:
    """On a new phone; without an address, somebody new."""
    caller = Caller(http, address=address or f"{uuid.uuid4().hex}@sandbox.example")
    challenge = caller.made("POST", "/api/v1/auth/challenges", to=caller.address)["challenge"]
    told = caller.made("POST", "/api/v1/auth/tokens", challenge=challenge, code=CODE, device_name="drill")
    caller.token = told["token"]
    return caller


def newcomer(http: httpx.Client) -> Caller:
    """Somebody with one of everything that a phone can make; the ids by the noun of their address."""
    caller = sign_in(http)
    citizen = enter(caller)
    report = lose_passport(caller, citizen)
    case = caller.made("POST", "/api/v1/travel-documents", citizen=citizen, post="PAR")["case"]
    consent = caller.made("GET", "/api/v1/consents")["results"]
    caller.ids |= {"citizens": citizen, "loss-reports": report["id"], "cases": case["id"]}
    caller.ids |= {"travel-documents": case["id"], "consents": consent[0]["id"]}
    caller.ids["devices"] = caller.made("GET", "/api/v1/devices")["results"][0]["id"]
    return caller


def enter(caller: Caller) -> str:
    """The caller as a citizen."""
    consent = caller.made("GET", "/api/v1/consents/personal_data")
    facts = {"kind": "self", "name": "李娜", "surname": "LI", "given_names": "NA", "sex": "F"}
    facts |= {"born_on": "1990-01-01", "place_of_birth": "BEIJING", "consent_version": consent["version"]}
    return str(caller.made("POST", "/api/v1/citizens", **facts)["id"])


def lose_passport(caller: Caller, citizen: str) -> Any:
    consent = caller.made("GET", "/api/v1/consents/loss_declaration")
    facts = {"citizen": citizen, "consent_version": consent["version"], "lost_on": day(-2), "country": "FR"}
    facts |= {"passport_number": f"E{uuid.uuid4().int % 10**8:08d}", "passport_issued_by": "国家移民管理局"}
    facts |= {"issued_on": "2019-05-06", "place": "Gare du Nord, Paris", "circumstances": "My bag was taken."}
    return caller.made("POST", "/api/v1/loss-reports", **facts)


def upload(caller: Caller, content: bytes, *, kind: str = "photo", content_type: str = "image/jpeg") -> str:
    """Announced, sent and completed; what became of it, the worker says later."""
    facts = {"citizen": caller.ids["citizens"], "kind": kind, "content_type": content_type, "size": len(content)}
    made = caller.made("POST", "/api/v1/files", **facts)
    address = made["upload"]
    authorization = {"Authorization": f"Bearer {caller.token}"}
    caller.http.put(address["url"], content=content, headers=authorization | address["headers"]).raise_for_status()
    caller.made("POST", f"/api/v1/files/{made['file']['id']}/complete")
    return str(made["file"]["id"])


def portrait() -> bytes:
    return pictures.portrait()


def helper_of(caller: Caller, *scopes: str) -> Caller:
    """Somebody else, whom the caller has given these rights and who accepted them."""
    facts = {"scopes": list(scopes), "expires_at": (datetime.now(tz=UTC) + timedelta(days=30)).isoformat()}
    mandate = caller.made("POST", f"/api/v1/citizens/{caller.ids['citizens']}/mandates", **facts)
    code = caller.made("POST", f"/api/v1/mandates/{mandate['id']}/code")["code"]
    helper = sign_in(caller.http)
    helper.made("POST", "/api/v1/mandates/acceptances", code=code)
    caller.ids["mandates"] = helper.ids["mandates"] = mandate["id"]
    return helper


def day(offset: int) -> str:
    return (datetime.now(tz=UTC).date() + timedelta(days=offset)).isoformat()


def submitted(http: httpx.Client, post: str = "PAR") -> tuple[Caller, str]:
    """A newcomer whose application lies at the post; the case's id."""
    caller, case = ready(http, post)
    caller.made("POST", f"/api/v1/cases/{case}/moves", name="submit")
    return caller, case


def ready(http: httpx.Client, post: str = "PAR") -> tuple[Caller, str]:
    """A newcomer whose application lacks nothing but its submission; the case's id."""
    caller = newcomer(http)
    path = f"/api/v1/travel-documents/{caller.ids['cases']}"
    caller.edit(path, stay="short_stay", reason="stolen", loss_report=caller.ids["loss-reports"], post=post)
    said = {"declares_nationality": True, "destination": "SHANGHAI", "transit": [], "travel_on": day(7)}
    said |= {
        "arrived_on": day(-20),
        "address": "12 rue de Rivoli, Paris",
        "home_address": "上海市",
        "phone": "+33612345678",
    }
    caller.edit(path, **said)
    for material, picture, kind in (
        ("photo", pictures.portrait(), "photo"),
        ("identity_proof", pictures.paper("IDENTITY CARD"), "paper"),
        ("presence_proof", pictures.paper("ENTRY STAMP"), "paper"),
    ):
        file = upload(caller, picture, kind=kind)
        _until_clean(caller, file)
        caller.ids["files"] = file
        caller.made("POST", f"/api/v1/cases/{caller.ids['cases']}/attachments", material=material, file=file)
    return caller, caller.ids["cases"]


def _until_clean(caller: Caller, file: str) -> None:
    until = time.monotonic() + PATIENCE
    while (found := caller.made("GET", f"/api/v1/files/{file}"))["status"] != "clean":
        if time.monotonic() > until or found["status"] == "rejected":
            raise LookupError(f"a paper was not cleaned: {found}")
        time.sleep(0.2)
