"""A fee has two people behind it, whatever the code and whoever writes the SQL."""

from datetime import UTC, date, datetime, timedelta
from threading import Barrier, Thread

import pytest
from django.db import IntegrityError, connection, transaction

from apps.audit.models import Entry
from apps.kernel.errors import Conflict, DomainError, Forbidden, Stale
from apps.posts import services
from apps.posts.models import Tariff
from tests.posts.factories import RELEASED, change_fee, make_colleague, make_post, make_tariff, propose

pytestmark = pytest.mark.django_db

AT = datetime(2026, 6, 1, 12, tzinfo=UTC)
TOMORROW = date(2026, 6, 2)
LATER = date(2026, 9, 1)


@pytest.fixture
def post():
    return make_post(weekdays=())


@pytest.fixture
def colleague(post):
    return make_colleague(post)


def approve(line, officer, *, at=AT, seen=None):
    return services.approve(line=line, end_on=seen, officer=officer, at=at)


def end(line, officer, *, on=LATER, at=AT):
    return services.propose_end(line=line, end_on=on, officer=officer, at=at)


def total(post, on):
    return services.price(post=post, service="TRAVEL_DOC", components=["base"], on=on).total_minor


def test_a_line_holds_once_a_second_person_approved_it(post, colleague):
    line = approve(propose(post, amount_minor=1800, at=AT), colleague)

    assert (line.approved_by, line.approved_at) == (colleague, AT)
    post.refresh_from_db()
    assert total(post, TOMORROW) == 1800


def test_a_new_line_ends_the_one_it_takes_the_place_of_when_it_begins(post):
    old = make_tariff(post)

    new = change_fee(post, amount_minor=1800, at=AT, active_from=LATER)

    old.refresh_from_db()
    assert (old.active_to, old.end_proposed_by, old.end_approved_by) == (LATER, new.proposed_by, new.approved_by)
    post.refresh_from_db()
    assert (total(post, LATER - timedelta(days=1)), total(post, LATER)) == (1600, 1800)


def test_a_line_for_minors_ends_no_line_for_everybody(post):
    old = make_tariff(post)

    change_fee(post, amount_minor=800, at=AT, applicant_class="minor")

    old.refresh_from_db()
    assert old.active_to is None


def test_nobody_approves_an_own_proposal_not_even_a_superuser(post, colleague):
    colleague.is_superuser = True
    colleague.save()
    line = propose(post, at=AT, officer=colleague)

    with pytest.raises(Forbidden):
        approve(line, colleague)

    line.refresh_from_db()
    assert line.is_proposal


def test_proposing_and_approving_are_rights_of_their_own(post):
    proposer, approver = make_colleague(post, "add_tariff"), make_colleague(post, "approve_tariff")
    line = propose(post, at=AT, officer=proposer)

    with pytest.raises(Forbidden):
        propose(post, "urgent", at=AT, officer=approver)
    with pytest.raises(Forbidden):
        approve(line, make_colleague(post, "add_tariff"))

    assert approve(line, approver).approved_by == approver


@pytest.mark.parametrize("begins", [date(2026, 6, 1), date(2020, 1, 1)])
def test_a_fee_changes_tomorrow_at_the_earliest(post, begins):
    with pytest.raises(Conflict) as refused:
        propose(post, at=AT, active_from=begins)

    assert refused.value.code == "too_late"
    assert not Tariff.objects.exists()


def test_a_proposal_that_waited_too_long_is_approved_no_more(post, colleague):
    line = propose(post, at=AT)

    with pytest.raises(Conflict) as refused:
        approve(line, colleague, at=AT + timedelta(days=1))

    assert refused.value.code == "too_late"


def test_a_line_is_not_put_before_one_that_begins_later(post, colleague):
    make_tariff(post, active_from=LATER)
    line = propose(post, at=AT)

    with pytest.raises(Conflict) as refused:
        approve(line, colleague)

    assert refused.value.code == "later_line"


def test_an_end_needs_two_people_as_well(post, colleague):
    line, proposer = make_tariff(post), make_colleague(post)
    end(line, proposer)
    line.refresh_from_db()
    assert line.active_to is None

    with pytest.raises(Forbidden):
        approve(line, proposer, seen=LATER)
    approve(line, colleague, seen=LATER)

    line.refresh_from_db()
    assert (line.active_to, line.end_approved_by) == (LATER, colleague)


def test_nobody_approves_an_end_that_was_not_on_the_page(post, colleague):
    line, proposer = make_tariff(post), make_colleague(post)
    end(line, proposer)
    services.withdraw(line=line, officer=proposer, at=AT)
    end(line, proposer, on=TOMORROW)

    with pytest.raises(Stale):
        approve(line, colleague, seen=LATER)

    line.refresh_from_db()
    assert line.active_to is None


@pytest.mark.parametrize(("on", "code"), [(date(2026, 6, 1), "too_late"), (LATER, "no_end"), (date.max, "no_end")])
def test_a_line_ends_neither_in_the_past_nor_later_than_it_does(post, colleague, on, code):
    line = make_tariff(post, active_to=LATER)

    with pytest.raises(Conflict) as refused:
        end(line, colleague, on=on)

    assert refused.value.code == code


def test_a_line_to_come_is_called_off_by_two_people(post, colleague):
    make_tariff(post)
    new = change_fee(post, amount_minor=1800, at=AT, active_from=LATER)

    approve(end(new, make_colleague(post), on=LATER), colleague, seen=LATER)
    again = change_fee(post, amount_minor=1700, at=AT, active_from=LATER)

    post.refresh_from_db()
    assert total(post, LATER) == again.amount_minor == 1700


def test_a_proposal_is_withdrawn_by_whoever_made_it_or_may_approve_it(post, colleague):
    mine = propose(post, at=AT, officer=make_colleague(post, "add_tariff"))
    with pytest.raises(Forbidden):
        services.withdraw(line=mine, officer=make_colleague(post, "add_tariff"), at=AT)

    services.withdraw(line=mine, officer=colleague, at=AT)

    assert not Tariff.objects.exists()
    entry = Entry.objects.get(action="tariff_withdrawn")
    assert (entry.detail["amount_minor"], entry.detail["component"]) == (1800, "base")


def test_what_holds_is_not_withdrawn(post, colleague):
    with pytest.raises(Conflict):
        services.withdraw(line=make_tariff(post), officer=colleague, at=AT)


def test_every_step_is_on_record(post, colleague):
    make_tariff(post)

    approve(propose(post, at=AT), colleague)

    assert [*Entry.objects.order_by("pk").values_list("action", flat=True)] == [
        "tariff_proposed",
        "tariff_end_approved",
        "tariff_approved",
    ]


FACTS = {
    "amount_minor": "1",
    "currency": "'USD'",
    "component": "'copy'",
    "service": "'ENDORSE'",
    "applicant_class": "'adult'",
    "active_from": "'2020-01-01'",
    "legal_basis_zh": "'无'",
    "legal_basis_en": "'None'",
    "post_id": "'LYS'",
    "id": "9999",
}


@pytest.mark.parametrize("column", FACTS)
@pytest.mark.parametrize("make", [make_tariff, propose], ids=["approved", "proposed"])
def test_no_fact_of_a_line_is_ever_rewritten(post, make, column):
    make_post("LYS", weekdays=())
    make(post)

    refused(f"UPDATE posts_tariff SET {column} = {FACTS[column]}", "a fee is never rewritten")


@pytest.mark.parametrize(
    ("statement", "why"),
    [
        ("DELETE FROM posts_tariff", "an approved fee is never deleted"),
        ("UPDATE posts_tariff SET approved_at = now()", "a fee is approved once"),
        ("UPDATE posts_tariff SET approved_at = NULL, proposed_by_id = '{one}'", "a fee is never rewritten"),
        ("UPDATE posts_tariff SET active_to = '2026-09-01'", "when a second person approves it"),
        (
            "UPDATE posts_tariff SET active_to = '2026-09-01', end_on = '2026-09-01', "
            "end_proposed_by_id = '{one}', end_approved_by_id = '{two}'",
            "when a second person approves it",
        ),
    ],
)
def test_what_was_approved_changes_by_no_statement(post, statement, why):
    make_tariff(post)
    one, two = make_colleague(post), make_colleague(post)

    refused(statement.format(one=one.pk, two=two.pk), why)


@pytest.mark.parametrize(
    ("statement", "why"),
    [
        ("active_to = '2026-09-01', end_approved_by_id = end_proposed_by_id", "the_end_of_a_tariff_is_approved_by"),
        ("active_to = '2026-10-01', end_approved_by_id = '{two}'", "the_end_of_a_tariff_is_approved_by"),
        ("active_to = '2026-09-01'", "when a second person approves it"),
        ("end_approved_by_id = '{two}'", "the_end_of_a_tariff_is_approved_by"),
    ],
)
def test_an_end_is_approved_as_it_was_proposed_by_somebody_else(post, colleague, statement, why):
    end(make_tariff(post), make_colleague(post))

    refused(f"UPDATE posts_tariff SET {statement.format(two=colleague.pk)}", why)


@pytest.mark.parametrize("until", ["'2027-01-01'", "NULL"])
def test_no_line_that_ends_is_drawn_out_again(post, colleague, until):
    line = make_tariff(post)
    approve(end(line, make_colleague(post)), colleague, seen=LATER)

    refused(f"UPDATE posts_tariff SET active_to = {until}", "when a second person approves it")


@pytest.mark.parametrize("who", ["proposed_by_id", "NULL"])
def test_the_database_knows_no_approval_of_one_s_own_and_none_by_nobody(post, who):
    propose(post)

    refused(
        f"UPDATE posts_tariff SET approved_at = now(), approved_by_id = {who}",
        "a_tariff_is_approved_by_a_second_person|a fee is approved once, by somebody",
    )


def refused(statement, why):
    with pytest.raises(IntegrityError, match=why), transaction.atomic(), connection.cursor() as cursor:
        cursor.execute(statement)


@pytest.mark.django_db(transaction=True)
def test_of_two_proposals_for_the_same_days_that_are_approved_at_once_one_holds():
    post = make_post(weekdays=())
    make_tariff(post)
    lines = [propose(post, amount_minor=amount, at=AT) for amount in (1700, 1800)]
    officers, start, outcomes = [make_colleague(post) for _ in lines], Barrier(2), []

    def press(line, officer):
        start.wait()
        try:
            outcomes.append(approve(line, officer).amount_minor)
        except DomainError as error:
            outcomes.append(error.code)
        finally:
            connection.close()

    threads = [Thread(target=press, args=pair) for pair in zip(lines, officers, strict=True)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()

    assert "later_line" in outcomes
    held = Tariff.objects.approved().during(TOMORROW, TOMORROW).get()
    assert [held.amount_minor, "later_line"] == sorted(outcomes, key=str)


def test_a_released_line_was_approved_by_nobody_in_particular(post):
    line = make_tariff(post)

    assert (line.approved_at, line.proposed_by, line.approved_by) == (RELEASED, None, None)
