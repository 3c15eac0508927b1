"""Somebody with something in every table, all of it recognisable."""

import io
import json
from datetime import timedelta
from zipfile import ZipFile

from django.db.models.functions import Now
from django.utils.timezone import now
from PIL import Image

from apps.accounts.models import Device, User
from apps.cases import services as cases
from apps.cases.models import Case
from apps.kernel.workflow import Actor, By
from apps.losses import services as losses
from apps.outbox import services as outbox
from apps.outbox.models import Delivery
from apps.travel_documents.models import TravelDocument
from tests.accounts.factories import identity_number, make_citizen, make_device, make_user
from tests.cases.factories import EMERGENCY, KIND, make_officer, make_post
from tests.documents.factories import cleaned, issued

QUEUES = ("default", "files", "documents", "payments", "messages")

NAME, SURNAME, GIVEN = "欧阳金丝雀", "OUYANG", "JINSIQUE"
NUMBER = identity_number(order="737")
PASSPORT = "E73737373"
EMAIL = "jinsique.ouyang@sandbox.example"
PHONE = "+33737373737"
SAID = "canary-was-said"
DRAWN = b"canary-in-a-scan"
CANARIES = [NAME, SURNAME, GIVEN, NUMBER, PASSPORT, EMAIL, PHONE, SAID, DRAWN.decode()]


def workers_work() -> None:
    """Until nothing is left to do, also of what was put off until later."""
    for _turn in range(3):
        while sum(outbox.drain(queue=queue) for queue in QUEUES):
            pass
        if not Delivery.objects.open().exclude(due_at=None).update(due_at=Now()):
            break


def scan() -> bytes:
    """A photographed paper with a comment, a description in its EXIF, and the same bytes after its end."""
    out, exif = io.BytesIO(), Image.Exif()
    exif[0x010E] = DRAWN.decode()
    Image.new("RGB", (700, 900), (200, 200, 190)).save(out, "JPEG", exif=exif, comment=DRAWN)
    return out.getvalue() + DRAWN


def canary() -> tuple[User, Case]:
    """An account with one citizen, a loss, a withdrawn application, papers and an issued document."""
    user = make_user(email=EMAIL, phone=PHONE)
    Device.objects.filter(pk=make_device(user)[0].pk).update(name=f"{SURNAME}'s phone")
    facts = {"name": NAME, "surname": SURNAME, "given_names": GIVEN, "identity_number": NUMBER}
    citizen = make_citizen(user, **facts)
    case = case_of(user, citizen)
    losses.report(
        user=user, citizen=citizen, consent_version="1", device=f"{SURNAME}'s phone", language="en",
        passport_number=PASSPORT, passport_issued_by="国家移民管理局", lost_on=(now() - timedelta(days=2)).date(),
        place=SAID, country="FR", circumstances=SAID, at=now(),
    )  # fmt: skip
    issued(user, pdf=b"%PDF-1.7 " + SURNAME.encode(), seal=b"\xdc\x03" + SURNAME.encode(), citizen=citizen)
    workers_work()
    return user, case


def case_of(user: User, citizen) -> Case:
    post = make_post()
    case = cases.open_case(kind=KIND, citizen=citizen, post=post, actor=Actor(By.APPLICANT, user), at=now())
    Case.objects.filter(pk=case.pk).update(service=EMERGENCY)
    TravelDocument.objects.create(case=case, address=SAID, phone=PHONE, employer=SAID)
    file = cleaned(user, scan(), kind="paper", citizen=citizen)
    case.attachments.create(material="identity_proof", file=file, attached_at=now())
    return withdrawn(case, user)


def withdrawn(case: Case, user: User) -> Case:
    """With words of hers on it, as they would be from a journey."""
    cases.move(case=case, name="withdraw", actor=Actor(By.APPLICANT, user), at=now(), note=SAID)
    holder = {"name": NAME, "surname": SURNAME, "given_names": GIVEN, "identity_number": NUMBER}
    Case.objects.filter(pk=case.pk).update(particulars=holder, ship_to=SAID, tracking=SAID)
    case.refresh_from_db()
    return case


def unpacked(content: bytes) -> dict[str, bytes]:
    pack = ZipFile(io.BytesIO(content))
    assert pack.testzip() is None
    return {name: pack.read(name) for name in pack.namelist()}


def table(pack: dict[str, bytes], holding: str, place: int = 0):
    return json.loads(pack[f"{holding}.json"])["tables"][place]


__all__ = ["CANARIES", "canary", "make_officer", "scan", "table", "unpacked", "workers_work"]
