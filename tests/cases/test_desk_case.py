"""One case on the desk: its buttons do what the workflow table says, and nothing is edited past it."""

import re
from datetime import date

import pytest
from django.contrib.auth.models import Permission
from django.utils.timezone import now

from apps.audit.models import Entry
from apps.cases import services
from apps.cases.models import Case
from apps.documents import services as documents
from apps.documents.statuses import FileStatus
from apps.kernel.workflow import Actor, By
from tests.cases.desk import QUEUE, moves_on, page_of, press, screen
from tests.cases.factories import (
    applicant_of,
    make_case,
    make_file,
    make_loss_report,
    make_officer,
    make_post,
)

pytestmark = pytest.mark.django_db


def test_the_page_offers_exactly_the_moves_of_the_table(post, officer):
    for status in ("submitted", "preliminary_review", "info_requested", "payment_due", "production"):
        case = make_case(status, post=post, officer=officer)
        rows = case.procedure.workflow.open_to(Actor(By.OFFICER, officer), status=case.status, subject=case)

        offered = moves_on(screen(officer).get(page_of(case)))

        assert offered == {row.name for row in rows} - {"take_over"}, status  # nobody takes over from oneself


def test_an_officer_without_the_power_to_decide_gets_no_button(post):
    reader = make_officer(post)
    reader.user_permissions.set(Permission.objects.filter(codename="view_case"))
    case = make_case(post=post)

    answer = screen(reader).get(page_of(case))
    assert answer.status_code == 200
    assert moves_on(answer) == set()
    assert press(screen(reader), case, "claim").status_code == 403
    case.refresh_from_db()
    assert case.status == "submitted"


def test_a_button_makes_the_move_and_leads_back_to_the_case(post, officer):
    case = make_case(post=post)

    answer = press(screen(officer), case, "claim")

    assert (answer.status_code, answer["Location"]) == (302, page_of(case))
    case.refresh_from_db()
    assert (case.status, case.officer) == ("preliminary_review", officer)


def test_reasons_and_words_reach_the_history(post, officer):
    case = make_case("preliminary_review", post=post, officer=officer)

    press(screen(officer), case, "ask", reasons=["photo_unsuitable", "loss_unclear"], note="Please be precise.")

    step = case.history.last()
    assert (step.move, step.reasons, step.note) == ("ask", ["photo_unsuitable", "loss_unclear"], "Please be precise.")
    shown = screen(officer).get(page_of(case)).content.decode()
    assert "Please be precise." in shown
    assert "The photo does not meet the rules" in shown


def test_a_page_that_is_out_of_date_decides_nothing_and_keeps_the_words(post, officer):
    case = make_case("preliminary_review", post=post, officer=officer)
    Case.objects.get(pk=case.pk).save(update_fields=[])

    answer = press(screen(officer), case, "ask", reasons=["loss_unclear"], note="Where exactly was it?")

    shown = answer.content.decode()
    assert answer.status_code == 409
    assert "Somebody changed this case after you opened the page." in shown
    assert "Where exactly was it?" in shown
    assert re.search(r'value="loss_unclear"[^>]* checked', shown)
    assert f'name="version" value="{case.version + 1}"' in shown
    case.refresh_from_db()
    assert case.status == "preliminary_review"


@pytest.mark.parametrize(
    "fields",
    [
        {"reasons": [], "note": "No reason chosen."},
        {"reasons": ["photo_unsuitable"], "note": ""},
        {"reasons": ["no_such_reason"], "note": "A made-up one."},
        {"reasons": ["nul\0"], "note": "A byte that PostgreSQL refuses."},
        {"reasons": ["photo_unsuitable"], "note": "nul \0 in a word"},
        {"reasons": ["photo_unsuitable"], "note": "x" * 4001},
        {"reasons": ["photo_unsuitable"], "note": "x", "version": "9" * 400},
        {"reasons": ["photo_unsuitable"], "note": "x", "version": "one"},
        {"reasons": ["photo_unsuitable"], "note": "x", "version": "-1"},
        {"reasons": ["photo_unsuitable"], "note": "x", "move": "no\0move"},
        {"reasons": ["photo_unsuitable"], "note": "x", "move": "hand_over"},
        {"reasons": ["photo_unsuitable"], "note": "x", "move": ""},
    ],
    ids=lambda fields: " ".join(f"{key}={str(value)[:20]!r}" for key, value in fields.items()),
)
def test_what_cannot_be_meant_is_answered_with_a_reason(post, officer, fields):
    case = make_case("preliminary_review", post=post, officer=officer)

    answer = press(screen(officer), case, **{"move": "ask", **fields})

    assert answer.status_code == 409
    assert "errornote" in answer.content.decode()
    case.refresh_from_db()
    assert case.status == "preliminary_review"


def test_nobody_decides_at_another_post(post):
    stranger = make_officer(make_post("LON"))
    case = make_case(post=post)

    assert press(screen(stranger), case, "claim").status_code == 302
    case.refresh_from_db()
    assert (case.status, case.officer) == ("submitted", None)


def test_a_colleague_at_work_is_named(post, officer):
    colleague = make_officer(post)
    case = make_case("preliminary_review", post=post, officer=colleague)
    sentence = f"{colleague.username} is working on this case."

    assert sentence in screen(officer).get(page_of(case)).content.decode()
    assert sentence not in screen(colleague).get(page_of(case)).content.decode()


def test_a_move_that_lacks_something_says_what_and_has_no_button(post, officer):
    case = make_case("preliminary_review", post=post, officer=officer)
    photo = make_file(case.applicant, kind="photo", status=FileStatus.REJECTED)
    case.attachments.filter(material="photo").update(file=photo)

    shown = screen(officer).get(page_of(case)).content.decode()

    assert "This is not possible yet:" in shown
    assert "The application is not complete." in shown
    assert press(screen(officer), case, "approve").status_code == 409


def test_there_is_nothing_to_edit_add_or_delete(post, officer):
    case = make_case(post=post)
    client = screen(officer)
    before = Case.objects.filter(pk=case.pk).values().get()

    assert client.get(f"{QUEUE}add/").status_code == 403
    assert client.get(f"{QUEUE}{case.pk}/delete/").status_code == 403
    assert client.post(f"{QUEUE}{case.pk}/delete/", {"post": "yes"}).status_code == 403
    client.post(page_of(case), {"status": "collected", "due_on": "2030-01-01"})
    assert Case.objects.filter(pk=case.pk).values().get() == before


def test_opening_a_case_is_written_down(post, officer):
    case = make_case(post=post)

    screen(officer).get(page_of(case))

    assert Entry.objects.filter(action="case_viewed", subject=case.payable, actor=f"officer:{officer.pk}").count() == 1


def test_the_page_is_not_kept_by_the_browser(post, officer):
    assert "no-store" in screen(officer).get(page_of(make_case(post=post)))["Cache-Control"]


def test_an_earlier_loss_is_pointed_out(post, officer):
    case = make_case(post=post)
    assert "2 reports" not in screen(officer).get(page_of(case)).content.decode()

    make_loss_report(case.citizen, case.applicant)
    assert "2 reports" in screen(officer).get(page_of(case)).content.decode()


def test_the_price_and_the_payment_stand_on_the_page(post, officer):
    case = make_case("payment_due", post=post, officer=officer)
    assert "No price has been shown yet." in screen(officer).get(page_of(case)).content.decode()

    services.quote(case=case, at=now())
    services.pay(case=case, provider="sandbox", actor=applicant_of(case), at=now())

    assert "EUR 16.00" in screen(officer).get(page_of(case)).content.decode()
    shown = screen(officer, "zh-hans").get(page_of(case)).content.decode()
    assert "16.00 欧元" in shown
    assert "准备" in shown


def test_an_issued_document_opens_from_the_case(post, officer):
    case = make_case("production", post=post, officer=officer)
    made = documents.reserve(
        kind=case.kind,
        subject=case.payable,
        holder=str(case.citizen_id),
        owner=case.applicant,
        citizen=case.citizen,
        issued_on=date(2026, 11, 23),
        expires_on=date(2026, 12, 15),
    )
    assert made.number in screen(officer).get(page_of(case)).content.decode()
    address = f"{QUEUE}{case.pk}/documents/{made.pk}/"
    assert address not in screen(officer).get(page_of(case)).content.decode()
    assert screen(officer).get(address).status_code == 404

    documents.mark_issued(issue=made, sha256="a" * 64, seal=b"seal", at=now())

    assert address in screen(officer).get(page_of(case)).content.decode()
    answer = screen(officer).get(address)
    assert answer.status_code == 302
    assert answer["Location"].startswith("/admin/content/")
    assert screen(make_officer(make_post("LON"))).get(address).status_code == 404
