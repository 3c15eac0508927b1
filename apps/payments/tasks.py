from celery import shared_task
from django.utils.timezone import now

from apps.payments import services


@shared_task(name="payments.poll", ignore_result=True)
def poll() -> None:
    services.poll(at=now())
    services.poll_refunds(at=now())
