from itertools import product

import pytest

from apps.kernel.errors import DomainError
from apps.kernel.workflow import SYSTEM, Actor, By
from apps.payments.statuses import LIVE, NEXT, NEXT_LABELS, OPEN, Next, Status
from apps.payments.workflow import WORKFLOW

TABLE = {
    ("doubt", "created"): "unknown",
    ("offer", "created"): "awaiting_payer",
    ("offer", "unknown"): "awaiting_payer",
    ("give_up", "created"): "closing",
    ("give_up", "unknown"): "closing",
    ("give_up", "awaiting_payer"): "closing",
    ("close", "created"): "closed",
    ("close", "unknown"): "closed",
    ("close", "awaiting_payer"): "closed",
    ("close", "closing"): "closed",
    ("capture", "created"): "captured",
    ("capture", "unknown"): "captured",
    ("capture", "awaiting_payer"): "captured",
    ("capture", "closing"): "captured",
    ("capture", "closed"): "captured",
}


@pytest.mark.parametrize(("move", "status"), list(product(WORKFLOW.names, Status.values)))
def test_a_payment_moves_as_the_table_says_and_not_otherwise(move, status):
    target = TABLE.get((move, status))

    if target:
        assert WORKFLOW.permit(move, status=status, actor=SYSTEM, subject=None).target == target
    else:
        with pytest.raises(DomainError):
            WORKFLOW.permit(move, status=status, actor=SYSTEM, subject=None)


@pytest.mark.parametrize("by", [By.APPLICANT, By.OFFICER])
def test_no_person_moves_a_payment(by):
    assert [row.name for status in Status for row in WORKFLOW.open_to(Actor(by), status=status, subject=None)] == []


def test_the_table_is_sound():
    assert WORKFLOW.problems() == []
    assert set(WORKFLOW.statuses) == set(Status.values)


def test_captured_is_the_end():
    assert [row.name for row in WORKFLOW.open_to(SYSTEM, status=Status.CAPTURED, subject=None)] == []


def test_every_status_tells_the_payer_what_to_do():
    assert set(NEXT) == set(Status)
    assert set(NEXT_LABELS) == set(Next)
    assert set(OPEN) - set(LIVE) == {Status.CLOSING}
