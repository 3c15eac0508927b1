"""Clocks: what stops them, what ends when nobody answers, and what the citizen sees of it."""

from datetime import date, timedelta

import pytest

from apps.cases import services
from apps.cases.admin import desk
from apps.kernel.errors import Conflict, Forbidden, IllegalMove, Invalid
from apps.kernel.workflow import SYSTEM, Actor, By
from apps.notifications.models import Message
from apps.outbox import services as outbox
from tests.cases.factories import AT, applicant_of, make_case, make_draft, make_officer, make_post

pytestmark = pytest.mark.django_db
DAY = timedelta(days=1)


def stages(case):
    return {planned.stage: planned for planned in services.plan_of(case=case).stages}


def test_a_request_has_a_last_day_and_an_answer_lifts_it():
    case = make_case("info_requested")

    assert case.answer_by == date(2026, 12, 23)
    assert services.move(case=case, name="answer", actor=applicant_of(case), at=AT).answer_by is None


def test_an_unanswered_request_lapses_after_its_last_day_at_the_post():
    case = make_case("info_requested")

    assert services.lapse(at=AT + 30 * DAY) == 0
    assert services.lapse(at=AT + 31 * DAY) == 1

    case.refresh_from_db()
    assert (case.status, case.state.face) == ("lapsed", "done")
    assert case.history.last().by == "system"


def test_an_unpaid_fee_lapses_too_and_whoever_paid_stays():
    due, paid = make_case("payment_due"), make_case("payment_due")
    services.move(case=paid, name="pay", actor=SYSTEM, at=AT)

    assert services.lapse(at=AT + 40 * DAY) == 1

    due.refresh_from_db()
    paid.refresh_from_db()
    assert (due.status, paid.status) == ("lapsed", "production")


def test_nobody_is_surprised_by_the_last_day():
    case = make_case("info_requested")

    told = [services.remind(at=AT + days * DAY) for days in (20, 23, 24, 28, 29)]

    messages = Message.objects.filter(user=case.applicant, template="lapsing_soon")
    assert told[0] == 0
    assert messages.count() == 2  # a week before, and two days before
    assert "12月23日" in messages.first().body


def test_the_clock_stands_still_while_the_issuer_is_asked_and_begins_anew_with_the_reply():
    case = make_case("issuer_verification")
    stopped = services.plan_of(case=case).stopped
    assert (stopped.waiting_for, stopped.since) == ("issuer", AT)

    replied = services.move(case=case, name="hear_issuer", actor=SYSTEM, at=AT + 7 * DAY)

    assert services.plan_of(case=replied).stopped is None
    assert replied.expected_on == date(2026, 12, 4)  # four working days after Monday the 30th
    assert replied.due_on == date(2026, 11, 27)  # the place in the queue is kept


def test_approval_and_payment_bring_the_promise_nearer():
    case = make_case("payment_due")

    paid = services.move(case=case, name="pay", actor=SYSTEM, at=AT + DAY)

    assert paid.expected_on == date(2026, 11, 25)
    assert stages(paid)["make"].on == date(2026, 11, 25)
    assert [stages(paid)[stage].progress for stage in ("apply", "review", "pay", "make", "receive")] == [
        "done", "done", "done", "current", "planned",
    ]  # fmt: skip


def test_every_pause_is_shown_with_whom_it_waited_for():
    case = make_case("info_requested")
    case = services.move(case=case, name="answer", actor=applicant_of(case), at=AT + DAY)
    clerk = Actor(By.OFFICER, case.officer)
    case = services.move(case=case, name="ask_issuer", actor=clerk, at=AT + 2 * DAY)

    found = [(pause.waiting_for, pause.since, pause.until) for pause in services.plan_of(case=case).pauses]

    assert found == [("you", AT, AT + DAY), ("issuer", AT + 2 * DAY, None)]


def test_a_draft_and_an_ended_case_have_a_plan_as_well():
    draft, refused = make_draft(), make_case("refused")

    assert stages(draft)["apply"].progress == "current"
    assert set(stages(refused)) == {"apply", "review"}


def shipped_draft():
    case = make_draft(post=make_post("PAR", ships=True))
    case.delivery, case.ship_to = "ship", "12 rue de Paris, 75002 Paris"
    case.save()
    return case


def in_production():
    case = shipped_draft()
    clerk = Actor(By.OFFICER, make_officer(case.post))
    for name, actor in (("submit", applicant_of(case)), ("claim", clerk), ("approve", clerk), ("pay", SYSTEM)):
        case = services.move(case=case, name=name, actor=actor, at=AT)
    return case, clerk


def test_a_document_to_be_shipped_goes_out_with_a_tracking_number():
    case, clerk = in_production()

    made = services.move(case=case, name="issue", actor=SYSTEM, at=AT)
    sent = services.move(case=made, name="ship", actor=clerk, at=AT, details={"tracking": " RR 123 456 FR "})
    there = services.move(case=sent, name="receive", actor=applicant_of(case), at=AT)

    assert (made.status, sent.tracking, there.status) == ("ready_to_ship", "RR 123 456 FR", "delivered")


def test_what_the_mail_lost_is_made_again():
    case, clerk = in_production()
    case = services.move(case=case, name="issue", actor=SYSTEM, at=AT)
    case = services.move(case=case, name="ship", actor=clerk, at=AT, details={"tracking": "RR1"})

    lost = services.move(case=case, name="lose", actor=clerk, at=AT + 10 * DAY)
    again = services.move(case=lost, name="reissue", actor=SYSTEM, at=AT + 10 * DAY)

    assert (again.status, again.fee_settled_at is not None) == ("production", True)
    assert again.expected_on == date(2026, 12, 4)


def sent():
    case, clerk = in_production()
    case = services.move(case=case, name="issue", actor=SYSTEM, at=AT)
    return services.move(case=case, name="ship", actor=clerk, at=AT, details={"tracking": "RR1"}), clerk


def test_the_number_of_a_lost_parcel_is_not_that_of_the_new_document():
    case, clerk = sent()

    lost = services.move(case=case, name="lose", actor=clerk, at=AT)

    assert lost.tracking == "RR1"
    assert services.move(case=lost, name="reissue", actor=SYSTEM, at=AT).tracking == ""


def test_who_says_that_it_never_came_asks_an_officer_and_gets_no_second_document_by_that():
    case, clerk = sent()

    asked = services.move(case=case, name="report_missing", actor=applicant_of(case), at=AT + 9 * DAY)
    outbox.drain(queue="default")

    assert (asked.status, asked.receipt, asked.tracking) == ("shipped", "missing", "RR1")
    assert desk.on("missing", desk.in_sight(clerk.user), clerk.user).get() == asked
    assert Message.objects.filter(user=case.applicant, template="missing_noted").count() == 1
    for name, error in (("report_missing", IllegalMove), ("lose", Forbidden)):
        with pytest.raises(error):
            services.move(case=asked, name=name, actor=applicant_of(case), at=AT + 9 * DAY)
    assert services.move(case=asked, name="lose", actor=clerk, at=AT + 9 * DAY).receipt == ""


def test_saying_that_it_never_came_changes_nobodys_name():
    case, _clerk = sent()
    case.citizen.surname = "WANG"
    case.citizen.save()

    asked = services.move(case=case, name="report_missing", actor=applicant_of(case), at=AT)

    assert asked.holder.surname == "LI"


def test_a_mistaken_delivered_can_be_questioned_and_taken_back_within_a_month():
    case, clerk = sent()
    done = services.move(case=case, name="receive", actor=clerk, at=AT)

    with pytest.raises(Conflict):
        services.move(case=done, name="take_back", actor=clerk, at=AT + 31 * DAY)
    asked = services.move(case=done, name="report_missing", actor=applicant_of(case), at=AT + 5 * DAY)
    back = services.move(case=asked, name="take_back", actor=clerk, at=AT + 6 * DAY)

    assert (asked.status, back.status, back.receipt) == ("delivered", "shipped", "missing")
    assert services.move(case=back, name="lose", actor=clerk, at=AT + 6 * DAY).status == "lost_in_mail"


def test_what_the_applicant_has_confirmed_nobody_takes_back():
    case, clerk = sent()
    done = services.move(case=case, name="receive", actor=applicant_of(case), at=AT)

    for name, actor in (("take_back", clerk), ("report_missing", applicant_of(case))):
        with pytest.raises(IllegalMove):
            services.move(case=done, name=name, actor=actor, at=AT)


def test_nothing_is_taken_back_once_another_application_was_begun():
    case, clerk = sent()
    done = services.move(case=case, name="receive", actor=clerk, at=AT)
    services.open_case(kind=case.kind, citizen=case.citizen, post=case.post, actor=applicant_of(case), at=AT)

    with pytest.raises(Conflict) as refused:
        services.move(case=done, name="take_back", actor=clerk, at=AT)

    assert refused.value.code == "already_applied"


@pytest.mark.parametrize("number", ["", "   ", "x" * 65, "a\nb\x00"])
def test_nothing_is_shipped_without_a_number_to_trace_it(number):
    case, clerk = in_production()
    case = services.move(case=case, name="issue", actor=SYSTEM, at=AT)

    with pytest.raises(Invalid) as refused:
        services.move(case=case, name="ship", actor=clerk, at=AT, details={"tracking": number})

    assert refused.value.faults[0].code == "tracking_required"
