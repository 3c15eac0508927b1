"""One writer of the status, whoever asks and however many at once."""

import time
from concurrent.futures import ThreadPoolExecutor
from datetime import date, timedelta

import pytest
from django.db import IntegrityError, connection, transaction

from apps.accounts.services import person_key
from apps.audit.models import Entry
from apps.cases import services
from apps.cases.models import Case, Step
from apps.documents.statuses import FileStatus
from apps.kernel.errors import Conflict, DomainError, Forbidden, IllegalMove, Invalid, Stale, Unmet
from apps.kernel.workflow import SYSTEM, Actor, By
from apps.outbox import services as outbox
from apps.outbox.models import Delivery
from apps.payments import services as payments
from apps.payments.models import Refund
from apps.payments.providers.base import Notice
from apps.payments.statuses import Status as PaymentStatus
from apps.travel_documents.models import TravelDocument
from tests.cases.factories import AT, applicant_of, make_case, make_draft, make_file, make_officer, make_post
from tests.posts.factories import make_tariff

pytestmark = pytest.mark.django_db


def at_once(*calls):
    """Run them in threads that start together; answer the results, or the errors as values."""

    def run(call):
        try:
            return call()
        except DomainError as refused:
            return refused
        finally:
            connection.close()

    with ThreadPoolExecutor(len(calls)) as pool:
        return list(pool.map(run, calls))


def test_a_complete_draft_is_submitted_with_its_dates():
    case = make_draft()

    moved = services.move(case=case, name="submit", actor=applicant_of(case), at=AT)

    assert moved.status == "submitted"
    assert moved.submitted_at == AT
    assert moved.due_on.isoformat() == "2026-11-27"  # four working days after Monday (R33)
    assert moved.charge_policy == "on_approval"


def test_a_draft_with_holes_lists_every_one_of_them():
    case = make_draft(complete=False)

    with pytest.raises(Unmet) as refused:
        services.move(case=case, name="submit", actor=applicant_of(case), at=AT)

    pointers = {fault.pointer for fault in refused.value.faults}
    assert refused.value.missing == ("application",)
    assert {"/stay", "/destination", "/materials/photo", "/declares_nationality"} <= pointers


def test_a_refused_move_leaves_no_trace():
    case = make_draft(complete=False)

    with pytest.raises(Unmet):
        services.move(case=case, name="submit", actor=applicant_of(case), at=AT)

    case.refresh_from_db()
    assert case.status == "draft"
    assert Step.objects.count() == Delivery.objects.count() == Entry.objects.count() == 0


def test_a_move_is_history_evidence_and_a_fact_at_once():
    case = make_draft()

    services.move(case=case, name="submit", actor=applicant_of(case), at=AT)

    step = case.history.get()
    assert (step.move, step.source, step.target, step.by) == ("submit", "draft", "submitted", "applicant")
    assert Entry.objects.filter(subject=f"case:{case.pk}", action="case_submit").count() == 1
    assert Delivery.objects.filter(event="CaseMoved").exists()


def test_an_unchecked_file_holds_the_submission_back():
    case = make_draft()
    case.attachments.filter(material="photo").update(
        file=make_file(case.applicant, kind="photo", status=FileStatus.RECEIVED)
    )

    with pytest.raises(Unmet) as refused:
        services.move(case=case, name="submit", actor=applicant_of(case), at=AT)

    assert [fault.code for fault in refused.value.faults] == ["file_being_checked"]


def test_asking_for_materials_needs_a_listed_reason_and_a_sentence():
    case = make_case("preliminary_review")
    clerk = Actor(By.OFFICER, case.officer)

    for reasons, note in [((), "x"), (("no_such_reason",), "x"), (("photo_unsuitable",), "  ")]:
        with pytest.raises(Invalid):
            services.move(case=case, name="ask", actor=clerk, at=AT, reasons=reasons, note=note)

    moved = services.move(
        case=case, name="ask", actor=clerk, at=AT, reasons=["photo_unsuitable"], note="Please take it again."
    )
    assert moved.status == "info_requested"
    assert case.history.last().reasons == ["photo_unsuitable"]


def test_a_resubmitted_case_keeps_its_place_but_gets_a_new_promise():
    first, second = make_case("info_requested"), make_case("submitted")
    later = AT + timedelta(days=7)

    answered = services.move(case=first, name="answer", actor=applicant_of(first), at=later)

    assert answered.due_on == first.due_on
    assert answered.expected_on > first.expected_on
    queue = Case.objects.filter(pk__in=[first.pk, second.pk]).queue()
    assert {case.pk for case in queue} == {first.pk, second.pk}
    assert queue[0].due_on <= queue[1].due_on


def test_a_page_that_is_out_of_date_cannot_decide():
    case = make_case("preliminary_review")
    clerk = Actor(By.OFFICER, case.officer)

    with pytest.raises(Stale):
        services.move(case=case, name="approve", actor=clerk, at=AT, version=case.version - 1)

    assert services.move(case=case, name="approve", actor=clerk, at=AT, version=case.version).status == "payment_due"


def test_a_post_that_charges_on_submission_is_paid_before_it_reviews():
    case = make_draft(post=make_post("LON", charge_policy="on_submit"))

    due = services.move(case=case, name="submit", actor=applicant_of(case), at=AT)
    paid = services.move(case=due, name="pay", actor=SYSTEM, at=AT + timedelta(days=3))

    assert (due.status, paid.status) == ("payment_due", "submitted")
    assert paid.due_on > due.due_on


def test_a_post_that_charges_on_collection_hands_over_only_when_paid():
    case = make_draft(post=make_post("TYO", charge_policy="on_collection"))
    clerk = Actor(By.OFFICER, make_officer(case.post))
    for name, actor in [
        ("submit", applicant_of(case)),
        ("claim", clerk),
        ("approve", clerk),
        ("issue", SYSTEM),
    ]:
        case = services.move(case=case, name=name, actor=actor, at=AT)

    assert case.status == "ready_to_collect"
    with pytest.raises(Unmet) as refused:
        services.move(case=case, name="hand_over", actor=clerk, at=AT)
    assert refused.value.missing == ("fee",)


def test_a_change_of_policy_moves_no_case_that_is_under_way():
    case = make_case("preliminary_review")
    type(case.post).objects.update(charge_policy="on_collection")

    moved = services.move(case=case, name="approve", actor=Actor(By.OFFICER, case.officer), at=AT)

    assert moved.status == "payment_due"


def test_nothing_can_be_withdrawn_after_approval():
    case = make_case("payment_due")

    with pytest.raises(IllegalMove):
        services.move(case=case, name="withdraw", actor=applicant_of(case), at=AT)


def test_an_applicant_cannot_decide():
    case = make_case("preliminary_review")

    with pytest.raises(Forbidden):
        services.move(case=case, name="approve", actor=applicant_of(case), at=AT)


def test_one_person_has_one_live_application_however_many_accounts():
    first, other = make_draft(), make_draft()
    for case in (first, other):
        case.citizen.identity_number = "110105199001011234"
        case.citizen.save()
    services.move(case=first, name="submit", actor=applicant_of(first), at=AT)

    with pytest.raises(Conflict) as refused:
        services.move(case=other, name="submit", actor=applicant_of(other), at=AT)

    assert refused.value.code == "already_applied"
    other.refresh_from_db()
    assert (other.status, other.history.count()) == ("draft", 0)


def test_the_database_itself_refuses_a_second_one():
    first, other = make_case("submitted"), make_case("submitted")

    with pytest.raises(IntegrityError), transaction.atomic():
        Case.objects.filter(pk=other.pk).update(person=first.person)


def test_what_was_reviewed_is_what_is_issued():
    case = make_case("preliminary_review")
    case.citizen.name, case.citizen.surname = "王强", "WANG"
    case.citizen.save()

    case.refresh_from_db()
    assert (case.holder.name, case.holder.full_spelling) == ("李娜", "LI NA")


def test_a_corrected_name_counts_once_the_papers_are_sent_again():
    case = make_case("info_requested")
    case.citizen.given_names = "NANA"
    case.citizen.save()

    answered = services.move(case=case, name="answer", actor=applicant_of(case), at=AT)

    assert answered.holder.given_names == "NANA"


@pytest.mark.parametrize("text", ["上海\n浦东", "上海🛬", "\ue000"])
def test_what_cannot_be_printed_is_said_before_submission(text):
    case = make_draft()
    TravelDocument.objects.filter(case=case).update(destination=text)
    case = Case.objects.get(pk=case.pk)

    assert [fault.code for fault in case.procedure.problems(case)] == ["unprintable"]


def test_without_a_price_nothing_is_submitted():
    case = make_draft(post=make_post(priced_from=date(2026, 11, 24)))

    with pytest.raises(Unmet) as refused:
        services.move(case=case, name="submit", actor=applicant_of(case), at=AT)

    assert refused.value.code == "no_tariff"


def test_what_a_post_stops_offering_it_still_finishes():
    case = make_case("info_requested")
    case.post.services.update(is_open=False)

    answered = services.move(case=case, name="answer", actor=applicant_of(case), at=AT)

    assert answered.status == "preliminary_review"


@pytest.mark.parametrize("status", ["info_requested", "payment_due", "production"])
def test_an_officer_can_end_what_goes_no_further(status):
    case = make_case(status)
    clerk = Actor(By.OFFICER, make_officer(case.post))

    ended = services.move(
        case=case, name="return", actor=clerk, at=AT, reasons=["cannot_be_made"], note="See the note."
    )

    assert ended.state.face == "done"


def test_the_same_identity_number_is_the_same_person():
    mine, theirs = make_draft().citizen, make_draft().citizen
    mine.identity_number = theirs.identity_number = "110105199001011234"

    assert person_key(mine) == person_key(theirs)
    assert "110105" not in person_key(mine)


def test_a_closed_case_makes_room_for_a_new_one():
    case = make_case("submitted")
    services.move(case=case, name="withdraw", actor=applicant_of(case), at=AT)

    again = services.open_case(kind=case.kind, citizen=case.citizen, post=case.post, actor=applicant_of(case), at=AT)

    assert again.status == "draft"


@pytest.mark.django_db(transaction=True)
def test_of_two_officers_deciding_at_once_one_wins():
    case = make_case("preliminary_review")
    clerks = [Actor(By.OFFICER, make_officer(case.post)) for _ in range(2)]
    later = AT + timedelta(hours=2)

    outcomes = at_once(
        lambda: services.move(case=case, name="approve", actor=clerks[0], at=later),
        lambda: services.move(
            case=case, name="propose_refusal", actor=clerks[1], at=later, reasons=["deception"], note="A false paper."
        ),
    )

    assert sum(isinstance(outcome, IllegalMove) for outcome in outcomes) == 1
    assert case.history.exclude(move__in=["submit", "claim"]).count() == 1


@pytest.mark.django_db(transaction=True)
def test_a_double_submit_submits_once():
    case = make_draft()

    outcomes = at_once(*[lambda: services.move(case=case, name="submit", actor=applicant_of(case), at=AT)] * 8)

    assert sum(isinstance(outcome, Case) for outcome in outcomes) == 1
    assert case.history.count() == 1


@pytest.mark.django_db(transaction=True)
def test_racing_moves_end_in_one_lawful_history():
    case = make_case("submitted")
    clerk = Actor(By.OFFICER, make_officer(case.post))
    ask = {"reasons": ["loss_unclear"], "note": "Where exactly?"}

    at_once(
        *[lambda: services.move(case=case, name="claim", actor=clerk, at=AT)] * 3,
        *[lambda: services.move(case=case, name="ask", actor=clerk, at=AT, **ask)] * 3,
        *[lambda: services.move(case=case, name="withdraw", actor=applicant_of(case), at=AT)] * 3,
    )

    steps = list(case.history.order_by("pk"))
    assert [step.source for step in steps[1:]] == [step.target for step in steps[:-1]]
    case.refresh_from_db()
    assert case.status == steps[-1].target


@pytest.mark.django_db(transaction=True)
def test_racing_drafts_of_one_citizen_leave_one():
    draft = make_draft(complete=False)
    citizen, post, actor = draft.citizen, draft.post, applicant_of(draft)
    services.move(case=draft, name="withdraw", actor=actor, at=AT)

    outcomes = at_once(
        *[lambda: services.open_case(kind="travel_document", citizen=citizen, post=post, actor=actor, at=AT)] * 8
    )

    assert sum(isinstance(outcome, Case) for outcome in outcomes) == 1
    assert all(isinstance(outcome, (Case, Conflict)) for outcome in outcomes)


def test_where_the_tariff_asks_for_nothing_nobody_is_asked_to_pay():
    case = make_draft(post=make_post("LIS", fee=0))
    clerk = Actor(By.OFFICER, make_officer(case.post))
    for name, actor in [("submit", applicant_of(case)), ("claim", clerk), ("approve", clerk)]:
        case = services.move(case=case, name=name, actor=actor, at=AT)
    assert case.status == "payment_due"

    outbox.drain(queue="default")

    case.refresh_from_db()
    assert case.status == "production"


def test_money_for_a_case_that_has_ended_is_owed_back():
    case = make_draft(post=make_post("LON", charge_policy="on_submit"))
    case = services.move(case=case, name="submit", actor=applicant_of(case), at=AT)
    payment = services.pay(case=case, provider="sandbox", actor=applicant_of(case), at=AT)
    services.move(case=case, name="withdraw", actor=applicant_of(case), at=AT)

    notice = Notice(
        id="late",
        reference=payment.reference,
        status=PaymentStatus.CAPTURED,
        amount_minor=payment.amount_minor,
        currency=payment.currency,
        provider_txn="late",
        at=AT,
        merchant_id="sandbox",
    )
    payments.settle(merchant=payment.merchant, notice=notice, at=AT)
    outbox.drain(queue="default")

    assert Refund.objects.get(payment=payment).amount_minor == 1600
    case.refresh_from_db()
    assert case.status == "withdrawn"


@pytest.mark.django_db(transaction=True)
def test_a_case_that_is_given_to_another_post_while_its_citizen_waits_is_found_there():
    """With the fee and the calendar of that post as they are after the wait."""
    case, other = make_draft(), make_post("LYS", fee=2500)

    def submit():
        try:
            return services.move(case=case.pk, cases=Case.objects.all(), name="submit", actor=applicant_of(case), at=AT)
        finally:
            connection.close()

    with ThreadPoolExecutor(1) as pool:
        with transaction.atomic():
            Case.objects.filter(pk=case.pk).update(post=other)
            make_tariff(other, amount_minor=3000, service=case.service, applicant_class="adult")
            moving = pool.submit(submit)
            wait_for_a_lock()
        moved = moving.result(timeout=20)

    assert moved.post_id == "LYS"
    assert services.quote(case=moved, at=AT).total_minor == 3000


def wait_for_a_lock():
    with connection.cursor() as cursor:
        for _ in range(200):
            cursor.execute("SELECT count(*) FROM pg_locks WHERE NOT granted")
            if cursor.fetchone()[0]:
                return
            time.sleep(0.05)
    raise AssertionError("nobody waits")
