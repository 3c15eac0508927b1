"""One desk at a time: claim, keep, take over, release, transfer."""

from datetime import timedelta

import pytest

from apps.cases import services
from apps.cases.admin import desk
from apps.cases.models import Case
from apps.cases.procedure import procedures
from apps.kernel.errors import Conflict, Forbidden, Invalid
from apps.kernel.holdings import Whose, holdings
from apps.kernel.workflow import Actor, By
from apps.notifications.models import Message
from apps.outbox import services as outbox
from tests.cases.factories import AT, applicant_of, make_case, make_file, make_officer, make_post, make_supervisor
from tests.cases.test_move import at_once
from tests.journeys.people import Phone
from tests.notifications.test_texts import all_names

pytestmark = pytest.mark.django_db
LATER = AT + timedelta(minutes=61)


def officer_at(post):
    return Actor(By.OFFICER, make_officer(post))


def test_what_one_officer_holds_another_cannot_decide():
    case = make_case("preliminary_review")

    with pytest.raises(Conflict) as refused:
        services.move(case=case, name="approve", actor=officer_at(case.post), at=AT)

    assert refused.value.code == "held_by_other"


def test_an_hour_without_an_act_frees_it():
    case = make_case("preliminary_review")
    other = officer_at(case.post)

    taken = services.move(case=case, name="take_over", actor=other, at=LATER)

    assert taken.officer == other.user


def test_looking_at_it_keeps_it():
    case = make_case("preliminary_review")
    services.keep(case=case, officer=case.officer, at=AT + timedelta(minutes=50))

    with pytest.raises(Conflict):
        services.move(case=case, name="take_over", actor=officer_at(case.post), at=LATER)


def test_whoever_leaves_holds_nothing():
    case = make_case("preliminary_review")
    case.officer.is_active = False
    case.officer.save()

    other = officer_at(case.post)

    assert Case.objects.queue().free(officer=other.user, at=AT).get() == case
    assert services.move(case=case, name="take_over", actor=other, at=AT).officer == other.user


def test_a_released_case_is_anybodys_and_a_supervisor_may_release_it():
    held = make_case("preliminary_review")
    freed = services.move(case=held, name="release", actor=Actor(By.OFFICER, make_supervisor(held.post)), at=AT)

    assert (freed.officer, freed.status) == (None, "preliminary_review")
    assert services.move(case=freed, name="approve", actor=officer_at(held.post), at=AT).status == "payment_due"


@pytest.mark.django_db(transaction=True)
def test_officers_who_take_the_next_one_at_once_get_different_ones():
    post = make_post()
    cases = {make_case(post=post).pk for _ in range(4)}
    clerks = [officer_at(post) for _ in range(4)]

    taken = at_once(
        *[lambda who=who: services.take_next(actor=who, cases=desk.in_sight(who.user), at=AT) for who in clerks]
    )

    assert {case.pk for case in taken} == cases
    assert {case.status for case in taken} == {"preliminary_review"}


def test_nothing_is_taken_from_an_empty_queue():
    post = make_post()
    clerk = officer_at(post)
    make_case("preliminary_review", post=post)

    assert services.take_next(actor=clerk, cases=desk.in_sight(clerk.user), at=AT) is None


def test_a_transfer_keeps_the_time_of_submission_and_the_place():
    case = make_case("preliminary_review")
    other = make_post("LON")

    moved = services.move(
        case=case, name="transfer", actor=Actor(By.OFFICER, case.officer), at=AT + timedelta(days=3),
        reasons=["nearer_post"], note="伦敦更近", details={"post": "LON"},
    )  # fmt: skip

    assert (moved.post, moved.status, moved.officer) == (other, "submitted", None)
    assert (moved.submitted_at, moved.due_on) == (case.submitted_at, case.due_on)
    assert moved.history.last().details == {"post": "LON"}


def test_a_transfer_tells_the_citizen_the_coded_reason_and_keeps_the_note_for_colleagues():
    case, words = make_case("preliminary_review"), "与申请人有亲属关系，须回避"
    make_post("LON")
    services.move(
        case=case, name="transfer", actor=Actor(By.OFFICER, case.officer), at=AT, reasons=["nearer_post"], note=words,
        details={"post": "LON"},
    )  # fmt: skip
    outbox.drain(queue="default")

    step = Phone(case.applicant).get(f"/api/v1/cases/{case.pk}/timeline").parsed[-1]
    message = Message.objects.get(user=case.applicant, template="transferred")
    exported = holdings["cases"].export(Whose(citizen=case.citizen_id))

    assert ([reason["code"] for reason in step["reasons"]], step["note"]) == (["nearer_post"], "")
    assert "- 另一使领馆离申请人现在的位置更近。" in message.body
    assert words not in message.body + str(exported)
    assert "nearer_post" in str(exported)
    assert case.history.last().note == words


@pytest.mark.parametrize("procedure", procedures.values(), ids=lambda procedure: procedure.kind)
def test_a_text_about_a_case_names_only_facts_a_case_has(procedure):
    case = make_case("info_requested")
    given = set(services.facts(case=case, step=case.history.last(), language="en", at=AT))

    for template in {*procedure.messages.values(), "lapsing_soon"}:
        assert all_names(template, "en") <= given, template


@pytest.mark.parametrize("post", ["", "XXX", "PAR"])
def test_a_transfer_needs_another_post_that_does_this(post):
    case = make_case("preliminary_review", post=make_post("PAR"))

    with pytest.raises(Invalid) as refused:
        services.move(
            case=case, name="transfer", actor=Actor(By.OFFICER, case.officer), at=AT, reasons=["nearer_post"],
            note="x", details={"post": post},
        )  # fmt: skip

    assert [fault.pointer for fault in refused.value.faults] == ["/details/post"]


def ask(case, actor, reasons, at=AT):
    return services.move(case=case, name="ask", actor=actor, at=at, reasons=reasons, note="请补充")


def answered(case, *, new_photo=False, at=AT + timedelta(minutes=10)):
    if new_photo:
        case.attachments.create(material="photo", file=make_file(case.applicant, kind="photo"), attached_at=at)
    return services.move(case=case, name="answer", actor=applicant_of(case), at=at)


def test_what_could_be_seen_the_first_time_is_not_asked_for_again():
    case = answered(make_case("info_requested"))

    with pytest.raises(Forbidden) as refused:
        ask(case, Actor(By.OFFICER, case.officer), ["identity_unreadable"])

    assert refused.value.code == "needs_supervisor"


def test_a_new_paper_may_be_found_wanting():
    case = answered(make_case("info_requested"), new_photo=True)

    again = ask(case, Actor(By.OFFICER, case.officer), ["photo_unsuitable"], at=AT + timedelta(minutes=20))

    assert (again.status, again.repeats) == ("info_requested", 0)


def test_a_supervisor_may_ask_again_and_it_is_counted():
    case = answered(make_case("info_requested"))

    again = ask(case, Actor(By.OFFICER, make_supervisor(case.post)), ["identity_unreadable"], at=LATER)

    assert again.repeats == 1
