from celery import shared_task
from django.utils import timezone

from apps.accounts import services


@shared_task(name="accounts.forget", ignore_result=True)
def forget() -> None:
    services.forget(at=timezone.now())
