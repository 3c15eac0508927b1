"""In what a company's word contradicts what we know: such a word is put aside for a person, never believed."""

from django.utils.translation import gettext_lazy as _

from apps.kernel.errors import Conflict
from apps.payments.models import Payment
from apps.payments.providers.base import Notice, Word
from apps.payments.statuses import Status


class Mismatch(Conflict):
    """A company's word contradicts the payment. ``code`` says in what; nothing was changed."""

    detail = _("The provider reports something else than was agreed.")


def whose(payment: Payment, said: Word) -> str:
    """``merchant_differs`` or ``app_differs`` when it is about somebody else's money; empty when it is ours."""
    merchant = payment.merchant
    if said.merchant_id != merchant.merchant_id:
        return "merchant_differs"
    return "app_differs" if said.app_id and said.app_id != merchant.app_id else ""


def difference(payment: Payment, notice: Notice) -> str:
    """In what a notice contradicts the payment; empty when in nothing."""
    if differs := whose(payment, notice):
        return differs
    if notice.amount_minor != payment.amount_minor:
        return "amount_differs"
    if notice.currency != payment.currency:
        return "currency_differs"
    return _other_transaction(payment, notice) if notice.status is Status.CAPTURED else ""


def _other_transaction(payment: Payment, notice: Notice) -> str:
    if not notice.provider_txn:
        return "transaction_missing"
    if payment.status == Status.CAPTURED and payment.provider_txn != notice.provider_txn:
        return "captured_by_two_transactions"
    others = Payment.objects.filter(provider=payment.provider, provider_txn=notice.provider_txn)
    return "transaction_of_another_payment" if others.exclude(pk=payment.pk).exists() else ""
