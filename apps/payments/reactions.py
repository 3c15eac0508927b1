"""What payments do about their own events: talk to the provider, and apply what it said."""

from django.utils.timezone import now

from apps.kernel.errors import Unavailable
from apps.kernel.faults import fault_point
from apps.outbox.events import Job, effect, on
from apps.payments import services
from apps.payments.events import NoticeReceived, PaymentGivenUp, PaymentOpened, RefundApproved, RefundSighted
from apps.payments.models import Payment, Refund
from apps.payments.providers.base import providers
from apps.payments.statuses import LIVE, UNANSWERED


@effect(PaymentOpened, queue="payments")
def open_at_the_provider(event: PaymentOpened, job: Job) -> None:
    """However often this runs, the provider makes one order: it knows it by the payment's reference."""
    payment = Payment.objects.select_related("quote", "merchant").get(pk=event.payment)
    if payment.status not in UNANSWERED or payment.expires_at <= now():
        return
    fault_point("payments.before_open")
    try:
        with services.through(payment.merchant, at=now()):
            checkout = providers[payment.provider].open(payment)
    except Unavailable:
        services.doubt(payment=payment, at=now())
        raise
    fault_point("payments.after_open")
    with job.finish():
        services.offer(payment=payment, checkout=checkout, at=now())


@effect(PaymentGivenUp, queue="payments")
def close_at_the_provider(event: PaymentGivenUp, job: Job) -> None:
    payment = Payment.objects.select_related("quote", "merchant").get(pk=event.payment)
    if payment.status in LIVE:
        return
    said = services.learn(payment=payment, at=now())
    with job.finish():
        services.conclude(payment=payment, said=said, at=now())


@effect(RefundApproved, queue="payments")
def give_it_back(event: RefundApproved, job: Job) -> None:
    """However often this runs, the company gives it back once: it knows it by the refund's number."""
    refund = Refund.objects.select_related("payment__merchant").get(pk=event.refund)
    fault_point("payments.before_refund")
    said = services.give_back(refund=refund, at=now())
    fault_point("payments.after_refund")
    with job.finish():
        services.conclude_refund(refund=refund, said=said, at=now())


@effect(RefundSighted, queue="payments")
def ask_about_a_refund(event: RefundSighted, job: Job) -> None:
    """One that began at the company is known by what the company answers."""
    payment = Payment.objects.select_related("quote", "merchant").get(pk=event.payment)
    with services.through(payment.merchant, at=now()):
        said = providers[payment.provider].ask_refund(payment, event.number)
    with job.finish():
        services.conclude_sighted(payment=payment, said=said, at=now())


@on(NoticeReceived)
def apply_the_notice(event: NoticeReceived) -> None:
    services.process(notice=event.notice, at=now())
