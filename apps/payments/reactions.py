"""What payments do about their own events: talk to the provider, and apply what it said."""

from django.utils.timezone import now

from apps.kernel.errors import Unavailable
from apps.kernel.faults import fault_point
from apps.outbox.events import Job, effect, on
from apps.payments import services
from apps.payments.events import NoticeReceived, PaymentGivenUp, PaymentOpened
from apps.payments.models import Payment
from apps.payments.providers.base import providers
from apps.payments.statuses import LIVE, UNANSWERED


@effect(PaymentOpened, queue="payments")
def open_at_the_provider(event: PaymentOpened, job: Job) -> None:
    """However often this runs, the provider makes one order: it knows it by the payment's reference."""
    payment = Payment.objects.select_related("quote").get(pk=event.payment)
    if payment.status not in UNANSWERED or payment.expires_at <= now():
        return
    fault_point("payments.before_open")
    try:
        checkout = providers[payment.provider].open(payment)
    except Unavailable:
        services.doubt(payment=payment, at=now())
        raise
    fault_point("payments.after_open")
    with job.finish():
        services.offer(payment=payment, checkout=checkout, at=now())


@effect(PaymentGivenUp, queue="payments")
def close_at_the_provider(event: PaymentGivenUp, job: Job) -> None:
    payment = Payment.objects.get(pk=event.payment)
    if payment.status in LIVE:
        return
    said = services.learn(payment=payment)
    with job.finish():
        services.conclude(payment=payment, said=said, at=now())


@on(NoticeReceived)
def apply_the_notice(event: NoticeReceived) -> None:
    services.process(notice=event.notice, at=now())
