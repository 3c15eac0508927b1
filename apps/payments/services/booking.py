"""What a payment or refund is in the books: posted in the transaction that moves it, or it did not move.

Debit positive, credit negative (payments.md 7.4). ``source`` is ``payment:<reference>`` or ``refund:<number>``.
"""

from collections import Counter
from datetime import datetime

from apps.ledger import services as ledger
from apps.ledger.models import Transaction
from apps.payments.models import Payment, Refund

SURPLUS, IN_TRANSIT = "surplus_payable", "refund_in_transit"


def book_capture(*, payment: Payment, at: datetime) -> None:
    """The company owes it to us; it is income by component, or somebody's surplus."""
    earned = {SURPLUS: payment.amount_minor} if payment.is_surplus else _income(_components(payment))
    _post(payment, "capture", {payment.merchant.account: payment.amount_minor, **_negative(earned)}, at)


def book_unusable(*, payment: Payment, at: datetime) -> None:
    """What was income turns out to be owed back."""
    left = _income(left_of(payment))
    if left:
        _post(payment, "unusable", {**left, SURPLUS: -sum(left.values())}, at)


def book_approval(*, refund: Refund, at: datetime) -> None:
    """From now on it is promised."""
    taken = _income(refund.allocation) if refund.allocation else {SURPLUS: refund.amount_minor}
    _post_refund(refund, "approved", {**taken, IN_TRANSIT: -refund.amount_minor}, at)


def book_return(*, refund: Refund, at: datetime) -> None:
    """The company gave it back out of what it owed us."""
    amount = refund.amount_minor
    _post_refund(refund, "returned", {IN_TRANSIT: amount, refund.payment.merchant.account: -amount}, at)


def book_failure(*, refund: Refund, at: datetime) -> None:
    """Nothing goes back under this number: as if it had not been promised."""
    made = Transaction.objects.get(source=f"refund:{refund.number}", kind="approved")
    ledger.reverse(transaction=made, source=f"refund:{refund.number}", at=at)


def book_transfer(*, refund: Refund, at: datetime) -> None:
    """Given back by a transfer from the post's bank, because the payer's account did not take it."""
    amount = refund.amount_minor
    _post_refund(refund, "transferred", {IN_TRANSIT: amount, f"bank:{refund.payment.quote.post_id}": -amount}, at)


def allocate(*, payment: Payment, amount_minor: int) -> dict[str, int]:
    """From which components an amount is taken: what was added last goes back first, the document fee at the end."""
    allocated: dict[str, int] = {}
    for code, left in reversed(left_of(payment).items()):
        if amount_minor:
            allocated[code] = min(left, amount_minor)
            amount_minor -= allocated[code]
    return {code: minor for code, minor in allocated.items() if minor}


def left_of(payment: Payment) -> dict[str, int]:
    """Minor units by component that no refund has taken, in the order of the quote."""
    left = Counter(_components(payment))
    for refund in Refund.objects.reserving().filter(payment=payment):
        left.subtract(refund.allocation)
    return dict(left)


def _components(payment: Payment) -> dict[str, int]:
    return {line["code"]: line["amount_minor"] for line in payment.quote.lines}


def _income(components: dict[str, int]) -> dict[str, int]:
    return {f"fee_income:{code}": minor for code, minor in components.items() if minor}


def _negative(entries: dict[str, int]) -> dict[str, int]:
    return {code: -minor for code, minor in entries.items()}


def _post(payment: Payment, kind: str, entries: dict[str, int], at: datetime) -> None:
    ledger.post(
        kind=kind,
        source=f"payment:{payment.reference}",
        post=payment.quote.post,
        currency=payment.currency,
        entries=entries,
        at=at,
    )


def _post_refund(refund: Refund, kind: str, entries: dict[str, int], at: datetime) -> None:
    ledger.post(
        kind=kind,
        source=f"refund:{refund.number}",
        post=refund.payment.quote.post,
        currency=refund.currency,
        entries=entries,
        at=at,
    )
