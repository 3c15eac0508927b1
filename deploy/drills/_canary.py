"""Somebody whose every word is recognisable, and her journey from a lost passport to her document."""

import io
from datetime import UTC, datetime, timedelta
from typing import Any, NamedTuple, Self

import httpx
from PIL import Image

from deploy.demo import pictures
from deploy.demo.desk import Desk
from deploy.demo.phone import Phone
from deploy.drills._planted import drawn
from deploy.local.console import say

CODE = "000000"
WEIGHTS = (7, 9, 10, 5, 8, 4, 2, 1, 6, 3, 7, 9, 10, 5, 8, 4, 2)


class Canary(NamedTuple):
    """``mark`` is in everything she says or shows."""

    mark: str
    name: str
    surname: str
    given_names: str
    identity_number: str
    passport: str
    email: str
    phone: str

    @classmethod
    def new(cls, mark: str) -> Self:
        turn = int(mark, 16)
        digits = f"11010119900101{turn % 1000:03d}"
        rest = sum(int(digit) * weight for digit, weight in zip(digits, WEIGHTS, strict=True)) % 11
        return cls(
            mark=f"canary{mark}",
            name="欧阳金丝雀",
            surname="OUYANG",
            given_names="JINSIQUE",
            identity_number=digits + "10X98765432"[rest],
            passport=f"E{turn % 10**8:08d}",
            email=f"canary{mark}@sandbox.example",
            phone=f"+336{turn % 10**8:08d}",
        )

    @property
    def printed(self) -> str:
        return f"{self.surname} {self.given_names}"

    @property
    def words(self) -> tuple[str, ...]:
        return (
            *(self.mark, self.name, self.printed, self.surname, self.given_names),
            *(self.identity_number, self.passport, self.email, self.phone),
        )

    def marked(self, picture: bytes) -> bytes:
        """The mark in a comment, in the EXIF, after the end of the picture, and to be seen in it."""
        out, exif = io.BytesIO(), Image.Exif()
        exif[0x010E] = self.mark
        drawn(picture, self.mark).save(out, "JPEG", quality=90, exif=exif, comment=self.mark.encode())
        return out.getvalue() + self.mark.encode()


def live(phone: Phone, desk: Desk, canary: Canary, logins: dict[str, Any]) -> str:
    """Everything up to a document in her hands and a copy of her data; answers the citizen's id."""
    phone.sign_in(canary.email, CODE)
    citizen = _introduce(phone, canary)
    case = _apply(phone, canary, citizen)
    say("she has applied")
    _review(desk, logins, case)
    _pay(phone, case["id"])
    path = f"/api/v1/cases/{case['id']}"
    phone.wait(path, lambda found: found["stage"] == "ready_to_collect", "the document is made")
    desk.move(case["id"], "hand_over")
    desk.sign_out()
    say("she has her document")
    phone.post(f"/api/v1/citizens/{citizen}/export")
    phone.wait(f"/api/v1/citizens/{citizen}/export", lambda found: found["status"] == "ready", "her data is copied")
    phone.read(phone.get(f"/api/v1/citizens/{citizen}/export/content")["url"])
    say("she has a copy of her data")
    return citizen


def _introduce(phone: Phone, canary: Canary) -> str:
    made = phone.post(
        "/api/v1/citizens",
        kind="self",
        name=canary.name,
        surname=canary.surname,
        given_names=canary.given_names,
        born_on="1990-01-01",
        sex="F",
        place_of_birth="BEIJING",
        identity_number=canary.identity_number,
        consent_version=phone.get("/api/v1/consents/personal_data")["version"],
    )
    return str(made["id"])


def _apply(phone: Phone, canary: Canary, citizen: str) -> dict[str, Any]:
    report = phone.post(
        "/api/v1/loss-reports",
        citizen=citizen,
        consent_version=phone.get("/api/v1/consents/loss_declaration")["version"],
        passport_number=canary.passport,
        passport_issued_by="国家移民管理局",
        lost_on=_day(-2),
        place=f"Gare du Nord {canary.mark}",
        country="FR",
        circumstances=f"My bag was taken. {canary.mark}",
    )
    post = phone.get("/api/v1/posts/competent", country="FR", address="12 rue de Rivoli, Paris")["results"][0]
    started = phone.post("/api/v1/travel-documents", citizen=citizen, post=post["post"]["code"])
    case = started["case"]["id"]
    path = f"/api/v1/travel-documents/{case}"
    phone.patch(path, version=phone.version(path), stay="short_stay", reason="stolen", loss_report=report["id"])
    phone.patch(path, version=phone.version(path), **_answers(canary))
    for material, picture, kind in [
        ("photo", pictures.portrait(), "photo"),
        ("identity_proof", pictures.paper("IDENTITY"), "paper"),
        ("presence_proof", pictures.paper("STAMP"), "paper"),
    ]:
        file = phone.upload(canary.marked(picture), citizen=citizen, kind=kind)
        phone.post(f"/api/v1/cases/{case}/attachments", material=material, file=file)
    return dict(phone.post(f"/api/v1/cases/{case}/moves", name="submit", note=canary.mark))


def _answers(canary: Canary) -> dict[str, Any]:
    return {
        "declares_nationality": True,
        "destination": "上海 SHANGHAI",
        "transit": ["DE"],
        "travel_on": _day(7),
        "arrived_on": _day(-20),
        "address": f"12 rue de Rivoli {canary.mark}",
        "home_address": f"上海市静安区 {canary.mark}",
        "employer": canary.mark,
        "phone": canary.phone,
    }


def _review(desk: Desk, logins: dict[str, Any], case: dict[str, Any]) -> None:
    officer = next(found for found in logins["officers"] if found["post"] == case["post"])
    desk.sign_in(officer["username"], officer["password"])
    desk.find(case["number"])
    desk.move(case["id"], "claim")
    desk.look_at_papers(case["id"])
    desk.move(case["id"], "approve")


def _pay(phone: Phone, case: str) -> None:
    path = f"/api/v1/cases/{case}"
    phone.wait(path, lambda found: found["stage"] == "payment_due", "the fee is due")
    payment = phone.post(f"{path}/payments", provider="sandbox")
    attempt = f"/api/v1/payments/{payment['id']}"
    ready = phone.wait(attempt, lambda found: found["checkout_url"], "there is a page to pay on")
    with httpx.Client(timeout=30, follow_redirects=False) as payer:
        payer.get(ready["checkout_url"]).raise_for_status()
        payer.post(ready["checkout_url"], data={"action": "pay"})
    phone.wait(attempt, lambda found: found["status"] == "captured", "the notice arrives")


def _day(offset: int) -> str:
    return (datetime.now(tz=UTC).date() + timedelta(days=offset)).isoformat()
