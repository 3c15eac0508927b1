"""What became of everything, counted in the database, in the journal of the payment company and in the letters."""

from collections import Counter
from collections.abc import Sequence
from email import message_from_binary_file
from pathlib import Path
from typing import Any, NamedTuple

from deploy.drills._ground import Ground

CASES = """
SELECT c.id::text, c.status,
       (SELECT count(*) FROM documents_issue i WHERE i.subject = 'case:' || c.id),
       (SELECT count(*) FROM cases_step s WHERE s.case_id = c.id AND s.move = 'issue')
FROM cases_case c
"""
PAYMENTS = "SELECT reference, payable FROM payments_payment"
TOLD_TWICE = """
SELECT count(*) - count(DISTINCT (user_id, subject, template))
FROM notifications_message
WHERE template IN ('application_submitted', 'approved', 'payment_received', 'ready_to_collect')
"""
NOT_KNOWN = "SELECT count(*) FROM notifications_dispatch WHERE status = 'unknown'"


class Fate(NamedTuple):
    """Of one application that was acknowledged."""

    status: str
    documents: int
    issues: int
    charges: int


def fates(ground: Ground) -> dict[str, Fate]:
    """By case."""
    payable = {str(reference): str(paid) for reference, paid in ground.ask(PAYMENTS)}
    charged = Counter(payable.get(capture["reference"], "") for capture in ground.captures())
    return {
        case: Fate(status, documents, issues, charged[f"case:{case}"])
        for case, status, documents, issues in ground.ask(CASES)
    }


class Sum(NamedTuple):
    """What the claim is about."""

    lost: int
    duplicate_documents: int
    never_charged: int
    duplicate_charges: int
    charged_without_document: int


def add_up(found: dict[str, Fate], acknowledged: Sequence[str]) -> Sum:
    """Lost: what was acknowledged and is not ready, or not there at all."""
    gone = Fate("", 0, 0, 0)
    mine = [found.get(case, gone) for case in acknowledged]
    return Sum(
        lost=sum(fate.status != "ready_to_collect" for fate in mine),
        duplicate_documents=sum(max(fate.documents, fate.issues, 1) - 1 for fate in found.values()),
        never_charged=sum(fate.documents > 0 and not fate.charges for fate in found.values()),
        duplicate_charges=sum(max(fate.charges, 1) - 1 for fate in found.values()),
        charged_without_document=sum(fate.charges > 0 and not fate.issues for fate in found.values()),
    )


def repeated_letters(folder: Path) -> int:
    """Letters beyond the first of each Message-ID."""
    seen: Counter[Any] = Counter()
    for path in folder.glob("*.eml"):
        with path.open("rb") as file:
            seen[message_from_binary_file(file)["Message-ID"]] += 1
    return sum(seen.values()) - len(seen)
