"""What a message about a case may say."""

from django.conf import settings
from django.utils import translation

from apps.cases.models import Case, Step
from apps.cases.services.fees import is_fee_due, quote
from apps.kernel.workflow import Move
from apps.payments.models import Payment
from apps.posts.money import format_money


def facts(*, case: Case, step: Step, language: str) -> dict[str, str | int]:
    """In the person's language; ``…_on`` is an ISO 8601 date and shown in their zone by the template."""
    with translation.override(language):
        return {
            "number": case.number,
            "procedure": str(case.procedure.label),
            "post": case.post_id,
            "status": str(step.get_target_display()),
            "amount": _amount(case, step, language),
            "expected_on": case.expected_on.isoformat() if case.expected_on else "",
            "reasons": "\n".join(f"- {reason}" for reason in reason_labels(case, step)),
            "note": step.note,
            "link": f"{settings.PUBLIC_URL}/api/v1/cases/{case.pk}",
        }


def _amount(case: Case, step: Step, language: str) -> str:
    """What was paid, or else what is due."""
    paid = Payment.objects.paying(case.payable).first()
    if paid is not None:
        return format_money(paid.amount_minor, paid.currency, language)
    if not is_fee_due(case):
        return ""
    owed = quote(case=case, at=step.at)
    return format_money(owed.total_minor, owed.currency, language)


def reason_labels(case: Case, step: Step) -> list[str]:
    """The chosen reasons as people read them."""
    lists = [case.procedure.reasons.get(row.asks, {}) for row in rows_named(case, step.move)]
    return [str(known[code]) for known in lists[:1] for code in step.reasons if code in known]


def rows_named(case: Case, name: str) -> list[Move]:
    return [row for row in case.procedure.workflow if row.name == name]
