from celery import shared_task
from django.utils.timezone import now

from apps.cases import services
from apps.cases.services.changes import forget as forget_changes
from apps.cases.services.papers import purge as purge_papers
from apps.cases.services.presence import forget as forget_presences


@shared_task(name="cases.lapse", ignore_result=True)
def lapse() -> None:
    services.lapse(at=now())


@shared_task(name="cases.remind", ignore_result=True)
def remind() -> None:
    services.remind(at=now())


@shared_task(name="cases.purge", ignore_result=True)
def purge() -> None:
    purge_papers(at=now())


@shared_task(name="cases.forget", ignore_result=True)
def forget() -> None:
    forget_changes(at=now())
    forget_presences(at=now())
