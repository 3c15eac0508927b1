from celery import shared_task

from apps.outbox import services


@shared_task(name="outbox.drain", ignore_result=True)
def drain(queue: str) -> None:
    services.drain(queue=queue)


@shared_task(name="outbox.sweep", ignore_result=True)
def sweep() -> None:
    services.sweep()


@shared_task(name="outbox.forget", ignore_result=True)
def forget() -> None:
    services.forget()
