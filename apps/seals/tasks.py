from celery import shared_task
from django.utils import timezone

from apps.kernel.errors import Conflict
from apps.seals import services


@shared_task(name="seals.publish", ignore_result=True)
def publish() -> None:
    """Nothing to publish before the first keys are made."""
    try:
        services.publish_trust(at=timezone.now())
    except Conflict as refusal:
        if refusal.code != "signing_key_missing":
            raise
