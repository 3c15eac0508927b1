"""Someone else's object does not exist: generated from the schema, so that no new address can forget it."""

import re
import uuid
from datetime import date

import pytest
from django.utils.timezone import now

from apps.accounts.models import Citizen, Device
from apps.cases.models import Case
from apps.documents import services as documents
from apps.documents.services import addresses
from apps.documents.statuses import FileStatus
from apps.kernel.workflow import Actor, By
from apps.notifications.services import tell
from apps.payments import services as payments
from tests.accounts.factories import make_mandate
from tests.cases.factories import AT, make_applicant, make_case, make_file
from tests.journeys.people import Phone, contract

pytestmark = pytest.mark.django_db

PUBLIC = {
    "/api/v1/posts/{code}",
    "/api/v1/consents/{purpose}",
    "/api/v1/payments/notices/{merchant}",
}
"""Addresses with a parameter that name nobody's property."""

OPERATIONS = [
    pytest.param(method.upper(), path, id=f"{method.upper()} {path}")
    for path, methods in contract()._schema["paths"].items()
    for method in methods
    if "{" in path and path not in PUBLIC
]


@pytest.fixture
def theirs():
    """One of everything, all of it somebody else's: the id by the first words of the address."""
    case = make_case("payment_due")
    owner = case.applicant
    quote = payments.quote(payable=case.payable, post=case.post, service=case.service, components=["base"], at=AT)
    document = documents.reserve(
        kind="travel_document",
        subject=case.payable,
        holder=str(case.citizen_id),
        owner=owner,
        citizen=case.citizen,
        issued_on=date(2026, 11, 23),
        expires_on=date(2026, 12, 23),
    )
    documents.mark_issued(issue=document, sha256="0" * 64, seal=b"seal", at=AT)
    file, reader = make_file(owner), Actor(By.APPLICANT, owner)
    reading = documents.read_address(file=file, actor=reader, session="theirs", at=now()).url.rpartition("/")[2]
    announced = make_file(owner, status=FileStatus.EXPECTED)
    upload = addresses.to_upload(file=announced.pk, actor=reader, at=now(), headers={}).url.rpartition("/")[2]
    message = tell(
        user=owner,
        template="review_started",
        subject=case.payable,
        facts={"number": case.number, "post": case.post_id, "expected_on": "2026-11-27", "link": ""},
        at=AT,
        dedupe="x",
    )
    return {
        "cases": case.pk,
        "attachment": case.attachments.first().pk,
        "travel-documents": case.pk,
        "citizens": case.citizen_id,
        "mandates": make_mandate(case.citizen, make_applicant(), "apply", granted_by=owner).pk,
        "consents": case.travel_document.loss_report.consent_id,
        "loss-reports": case.travel_document.loss_report_id,
        "files": file.pk,
        "readings": reading,
        "reading": reading,
        "uploads": upload,
        "upload": upload,
        "documents": document.pk,
        "payments": payments.open_payment(quote=quote, provider="sandbox", user=owner, at=AT).pk,
        "messages": message.pk,
        "devices": Phone(owner).device.pk,
    }


def address(path: str, ids: dict) -> str:
    """The address with their ids in it. A parameter this test cannot fill is a hole in it, so it fails."""
    noun = path.removeprefix("/api/v1/").split("/{")[0].rpartition("/")[2]
    first = re.sub(r"\{(?:id|case)\}", str(ids[noun]), path, count=1)
    return re.sub(r"\{(\w+)\}", lambda found: str(ids[found[1]]), first)


def strange(path: str) -> str:
    """The same address with ids nobody has."""
    return re.sub(r"\{attachment\}", "999999999", re.sub(r"\{(?:id|case)\}", str(uuid.uuid4()), path))


@pytest.mark.parametrize(("method", "path"), OPERATIONS)
def test_someone_elses_object_is_as_if_it_did_not_exist(method, path, theirs):
    phone = Phone(make_applicant())
    body = None if method in {"GET", "DELETE"} else {}
    version = '"1.en"' if method == "PATCH" else ""

    refused = phone.send(method, address(path, theirs), body, version=version)
    nobodys = phone.send(method, strange(path), body, version=version)

    assert refused.status_code == nobodys.status_code == 404
    assert {**refused.parsed, "request_id": ""} == {**nobodys.parsed, "request_id": ""}


@pytest.mark.parametrize(("method", "path"), OPERATIONS)
def test_nothing_is_shown_to_somebody_who_is_not_signed_in(method, path, theirs):
    refused = Phone(None).send(method, address(path, theirs), None if method in {"GET", "DELETE"} else {})

    assert refused.status_code == 401
    assert refused.parsed["code"] == "not_signed_in"


CHANGES = [found for found in OPERATIONS if found.values[0] != "GET"]
READS_BY_POST = {"/api/v1/cases/{id}/validate"}
"""Changes nothing: whoever may look may ask what is missing."""


@pytest.mark.parametrize(("method", "path"), CHANGES)
def test_a_helper_with_too_little_scope_finds_nothing_to_change(method, path, theirs):
    helper = make_applicant()
    make_mandate(Citizen.objects.get(pk=theirs["citizens"]), helper, "view")
    phone = Phone(helper)
    body, version = (None if method == "DELETE" else {}), ('"1.en"' if method == "PATCH" else "")

    refused = phone.send(method, address(path, theirs), body, version=version)
    nobodys = phone.send(method, strange(path), body, version=version)

    assert phone.get(f"/api/v1/citizens/{theirs['citizens']}").status_code == 200
    assert nobodys.status_code == 404
    if path not in READS_BY_POST:
        assert {**refused.parsed, "request_id": ""} == {**nobodys.parsed, "request_id": ""}


@pytest.mark.parametrize(("method", "path"), OPERATIONS)
def test_a_device_on_probation_reaches_nothing_of_its_own_account(method, path, theirs):
    """The thief's phone, signed in to the very account that owns all of it."""
    thief = Phone(Case.objects.get(pk=theirs["cases"]).applicant)
    Device.objects.filter(pk=thief.device.pk).update(trusted_at=None, trusted_by="")
    body, version = (None if method in {"GET", "DELETE"} else {}), ('"1.en"' if method == "PATCH" else "")

    refused = thief.send(method, address(path, theirs), body, version=version)
    nobodys = thief.send(method, strange(path), body, version=version)

    assert (refused.status_code, refused.parsed["code"]) == (403, "device_on_probation")
    assert {**refused.parsed, "request_id": ""} == {**nobodys.parsed, "request_id": ""}


def test_a_list_shows_only_ones_own():
    mine, other = make_case("submitted"), make_case("submitted")

    listed = Phone(mine.applicant).get("/api/v1/cases").parsed["results"]

    assert [case["id"] for case in listed] == [str(mine.pk)]
    assert str(other.pk) not in str(listed)


@pytest.mark.parametrize("field", ["citizen", "loss_report"])
def test_someone_elses_object_cannot_be_put_into_an_application(field):
    mine, theirs = make_case("draft"), make_case("draft")
    values = {"citizen": str(theirs.citizen_id), "loss_report": str(theirs.travel_document.loss_report_id)}
    phone = Phone(mine.applicant)

    if field == "citizen":
        refused = phone.post("/api/v1/travel-documents", citizen=values["citizen"], post="PAR")
    else:
        path = f"/api/v1/travel-documents/{mine.pk}"
        refused = phone.patch(path, phone.get(path).headers["ETag"], loss_report=values["loss_report"])

    assert refused.status_code == 400
    assert refused.parsed["errors"] == [
        {"pointer": f"/{field}", "code": "does_not_exist", "detail": "This does not exist."}
    ]


def test_someone_elses_file_cannot_be_attached():
    case, stranger = make_case("draft"), make_applicant()
    file = make_file(stranger)

    refused = Phone(case.applicant).post(f"/api/v1/cases/{case.pk}/attachments", material="photo", file=str(file.pk))

    assert refused.status_code == 404
