"""What a message about a case may say."""

from datetime import datetime

from django.utils import translation

from apps.cases.models import Case, Step
from apps.cases.services.fees import is_fee_due, quote
from apps.kernel.errors import DomainError
from apps.kernel.workflow import Move
from apps.notifications.wording import Fact
from apps.payments.models import Payment, Quote


def facts(*, case: Case, step: Step, language: str, at: datetime) -> dict[str, Fact]:
    """As ``notifications.wording`` takes them: amounts in the smallest unit, dates in ISO 8601, reasons as a list."""
    paid = Payment.objects.paying(case.payable).first()
    owed = None if paid else _owed(case, at)
    money = paid or owed
    with translation.override(language):
        return {
            "number": case.number,
            "post": case.post_id,
            "status": str(step.get_target_display()),
            "amount": paid.amount_minor if paid else "",
            "amount_due": owed.total_minor if owed else "",
            "currency": money.currency if money else "",
            "expected_on": case.expected_on.isoformat() if case.expected_on else "",
            "deadline_on": case.answer_by.isoformat() if case.answer_by else "",
            "tracking": case.tracking,
            "asked_on": case.post.today(step.at).isoformat(),
            "new_post": step.details.get("post", ""),
            "reasons": reason_labels(case, step),
            "note": told_note(case, step),
            "link": "",
        }


def _owed(case: Case, at: datetime) -> Quote | None:
    """Nothing where there is no price: the message is told all the same."""
    try:
        return quote(case=case, at=at) if is_fee_due(case) else None
    except DomainError:
        return None


def reason_labels(case: Case, step: Step) -> list[str]:
    """The chosen reasons as people read them."""
    name = "propose_refusal" if step.move == "refuse" else step.move
    lists = [case.procedure.reasons.get(row.asks, {}) for row in rows_named(case, name)]
    return [str(known[code]) for known in lists[:1] for code in step.reasons if code in known]


def is_private(case: Case, step: Step) -> bool:
    """What officers say among themselves."""
    return any(row.private for row in rows_named(case, step.move))


def told_note(case: Case, step: Step) -> str:
    """The note, unless it was written for colleagues."""
    return "" if any(row.private or row.private_note for row in rows_named(case, step.move)) else step.note


def rows_named(case: Case, name: str) -> list[Move]:
    return [row for row in case.procedure.workflow if row.name == name]
