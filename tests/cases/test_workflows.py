"""Generated from the tables: nothing moves except as they say."""

from datetime import UTC, datetime
from itertools import product
from types import SimpleNamespace

import pytest

from apps.cases.procedure import procedures
from apps.cases.statuses import ADVICE, FINAL, Face, Receipt, Status
from apps.kernel.errors import DomainError, Forbidden, IllegalMove, Unmet
from apps.kernel.workflow import Actor, By
from apps.posts.models import ChargePolicy, Delivery

SETTLED = datetime(2026, 11, 23, tzinfo=UTC)


class Anyone:
    pk = "anyone"

    def has_perm(self, perm: str) -> bool:
        return True


class Stranger(Anyone):
    def has_perm(self, perm: str) -> bool:
        return False


def case_of(procedure, policy, *, problems=(), settled=True, delivery=Delivery.COLLECT, receipt=""):
    """What a workflow may look at, complete or lacking everything."""
    return SimpleNamespace(
        charge_policy=policy,
        post=SimpleNamespace(charge_policy=policy),
        procedure=SimpleNamespace(problems=lambda case: list(problems)),
        fee_settled_at=SETTLED if settled else None,
        delivery=delivery,
        receipt=receipt,
    )


ATTEMPTS = [
    pytest.param(procedure, name, status, id=f"{procedure.kind}-{name}-{status}")
    for procedure in procedures.values()
    for name, status in product(procedure.workflow.names, Status)
]


@pytest.mark.parametrize(("procedure", "name", "status"), ATTEMPTS)
def test_nothing_moves_except_as_the_table_says(procedure, name, status):
    for by, policy, delivery, receipt in product(By, ChargePolicy, Delivery, ["", *Receipt]):
        case, actor = case_of(procedure, policy, delivery=delivery, receipt=receipt), Actor(by, Anyone())
        rows = [
            row
            for row in procedure.workflow.rows
            if row.name == name and status in row.sources and row.by is by and row.fits(case)
        ]

        offered = procedure.workflow.open_to(actor, status=status, subject=case)

        assert bool(rows) is (name in [row.name for row in offered])
        if rows:
            assert procedure.workflow.permit(name, status=status, actor=actor, subject=case) is rows[0]
        else:
            with pytest.raises((IllegalMove, Forbidden)):
                procedure.workflow.permit(name, status=status, actor=actor, subject=case)


GUARDED = [
    pytest.param(procedure, row, id=f"{procedure.kind}-{row.name}-{row.target}")
    for procedure in procedures.values()
    for row in procedure.workflow
]


@pytest.mark.parametrize(("procedure", "row"), [p for p in GUARDED if p.values[1].permission])
def test_an_officer_without_the_permission_is_refused(procedure, row):
    for policy, source in product(ChargePolicy, row.sources):
        case = case_of(procedure, policy)
        if row.fits(case):
            with pytest.raises(Forbidden):
                procedure.workflow.permit(row.name, status=source, actor=Actor(row.by, Stranger()), subject=case)


@pytest.mark.parametrize(("procedure", "row"), [p for p in GUARDED if p.values[1].needs])
def test_a_move_waits_for_what_it_needs(procedure, row):
    for policy, source in product(ChargePolicy, row.sources):
        case = case_of(procedure, policy, problems=["anything"], settled=False)
        if row.fits(case):
            with pytest.raises(Unmet) as refused:
                procedure.workflow.permit(row.name, status=source, actor=Actor(row.by, Anyone()), subject=case)
            assert refused.value.missing


@pytest.mark.parametrize("procedure", procedures.values(), ids=lambda procedure: procedure.kind)
def test_the_table_itself_is_sound(procedure):
    assert procedure.workflow.problems() == []


@pytest.mark.parametrize("procedure", procedures.values(), ids=lambda procedure: procedure.kind)
def test_every_dead_end_is_done_to_the_public(procedure):
    """And nothing that is done goes on, except where somebody took for delivered what was not."""
    on = {(source, row.name) for row in procedure.workflow for source in row.sources if source != row.target}
    ends = {Status(status) for status in procedure.workflow.statuses} - {source for source, _name in on}

    assert all(status.face is Face.DONE for status in ends)
    assert {(source, name) for source, name in on if source in FINAL} <= {(Status.DELIVERED, "take_back")}
    assert ends | {Status.DELIVERED} == FINAL


@pytest.mark.parametrize("procedure", procedures.values(), ids=lambda procedure: procedure.kind)
def test_whenever_it_is_the_persons_turn_there_is_a_way_on(procedure):
    """No dead end: a move of their own, or a payment, or the counter."""
    for status in procedure.workflow.statuses:
        if Status(status).face is Face.YOUR_TURN:
            moves = {row.by for row in procedure.workflow if status in row.sources}
            assert By.APPLICANT in moves or {By.SYSTEM, By.OFFICER} & moves


@pytest.mark.parametrize("procedure", procedures.values(), ids=lambda procedure: procedure.kind)
def test_every_reason_a_move_asks_for_is_listed(procedure):
    for row in procedure.workflow:
        if row.asks:
            assert procedure.reasons[row.asks]


def test_every_status_says_what_happens_next():
    assert set(ADVICE) == set(Status)


def test_a_move_nobody_knows_is_illegal():
    procedure = next(iter(procedures.values()))
    with pytest.raises(DomainError) as refused:
        procedure.workflow.permit("fly", status="draft", actor=Actor(By.APPLICANT, Anyone()), subject=None)
    assert refused.value.code == "illegal_move"
