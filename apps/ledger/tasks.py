from celery import shared_task
from django.utils.timezone import now

from apps.ledger import services


@shared_task(name="ledger.close", ignore_result=True)
def close() -> None:
    services.close(at=now())
