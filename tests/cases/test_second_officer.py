"""R31: an adverse decision has two officers in it, or the database refuses it."""

import pytest
from django.db import IntegrityError, connection, transaction

from apps.audit.models import Entry
from apps.cases import services
from apps.cases.admin import desk
from apps.cases.models import Case, Step
from apps.kernel.errors import Conflict, DomainError, Forbidden, IllegalMove
from apps.kernel.workflow import Actor, By
from tests.cases.desk import press, screen
from tests.cases.factories import AT, make_case, make_officer
from tests.cases.test_holding import LATER
from tests.cases.test_move import at_once
from tests.journeys.people import Phone

pytestmark = pytest.mark.django_db


def second_of(case):
    return Actor(By.OFFICER, make_officer(case.post))


def test_who_proposed_a_refusal_does_not_decide_it():
    case = make_case("final_review")

    with pytest.raises(Forbidden) as refused:
        services.move(case=case, name="refuse", actor=Actor(By.OFFICER, case.proposed_by), at=AT)

    assert refused.value.code == "same_officer"
    assert Case.objects.get(pk=case.pk).status == "final_review"


def test_the_decision_says_what_was_examined_twice():
    case = make_case("final_review")

    decided = services.move(case=case, name="refuse", actor=second_of(case), at=AT)

    step = decided.history.last()
    assert (decided.status, step.reasons, step.note) == ("refused", ["deception"], "材料不实")


def test_nobody_refuses_in_one_step():
    case = make_case("preliminary_review")

    with pytest.raises(IllegalMove):
        services.move(
            case=case, name="refuse", actor=Actor(By.OFFICER, case.officer), at=AT, reasons=["deception"], note="x"
        )


def forge(case, *, proposer, decider):
    """What somebody with the server's own rights in the database might try."""
    with transaction.atomic():
        facts = {"case": case, "by": "officer", "at": AT}
        Step.objects.create(
            **facts, move="propose_refusal", source="preliminary_review", target="final_review", actor=proposer
        )
        Step.objects.create(**facts, move="refuse", source="final_review", target="refused", actor=decider)
        Case.objects.filter(pk=case.pk).update(status="refused", proposed_by=proposer)


def test_plain_sql_cannot_refuse_alone_either():
    case = make_case("final_review")
    alone = case.proposed_by

    with pytest.raises(IntegrityError, match="two officers"):
        forge(case, proposer=alone, decider=alone)
    with pytest.raises(IntegrityError, match="no step leads"), transaction.atomic():
        Case.objects.filter(pk=case.pk).update(status="refused")

    assert Case.objects.get(pk=case.pk).status == "final_review"


def test_a_status_without_a_step_is_refused_by_the_database():
    case = make_case("submitted")

    with pytest.raises(IntegrityError, match="no step leads"), transaction.atomic():
        Case.objects.filter(pk=case.pk).update(status="production")


@pytest.mark.parametrize("sql", ["UPDATE cases_step SET actor_id = NULL", "DELETE FROM cases_step"])
def test_history_is_not_rewritten(sql):
    make_case("submitted")

    with pytest.raises(Exception, match="append-only"), transaction.atomic(), connection.cursor() as cursor:
        cursor.execute(sql)


@pytest.mark.django_db(transaction=True)
def test_of_many_second_officers_one_decides():
    case = make_case("final_review")
    seconds = [second_of(case) for _ in range(6)]

    outcomes = at_once(*[lambda who=who: services.move(case=case, name="refuse", actor=who, at=AT) for who in seconds])

    assert sum(isinstance(outcome, Case) for outcome in outcomes) == 1
    assert sum(isinstance(outcome, DomainError) for outcome in outcomes) == 5
    assert case.history.filter(move="refuse").count() == 1


def take_next(actor, at=AT):
    return services.take_next(actor=actor, cases=desk.in_sight(actor.user), at=at)


def test_a_proposed_refusal_is_taken_by_one_officer_and_offered_to_no_other():
    case = make_case("final_review")
    second, third = second_of(case), second_of(case)

    taken = take_next(second)

    assert (taken.pk, taken.status, taken.officer) == (case.pk, "final_review", second.user)
    assert taken.proposed_by == case.proposed_by
    assert (take_next(second), take_next(third)) == (None, None)
    with pytest.raises(Conflict):
        services.move(case=case, name="refuse", actor=third, at=AT)
    assert take_next(third, at=LATER).officer == third.user


def test_a_proposed_refusal_can_be_laid_back_and_its_proposer_never_holds_it():
    case = make_case("final_review")
    proposer, second = Actor(By.OFFICER, case.proposed_by), second_of(case)

    assert take_next(proposer) is None
    with pytest.raises(Forbidden):
        services.move(case=case, name="take_over", actor=proposer, at=AT)
    services.move(case=take_next(second), name="release", actor=second, at=AT)

    assert services.move(case=case, name="refuse", actor=second_of(case), at=AT).status == "refused"


def test_a_case_that_was_sent_back_can_be_approved_by_anyone_who_reviews():
    case = make_case("final_review")
    second = second_of(case)

    services.move(case=case, name="send_back", actor=second, at=AT)

    assert services.move(case=case, name="approve", actor=second, at=AT).status == "payment_due"


def test_officers_words_among_themselves_stay_there():
    case = make_case("final_review")

    told = Phone(case.applicant).get(f"/api/v1/cases/{case.pk}/timeline").parsed

    proposal = next(step for step in told if step["move"] == "propose_refusal")
    assert (proposal["note"], proposal["reasons"]) == ("", [])
    services.move(case=case, name="refuse", actor=second_of(case), at=AT)
    decision = Phone(case.applicant).get(f"/api/v1/cases/{case.pk}/timeline").parsed[-1]
    assert (decision["note"], [reason["code"] for reason in decision["reasons"]]) == ("材料不实", ["deception"])


def test_the_officer_who_would_decide_alone_is_refused_and_on_record():
    case = make_case("final_review")

    answer = press(screen(case.proposed_by), case, "refuse")

    assert answer.status_code == 403
    assert Case.objects.get(pk=case.pk).status == "final_review"
    entry = Entry.objects.get(action="desk_refused")
    assert (entry.actor, entry.detail) == (f"officer:{case.proposed_by_id}", {"of": str(case.pk)})
