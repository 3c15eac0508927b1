"""A case as the phone sees it. Every answer is also held against the schema by ``Phone``."""

from datetime import timedelta

import pytest
from django.utils.timezone import now

from apps.cases import services
from apps.cases.models import Case
from apps.kernel.models import Answer
from tests.cases.factories import AT, applicant_of, make_applicant, make_case, make_draft, make_file
from tests.journeys.people import Phone
from tests.payments.merchants import make_merchant
from tests.posts.factories import change_fee

pytestmark = pytest.mark.django_db


def test_a_case_says_whose_turn_it_is_in_both_languages():
    case = make_case("preliminary_review")
    path = f"/api/v1/cases/{case.pk}"

    english = Phone(case.applicant).get(path)
    chinese = Phone(case.applicant, language="zh-Hans").get(path)

    assert (english.parsed["status"], english.parsed["stage"]) == ("our_turn", "preliminary_review")
    assert english.parsed["stage_label"] == "Under preliminary review"
    assert chinese.parsed["stage_label"] == "初审中"
    assert english.headers["Content-Language"] == "en"
    assert chinese.headers["Content-Language"] == "zh-hans"


def test_a_draft_offers_its_moves_and_says_what_they_lack():
    case = make_draft(complete=False)

    shown = Phone(case.applicant).get(f"/api/v1/cases/{case.pk}").parsed

    assert [(move["name"], move["ready"]) for move in shown["moves"]] == [("submit", False), ("withdraw", True)]
    assert shown["moves"][0]["missing"] == ["application"]


def test_what_is_asked_for_follows_from_the_answers():
    case = make_draft()
    phone, path = Phone(case.applicant), f"/api/v1/travel-documents/{case.pk}"

    visitor = phone.get(path)
    resident = phone.patch(path, visitor.headers["ETag"], stay="resident")

    codes = [[asked["code"] for asked in answer.parsed["case"]["materials"]] for answer in (visitor, resident)]
    assert "residence_permit" not in codes[0]
    assert "residence_permit" in codes[1]


def test_everything_that_is_missing_is_said_at_once():
    case = make_draft(complete=False)

    found = Phone(case.applicant).post(f"/api/v1/cases/{case.pk}/validate").parsed

    pointers = [problem["pointer"] for problem in found["problems"]]
    assert found["ready"] is False
    assert {"/stay", "/reason", "/destination", "/travel_on", "/materials/photo", "/materials/presence_proof"} <= set(
        pointers
    )
    assert len(pointers) == len(set(pointers))


def test_a_submission_with_holes_is_422_with_the_same_list():
    case = make_draft(complete=False)
    phone = Phone(case.applicant)

    listed = phone.post(f"/api/v1/cases/{case.pk}/validate").parsed["problems"]
    refused = phone.post(f"/api/v1/cases/{case.pk}/moves", name="submit")

    assert refused.status_code == 422
    assert refused.parsed["errors"] == listed
    assert refused.parsed["missing"] == ["application"]


def test_two_phones_cannot_overwrite_each_other():
    case = make_draft()
    path = f"/api/v1/travel-documents/{case.pk}"
    first, second = Phone(case.applicant), Phone(case.applicant)
    version = first.get(path).headers["ETag"]

    saved = first.patch(path, version, destination="北京")
    late = second.patch(path, version, destination="广州")

    assert saved.status_code == 200
    assert (late.status_code, late.parsed["code"]) == (412, "stale_version")
    assert second.get(path).parsed["destination"] == "北京"


def test_an_edit_without_a_version_is_refused():
    case = make_draft()

    refused = Phone(case.applicant).patch(f"/api/v1/travel-documents/{case.pk}", "", destination="北京")

    assert (refused.status_code, refused.parsed["code"]) == (428, "version_required")


def test_a_case_that_has_not_changed_is_not_sent_again():
    case = make_case("submitted")
    phone, path = Phone(case.applicant), f"/api/v1/cases/{case.pk}"
    tag = phone.get(path).headers["ETag"]

    again = phone.client.get(path, headers={"If-None-Match": tag, "Accept-Language": "en"})
    services.move(case=case, name="withdraw", actor=applicant_of(case), at=AT)
    changed = phone.client.get(path, headers={"If-None-Match": tag, "Accept-Language": "en"})

    assert (again.status_code, again.content) == (304, b"")
    assert changed.status_code == 200


def test_the_same_key_submits_once_and_answers_the_same():
    case = make_draft()
    phone, path = Phone(case.applicant), f"/api/v1/cases/{case.pk}/moves"

    first = phone.post(path, key="one-intent", name="submit")
    again = phone.post(path, key="one-intent", name="submit")

    assert (first.status_code, again.status_code) == (200, 200)
    assert again.parsed == first.parsed
    assert again.headers["Idempotent-Replayed"] == "true"
    assert again.headers["ETag"] == first.headers["ETag"]
    assert case.history.count() == 1


def test_the_same_key_for_something_else_is_a_conflict():
    case = make_draft()
    phone, path = Phone(case.applicant), f"/api/v1/cases/{case.pk}/moves"

    phone.post(path, key="one-intent", name="submit")
    other = phone.post(path, key="one-intent", name="withdraw")

    assert (other.status_code, other.parsed["code"]) == (409, "idempotency_key_reused")
    assert case.history.count() == 1


def test_a_refused_request_leaves_its_key_free():
    case = make_draft(complete=False)
    phone, path = Phone(case.applicant), f"/api/v1/cases/{case.pk}/moves"

    assert phone.post(path, key="one-intent", name="submit").status_code == 422
    assert Answer.objects.count() == 0


def test_a_second_application_is_refused_and_points_to_the_first():
    case = make_draft()

    refused = Phone(case.applicant).post("/api/v1/travel-documents", citizen=str(case.citizen_id), post=case.post_id)

    assert (refused.status_code, refused.parsed["code"]) == (409, "already_applied")


def test_an_unknown_field_is_an_error_with_a_pointer():
    case = make_draft()
    phone, path = Phone(case.applicant), f"/api/v1/travel-documents/{case.pk}"

    refused = phone.patch(path, phone.get(path).headers["ETag"], status="collected")

    assert refused.status_code == 400
    assert [(error["pointer"], error["code"]) for error in refused.parsed["errors"]] == [("/status", "unknown_field")]


@pytest.mark.parametrize("field", ["status", "number", "officer", "submitted_at", "due_on", "applicant", "kind"])
def test_nothing_the_server_owns_can_be_sent(field):
    case = make_draft()
    phone, path = Phone(case.applicant), f"/api/v1/travel-documents/{case.pk}"
    before = Case.objects.filter(pk=case.pk).values().get()

    refused = phone.patch(path, phone.get(path).headers["ETag"], **{field: "x"})

    assert refused.status_code == 400
    assert Case.objects.filter(pk=case.pk).values().get() == before


@pytest.mark.parametrize(
    ("field", "value"),
    [
        ("destination", "\u0000"),
        ("destination", "x" * 61),
        ("transit", ["XX"]),
        ("transit", "FR"),
        ("transit", ["FR"] * 5),
        ("travel_on", "2026-02-30"),
        ("travel_on", "0001-01-01"),
        ("travel_on", "9999-12-31"),
        ("arrived_on", "9999-12-31"),
        ("urgency", "yesterday"),
        ("post", "NOWHERE"),
        ("loss_report", "not-a-uuid"),
        ("urgent", "perhaps"),
        ("stay", {"a": 1}),
        ("phone", 10**400),
    ],
)
def test_bad_answers_are_problems_and_change_nothing(field, value):
    case = make_draft()
    phone, path = Phone(case.applicant), f"/api/v1/travel-documents/{case.pk}"
    tag = phone.get(path).headers["ETag"]

    refused = phone.patch(path, tag, **{field: value})

    assert refused.status_code == 400
    assert phone.get(path).headers["ETag"] == tag


def test_the_timeline_tells_all_of_it_in_order():
    case = make_case("info_requested")

    steps = Phone(case.applicant).get(f"/api/v1/cases/{case.pk}/timeline").parsed

    assert [step["move"] for step in steps] == ["submit", "claim", "ask"]
    assert steps[-1]["reasons"][0]["code"] == "photo_unsuitable"
    assert steps[-1]["reasons"][0]["label"].startswith("The photo does not meet the rules")
    assert steps[-1]["note"] == "请重新拍照"


def test_a_paper_can_be_taken_away_again_until_it_is_submitted():
    case = make_draft()
    phone, paper = Phone(case.applicant), case.attachments.get(material="photo")
    path = f"/api/v1/cases/{case.pk}/attachments/{paper.pk}"

    assert phone.send("DELETE", path).status_code == 204
    assert not case.attachments.filter(material="photo").exists()

    submitted = make_case("submitted")
    other = submitted.attachments.first()
    refused = Phone(submitted.applicant).send("DELETE", f"/api/v1/cases/{submitted.pk}/attachments/{other.pk}")
    assert (refused.status_code, refused.parsed["code"]) == (409, "not_your_turn")


def test_a_paper_goes_only_where_it_is_asked_for():
    case = make_draft()
    phone, path = Phone(case.applicant), f"/api/v1/cases/{case.pk}/attachments"
    file = str(make_file(case.applicant).pk)

    unknown = phone.post(path, material="ticket", file=file)
    wrong = phone.post(path, material="photo", file=file)

    assert [answer.parsed["errors"][0]["code"] for answer in (unknown, wrong)] == ["unknown_material", "wrong_kind"]


def test_the_list_costs_the_same_however_long_it_is(django_assert_max_num_queries):
    user = make_applicant()
    first = make_draft(user=user, complete=False)
    for _ in range(15):
        services.move(case=first, name="withdraw", actor=applicant_of(first), at=AT + timedelta(days=1))
        first = services.open_case(
            kind=first.kind, citizen=first.citizen, post=first.post, actor=applicant_of(first), at=AT
        )
    phone = Phone(user)

    with django_assert_max_num_queries(3):
        listed = phone.get("/api/v1/cases").parsed

    assert len(listed["results"]) == 16


def test_the_price_stays_once_it_was_shown():
    case = make_case("payment_due")
    phone, path = Phone(case.applicant), f"/api/v1/cases/{case.pk}/quote"

    first = phone.get(path).parsed
    change_fee(case.post, amount_minor=9900, service=case.service, at=now() - timedelta(days=1))
    again = phone.get(path).parsed

    assert first["total_minor"] == 1600
    assert first["total_text"] == "EUR 16.00"
    assert again == first


def test_there_is_nothing_to_pay_before_it_is_due():
    case = make_case("submitted")

    refused = Phone(case.applicant).post(f"/api/v1/cases/{case.pk}/payments", provider="sandbox")

    assert (refused.status_code, refused.parsed["code"]) == (409, "nothing_due")


def test_the_ways_to_pay_are_those_of_the_posts_contracts():
    case = make_case("payment_due")
    make_merchant("nobody", "switched-off")

    ways = Phone(case.applicant).get(f"/api/v1/cases/{case.pk}/payments/ways").parsed

    assert [(way["code"], way["channels"]) for way in ways] == [("sandbox", ["page"])]
    assert all(way["label"] for way in ways)


@pytest.mark.parametrize(
    ("asked", "pointer", "code"),
    [
        ({"provider": "nobody"}, "/provider", "unknown_provider"),
        ({"provider": "sandbox", "channel": "qr"}, "/channel", "unknown_channel"),
    ],
)
def test_a_way_that_is_not_offered_is_refused_by_its_name(asked, pointer, code):
    case = make_case("payment_due")

    refused = Phone(case.applicant).post(f"/api/v1/cases/{case.pk}/payments", **asked)

    assert refused.status_code == 400
    assert [(fault["pointer"], fault["code"]) for fault in refused.parsed["errors"]] == [(pointer, code)]
