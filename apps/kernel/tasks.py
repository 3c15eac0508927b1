from celery import shared_task
from django.utils.timezone import now

from apps.kernel import idempotency


@shared_task(name="kernel.forget", ignore_result=True)
def forget() -> None:
    idempotency.forget(at=now())
