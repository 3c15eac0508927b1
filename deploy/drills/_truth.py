"""Reads what the database and the payment company say in the end, for `_history`."""

from collections import defaultdict
from typing import Any

from deploy.drills._ground import Ground
from deploy.drills._history import Truth

STATUSES = "SELECT id::text, status FROM cases_case"
STEPS = """
SELECT s.case_id::text, s.move, s.source, s.target, s.by, coalesce(u.username, c.citizen_id::text)
FROM cases_step s JOIN cases_case c ON c.id = s.case_id LEFT JOIN accounts_user u ON u.id = s.actor_id ORDER BY s.id
"""
CHANGES = "SELECT citizen_id::text, kind, subject, at FROM cases_change ORDER BY id"
PAYMENTS = """
SELECT p.id::text, p.reference, p.payable, p.status, p.amount_minor, p.currency, p.is_surplus, r.amount_minor
FROM payments_payment p LEFT JOIN payments_refund r ON r.payment_id = p.id
"""
PAYMENT = ("id", "reference", "payable", "status", "amount", "currency", "surplus", "refunded")
STEP = ("case", "move", "source", "target", "by", "actor")


def truth(place: Ground, before: dict[str, int]) -> Truth:
    """``before``: how many changes of each citizen there were before anybody acted."""
    return Truth(
        statuses=dict(place.ask(STATUSES)),
        steps=[dict(zip(STEP, row, strict=True)) for row in place.ask(STEPS)],
        changes=changes(place),
        before=before,
        numbers=[number for (number,) in place.ask("SELECT number FROM documents_issue")],
        next=dict(place.ask("SELECT prefix, next FROM documents_series")),
        payments=[dict(zip(PAYMENT, row, strict=True)) for row in place.ask(PAYMENTS)],
        captures=place.captures(),
    )


def changes(place: Ground) -> dict[str, list[tuple[str, str, str]]]:
    """The feed of each citizen, written as the API writes it."""
    found: dict[str, list[tuple[str, str, str]]] = defaultdict(list)
    for citizen, kind, subject, at in place.ask(CHANGES):
        found[citizen].append((kind, subject, written(at)))
    return found


def written(at: Any) -> str:
    """ISO 8601 with Z, the microseconds only where there are any."""
    return str(at.isoformat()).replace("+00:00", "Z")
