from celery import shared_task
from django.utils import timezone

from apps.accounts import services


@shared_task(name="accounts.forget", ignore_result=True)
def forget() -> None:
    services.forget(at=timezone.now())


@shared_task(name="accounts.let_waiting_in", ignore_result=True)
def let_waiting_in() -> None:
    services.let_waiting_in(at=timezone.now())
