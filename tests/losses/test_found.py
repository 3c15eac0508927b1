"""A passport that turns up stays void, and is handed in (R20, R21)."""

from datetime import date

import pytest
from django.db import IntegrityError, transaction

from apps.kernel.errors import Forbidden, IllegalMove
from apps.kernel.workflow import Actor, By
from apps.losses import services
from apps.losses.models import FoundReport, LossReport
from apps.losses.services import finding
from tests.accounts.factories import AT, Phone, faults, make_citizen, make_user
from tests.losses.factories import make_officer, make_post, make_report, notified

pytestmark = pytest.mark.django_db


@pytest.fixture
def phone():
    make_post()
    return Phone(make_user())


@pytest.fixture
def report(phone):
    return make_report(make_citizen(phone.device.user))


def found(phone, report, body=None, **more):
    return phone.post(f"loss-reports/{report.pk}/found", body or {}, **more)


def test_the_citizen_says_so_and_is_told_that_it_stays_void(phone, report):
    before = phone.get(f"loss-reports/{report.pk}")
    answer = found(phone, report, {"found_on": "2026-11-22", "post": "PAR"})

    assert answer.status_code == 201
    assert answer["ETag"] != before["ETag"]
    assert answer.json()["status"] == "frozen"
    assert answer.json()["found"] == {
        "status": "found",
        "status_label": "Found, to be handed in",
        "found_on": "2026-11-22",
        "post": "PAR",
        "warning": "The passport stays void, even now that it is found. Do not travel on it. Hand it in.",
    }
    assert [stage["status"] for stage in answer.json()["timeline"]] == ["frozen", "found"]
    assert phone.get(f"loss-reports/{report.pk}").json() == answer.json()


def test_said_twice_it_counts_once(phone, report, monkeypatch):
    events = []
    monkeypatch.setattr(finding, "publish", events.append)
    first, again = found(phone, report), found(phone, report, {"found_on": "2026-11-22"})
    assert again.json() == first.json()
    assert [(event.report, event.citizen) for event in events] == [(str(report.pk), str(report.citizen_id))]


@pytest.mark.parametrize(
    ("body", "wrong"),
    [
        ({"found_on": "2026-11-20"}, {"/found_on": "found_before_loss"}),
        ({"found_on": "2999-01-01"}, {"/found_on": "in_the_future"}),
        ({"found_on": "soon"}, {"/found_on": "invalid"}),
        ({"post": "XXX"}, {"/post": "does_not_exist"}),
        ({"post": "\x00"}, {}),
        ({"status": "void"}, {"/status": "unknown_field"}),
    ],
)
def test_what_is_wrong_is_pointed_at(phone, report, body, wrong):
    answer = found(phone, report, body)
    assert (answer.status_code, faults(answer)) == (400, wrong)
    assert not FoundReport.objects.exists()


def test_someone_elses_passport_is_not_found(report):
    assert found(Phone(make_user()), report).status_code == 404
    assert not FoundReport.objects.exists()


def test_found_or_not_the_issuer_still_declares_it_void(phone, report):
    officer = make_officer()
    found(phone, report)
    notified(report, officer)
    services.declare_void(report=report, reference="88", officer=officer, at=AT)

    body = phone.get(f"loss-reports/{report.pk}").json()
    assert (body["status"], body["found"]["status"]) == ("void", "found")
    steps = {stage["status"]: stage["reference"] for stage in body["timeline"]}
    assert steps == {"frozen": "", "found": "", "issuer_notified": "RR123456785CN", "void": "88"}


def test_it_is_handed_in_once_by_who_may(phone, report):
    found(phone, report)
    kept, officer = FoundReport.objects.get(), make_officer()
    with pytest.raises(Forbidden):
        services.hand_in(found=kept, officer=make_officer(rights=[]), at=AT)
    services.hand_in(found=kept, officer=officer, at=AT)
    with pytest.raises(IllegalMove):
        services.hand_in(found=kept, officer=officer, at=AT)
    kept.refresh_from_db()
    assert (kept.status, kept.handed_in_to, kept.handed_in_at) == ("handed_in", officer, AT)
    assert LossReport.objects.get().status == "frozen"


def test_an_officer_may_note_it_too(report):
    officer = make_officer()
    kept = services.report_found(report=report, actor=Actor(By.OFFICER, officer), at=AT, found_on=date(2026, 11, 22))
    assert kept.reported_by == officer


def test_the_database_itself_wants_to_know_who_took_it_in(phone, report):
    found(phone, report)
    with pytest.raises(IntegrityError, match="taken_in_by_someone"), transaction.atomic():
        FoundReport.objects.update(status="handed_in")
