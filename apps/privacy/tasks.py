from celery import shared_task
from django.utils.timezone import now

from apps.privacy import services


@shared_task(name="privacy.purge", ignore_result=True)
def purge() -> None:
    services.purge(at=now())
