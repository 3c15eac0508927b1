from celery import shared_task
from django.utils.timezone import now

from apps.documents import services


@shared_task(name="documents.purge", ignore_result=True)
def purge() -> None:
    services.purge(at=now())
