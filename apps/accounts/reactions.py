from django.utils import timezone

from apps.accounts.channels import channels
from apps.accounts.channels.base import Code, Notice
from apps.accounts.events import AddressChanged, ChallengeAsked
from apps.accounts.models import Challenge, FormerAddress
from apps.accounts.services import challenges
from apps.outbox.events import Job, effect


@effect(ChallengeAsked, queue="messages")
def send_code(event: ChallengeAsked, job: Job) -> None:
    """After a crash the same code may arrive twice, under one Message-ID; a late one is not worth sending."""
    asked = Challenge.objects.answerable().filter(pk=event.challenge, sent_at=None).first()
    if asked is None:
        return
    code = Code(
        address=asked.address,
        digits=challenges.code_of(asked),
        minutes=int(challenges.VALID_FOR.total_seconds() // 60),
        language=asked.language,
        key=str(asked.pk),
        purpose=asked.purpose,
    )
    channels[asked.channel].send(code)
    with job.finish():
        Challenge.objects.filter(pk=asked.pk).update(sent_at=timezone.now())


@effect(AddressChanged, when=lambda event: bool(event.former), queue="messages")
def tell_the_former_address(event: AddressChanged, job: Job) -> None:
    """Whoever took the account over cannot keep its owner from learning of it."""
    former = FormerAddress.objects.select_related("user").filter(pk=event.former, told_at=None).first()
    if former is None:
        return
    channels[former.channel].tell(Notice(former.address, former.user.language, key=str(former.pk)))
    with job.finish():
        FormerAddress.objects.filter(pk=former.pk).update(told_at=timezone.now())
