import uuid

import pytest
from django.test import Client

from apps.accounts.models import Consent, User
from apps.accounts.services import create_officer
from apps.losses.models import LossReport
from tests.accounts.factories import Phone, faults, make_citizen, make_user

pytestmark = pytest.mark.django_db


@pytest.fixture
def phone():
    return Phone(make_user())


def loss(citizen, **changes):
    return {
        "citizen": str(citizen.pk),
        "consent_version": "1",
        "passport_number": "e12345678",
        "passport_issued_by": "国家移民管理局",
        "issued_on": "2019-05-06",
        "lost_on": "2026-11-01",
        "place": "Gare du Nord",
        "country": "FR",
        "circumstances": "My bag was taken.",
    } | changes


def test_a_loss_is_reported_and_read_again(phone):
    citizen = make_citizen(phone.device.user)
    answer = phone.post("loss-reports", loss(citizen))
    body = answer.json()
    consent = Consent.objects.get()

    assert answer.status_code == 201
    assert body == {
        "id": str(LossReport.objects.get().pk),
        "citizen": str(citizen.pk),
        "status": "frozen",
        "status_label": "Reported lost, no longer valid for travel",
        "passport_number": "E12345678",
        "passport_issued_by": "国家移民管理局",
        "issued_on": "2019-05-06",
        "lost_on": "2026-11-01",
        "place": "Gare du Nord",
        "country": "FR",
        "country_label": "France",
        "circumstances": "My bag was taken.",
        "consent": {
            "purpose": "loss_declaration",
            "version": "1",
            "sha256": phone.get("consents/loss_declaration").json()["sha256"],
            "language": "en",
            "at": consent.at.isoformat().replace("+00:00", "Z"),
        },
        "post": None,
        "certificate": None,
        "timeline": [
            {"status": "frozen", "status_label": body["status_label"], "at": body["created_at"], "reference": ""}
        ],
        "found": None,
        "next_steps": body["next_steps"],
        "created_at": body["created_at"],
        "updated_at": body["updated_at"],
    }
    assert body["next_steps"][0] == "The passport can no longer be used. Do not travel on it, even if you find it."
    assert consent.device == f"Pixel 9 ({phone.device.pk})"

    again = phone.get(f"loss-reports/{body['id']}")
    assert again.json() == body
    assert again["ETag"] == answer["ETag"]
    assert phone.get(f"loss-reports/{body['id']}", HTTP_IF_NONE_MATCH=answer["ETag"]).status_code == 304
    assert phone.get("loss-reports").json()["results"] == [body]


def test_the_same_key_or_the_same_loss_is_one_report(phone):
    citizen = make_citizen(phone.device.user)
    key = {"HTTP_IDEMPOTENCY_KEY": "one-intent"}
    answers = [phone.post("loss-reports", loss(citizen), **key) for _ in range(2)]
    answers.append(phone.post("loss-reports", loss(citizen)))
    assert {answer.status_code for answer in answers} == {201}
    assert len({answer.json()["id"] for answer in answers}) == 1
    assert LossReport.objects.count() == 1


def test_a_report_without_a_key_is_not_made(phone):
    citizen = make_citizen(phone.device.user)
    answer = phone.post("loss-reports", loss(citizen), HTTP_IDEMPOTENCY_KEY="")
    assert answer.json()["code"] == "idempotency_key_required"
    assert not LossReport.objects.exists()


def test_someone_elses_report_does_not_exist(phone):
    theirs = make_user()
    made = Phone(theirs).post("loss-reports", loss(make_citizen(theirs))).json()
    refused, nobodys = phone.get(f"loss-reports/{made['id']}"), phone.get(f"loss-reports/{uuid.uuid4()}")
    assert refused.status_code == nobodys.status_code == 404
    assert refused.json() | {"request_id": ""} == nobodys.json() | {"request_id": ""}
    assert phone.get("loss-reports").json()["results"] == []


def test_for_someone_elses_citizen_nothing_is_reported(phone):
    theirs = make_citizen(make_user())
    told = []
    for pk in (theirs.pk, uuid.uuid4()):
        answer = phone.post("loss-reports", loss(theirs) | {"citizen": str(pk)})
        told.append((answer.status_code, faults(answer)))
    assert told == [(400, {"/citizen": "does_not_exist"})] * 2
    assert not LossReport.objects.exists()


def test_whoever_acts_for_the_citizen_sees_the_report(phone):
    citizen = make_citizen(phone.device.user)
    made = phone.post("loss-reports", loss(citizen)).json()
    child = Phone(make_user())
    citizen.relations.create(user=child.device.user, kind="parent")
    assert child.get(f"loss-reports/{made['id']}").json() == made


def test_what_is_wrong_is_pointed_at(phone):
    citizen = make_citizen(phone.device.user)
    answer = phone.post("loss-reports", loss(citizen, passport_number="!", lost_on="2999-01-01", country="XX"))
    assert answer.status_code == 400
    assert faults(answer) == {
        "/passport_number": "passport_number_form",
        "/lost_on": "in_the_future",
        "/country": "unknown_country",
    }


def test_another_citizens_report_is_neither_seen_nor_in_the_way(phone):
    phone.post("loss-reports", loss(make_citizen(phone.device.user)))
    other = Phone(make_user())
    answer = other.post("loss-reports", loss(make_citizen(other.device.user)))
    assert answer.status_code == 201
    assert [report["id"] for report in other.get("loss-reports").json()["results"]] == [answer.json()["id"]]


@pytest.mark.parametrize("method", ["patch", "delete", "put"])
def test_a_report_cannot_be_taken_back(method, phone):
    made = phone.post("loss-reports", loss(make_citizen(phone.device.user))).json()
    assert getattr(phone, method)(f"loss-reports/{made['id']}", {}).status_code == 405
    assert LossReport.objects.get().status == "frozen"


def test_a_list_is_a_fixed_number_of_queries(phone, django_assert_num_queries):
    citizen = make_citizen(phone.device.user)
    for number in range(5):
        phone.post("loss-reports", loss(citizen, passport_number=f"E{number}"))
    with django_assert_num_queries(3):
        assert len(phone.get("loss-reports").json()["results"]) == 5


@pytest.mark.parametrize("field", list(loss(User())))
def test_no_value_makes_it_fail(field, phone):
    citizen = make_citizen(phone.device.user)
    for value in [None, True, 10**400, "", "x" * 100_000, "\uffff", "0001-01-01", "9999-12-31", [], {}, {"a": [1]}]:
        answer = phone.post("loss-reports", loss(citizen) | {field: value})
        assert answer.status_code < 500, value


@pytest.mark.parametrize("body", [b'{"place": "a\\u0000b"}', b'{"place": "\\ud800"}', b"[]", b"null", b""])
def test_no_body_makes_it_fail(body, phone):
    assert phone.post("loss-reports", body, content_type="application/json").status_code == 400


def test_only_superusers_read_the_list_of_staff(phone):
    phone.post("loss-reports", loss(make_citizen(phone.device.user)))
    report = LossReport.objects.get()
    boss, officer = Client(), Client()
    boss.force_login(User.objects.create_superuser("boss", "correct horse battery staple"))
    officer.force_login(create_officer(username="officer", password="correct horse battery staple"))

    page = boss.get("/admin/losses/lossreport/")
    assert page.status_code == 200
    assert "E*****678" in page.content.decode()
    assert "E12345678" not in page.content.decode()
    assert boss.get(f"/admin/losses/lossreport/{report.pk}/change/").status_code == 200
    assert boss.get("/admin/losses/lossreport/add/").status_code == 403
    assert officer.get("/admin/losses/lossreport/").status_code == 403
