from celery import shared_task
from django.utils.timezone import now

from apps.audit.services import publish_heads, sealing
from apps.audit.signers import signer


@shared_task(name="audit.seal", ignore_result=True)
def seal() -> None:
    sealing.seal(signer=signer(), at=now())
    publish_heads(at=now())
    sealing.warn_when_late(at=now())
