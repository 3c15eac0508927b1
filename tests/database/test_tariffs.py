"""What a process may do with fees and charges as the role it is, with statements of its own."""

from contextlib import closing

import psycopg2
import pytest
from django.utils.timezone import now

from apps.cases import services
from apps.payments.models import Quote
from apps.posts.models import Tariff
from tests.cases.factories import make_case, make_officer, make_post
from tests.database.conftest import asked
from tests.posts.factories import propose

pytestmark = pytest.mark.django_db(transaction=True)

LINE = """
INSERT INTO posts_tariff (post_id, service, component, currency, amount_minor, active_from, legal_basis_zh,
    legal_basis_en, approved_at, proposed_by_id, approved_by_id)
VALUES ('PAR', 'ENDORSE', 'endorsement', 'EUR', 300, '2020-01-01', '无', 'None', {approved})
"""
COPY = """
INSERT INTO payments_quote (id, created_at, updated_at, version, payable, post_id, service, components, lines, currency,
    total_minor, shown_at, valid_until, applicant_class, priced_on, waived_minor)
SELECT gen_random_uuid(), now(), now(), 0, payable, post_id, service, components, lines, currency,
    total_minor + {more}, shown_at, valid_until, applicant_class, priced_on, waived_minor FROM payments_quote
"""


def says(session, sql, **named):
    try:
        asked(session, sql, **named)
    except psycopg2.errors.CheckViolation as refused:
        return str(refused.diag.constraint_name or refused.diag.message_primary)
    return ""


def test_the_desk_proposes_and_cannot_release(secured, enter):
    post = make_post()
    one, two = make_officer(post), make_officer(post)
    staff = enter("staff")

    for approved in ("now(), NULL, NULL", f"now(), '{one.pk}', '{two.pk}'"):
        assert says(staff, LINE.format(approved=approved), officer=one.pk) == "a fee begins as a proposal"
    assert says(staff, LINE.format(approved=f"NULL, '{one.pk}', NULL"), officer=one.pk) == ""
    assert Tariff.objects.waiting().count() == 1


def test_the_desk_approves_what_another_proposed(secured, enter):
    post = make_post()
    line, officer = propose(post, "copy"), make_officer(post)
    staff = enter("staff")
    approve = "UPDATE posts_tariff SET approved_at = now(), approved_by_id = {} WHERE approved_at IS NULL"

    assert (
        says(staff, approve.format("proposed_by_id"), officer=officer.pk) == "a_tariff_is_approved_by_a_second_person"
    )
    assert says(staff, approve.format(f"'{officer.pk}'"), officer=officer.pk) == ""
    line.refresh_from_db()
    assert not line.is_proposal


@pytest.mark.parametrize("kind", ["api", "worker"])
def test_a_phone_is_shown_what_the_tariff_says_and_nothing_else(secured, enter, kind):
    case = make_case("payment_due")
    services.quote(case=case, at=now())
    session = enter(kind)

    assert says(session, COPY.format(more=1)) == "a_total_is_the_sum_of_its_lines"
    assert says(session, COPY.format(more=0)) == ""
    assert Quote.objects.count() == 2


@pytest.mark.parametrize("kind", ["api", "worker"])
@pytest.mark.parametrize("table", ["posts_tariff", "posts_waiver"])
def test_only_the_desk_changes_fees(secured, enter, kind, table):
    with enter(kind) as session, closing(session.cursor()) as cursor:
        for statement in (f"DELETE FROM {table}", f"UPDATE {table} SET approved_at = now()"):
            with pytest.raises(psycopg2.errors.InsufficientPrivilege):
                cursor.execute(statement)
            session.rollback()
