from celery import shared_task
from django.utils import timezone

from apps.passkeys import services


@shared_task(name="passkeys.forget", ignore_result=True)
def forget() -> None:
    services.forget(at=timezone.now())
