import logging
import re
from collections.abc import Mapping
from datetime import datetime, timedelta
from typing import Any

from django.db import transaction
from django.db.models import QuerySet
from django.utils import translation

from apps.accounts.models import User
from apps.accounts.services import trust
from apps.audit import services as audit
from apps.kernel.errors import IllegalMove, Unavailable
from apps.kernel.faults import fault_point
from apps.kernel.workflow import Actor
from apps.notifications import ladder
from apps.notifications.channels.base import Answering, Found, Uncertain, Undeliverable, channels
from apps.notifications.events import DispatchDoubted, DispatchQueued
from apps.notifications.models import Dispatch, Message
from apps.notifications.rendering import Text, render
from apps.notifications.statuses import REPEATABLE, DispatchStatus
from apps.notifications.wording import Fact, language_of, say
from apps.outbox.events import Job
from apps.outbox.services import publish
from apps.posts.models import Post

POSTS = ("post", "new_post")
PATIENCE_WITH_A_CHANNEL = timedelta(minutes=15)
"""How long a channel that is away holds up a person who can be told by another."""
PATIENCE_WITH_BOOKS = timedelta(minutes=10)
"""How far behind a carrier's books may be."""

log = logging.getLogger(__name__)


@transaction.atomic
def tell(*, user: User, template: str, subject: str, facts: Mapping[str, Fact], at: datetime, dedupe: str) -> Message:
    """Write to a person, once per ``dedupe``, and have it carried by the channels of the ``ladder``.

    ``template`` is a file name in ``texts/``, which says the facts it needs; ``wording.say`` says how each is
    spelled; ``post`` and ``new_post`` may be a post's code. ``subject`` is what the phone opens (``case:<id>``). Raises
    ``rendering.MissingFact``; the second call with one ``dedupe`` answers the first message.
    """
    language, said = _say(user, facts, at)
    text = render(template=template, language=language, facts=said)
    written = {"template": template, "subject": subject, "language": language, "link": said.get("link", "")}
    written["mark"] = _mark(subject, facts.get("number"))
    message, is_new = Message.objects.get_or_create(
        user=user, dedupe=dedupe, defaults={**written, "title": text.title, "body": text.body, "sent_at": at}
    )
    if is_new:
        ladder.begin(message)
    return message


def compose(*, user: User, template: str, facts: Mapping[str, Fact], at: datetime) -> Text:
    """What ``tell`` would say, without saying it. Raises ``rendering.MissingFact``."""
    language, said = _say(user, facts, at)
    return render(template=template, language=language, facts=said)


def _say(user: User, facts: Mapping[str, Fact], at: datetime) -> tuple[str, dict[str, str]]:
    """The person's language, and the facts as they are spelled in it."""
    language = language_of(user.language)
    named = {**facts, **{name: _post_name(facts.get(name), language) for name in POSTS}}
    return language, say(facts=named, language=language, time_zone=user.time_zone, at=at)


def _post_name(post: Fact, language: str) -> Fact:
    """The post's name in the person's language when it was given as a code, else as it was given."""
    if not re.fullmatch(r"[A-Z]{3}", str(post)):
        return post
    with translation.override(language):
        return next((found.name for found in Post.objects.filter(code=post)), post)


def _mark(subject: str, number: Fact) -> str:
    """The end of an application's number. Other numbers are of passports: none of theirs leaves the inbox."""
    return str(number)[-4:] if number and subject.startswith("case:") else ""


def read(*, message: Message, at: datetime) -> Message:
    """Note when it was first opened."""
    with transaction.atomic():
        message = Message.objects.select_for_update().get(pk=message.pk)
        if message.read_at is None:
            message.read_at = at
            message.save(update_fields=["read_at"])
    return message


def carry(*, dispatch: str, job: Job, at: datetime) -> None:
    """Give a dispatch to its channel, at most once.

    "Sending" is committed before anything leaves. Whoever finds it again knows that a worker died in between and
    does not try: the status becomes ``UNKNOWN``. A carrier that answers questions is asked (``ask``); else the next
    channel's turn has come, and a person may repeat this one (``send_again``).
    """
    fault_point("notifications.before_send")
    held = Dispatch.objects.filter(pk=dispatch)
    before = held.values_list("tried_at", flat=True).first()
    if not held.filter(status=DispatchStatus.DUE).update(status=DispatchStatus.SENDING, tried_at=at):
        with job.finish():
            _doubt(held, dispatch)
        return
    outcome = _hand_over(held.select_related("message__user").get(), before, at)
    fault_point("notifications.after_send")
    with job.finish():
        held.update(**outcome)
        _follow(held.get())


def _doubt(held: QuerySet[Dispatch], dispatch: str) -> None:
    interrupted = held.filter(status=DispatchStatus.SENDING)
    if interrupted.update(status=DispatchStatus.UNKNOWN, error="interrupted"):
        log.error("dispatch_unknown", extra={"dispatch": dispatch})
        _follow(held.get())


def _hand_over(dispatch: Dispatch, before: datetime | None, at: datetime) -> dict[str, Any]:
    """What to record. Raises ``Unavailable``, the dispatch being due again, when nothing left the house.

    The channel sees ``tried_at`` as it was ``before`` this attempt.
    """
    dispatch.tried_at = before
    try:
        channels[dispatch.channel].send(dispatch)
    except Unavailable as away:
        if at - dispatch.created_at > PATIENCE_WITH_A_CHANNEL and ladder.next_after(dispatch):
            return {"status": DispatchStatus.FAILED, "error": away.code[:64]}
        held = Dispatch.objects.filter(pk=dispatch.pk, status=DispatchStatus.SENDING)
        held.update(status=DispatchStatus.DUE, tried_at=before)
        raise
    except Uncertain as doubt:
        log.exception("dispatch_unknown", extra={"dispatch": str(dispatch.pk)})
        return {"status": DispatchStatus.UNKNOWN, "error": doubt.code}
    except Undeliverable as refusal:
        return {"status": DispatchStatus.FAILED, "error": refusal.code}
    return {"status": DispatchStatus.SENT, "error": "", "sent_at": at}


def _follow(dispatch: Dispatch) -> None:
    """What comes after an attempt: a question, another channel's turn, or that the owner of a device was told."""
    subject, _colon, device = dispatch.message.subject.partition(":")
    if dispatch.status == DispatchStatus.SENT and dispatch.sent_at and subject == "device":
        trust.owner_was_told(device=device, channel=dispatch.channel, at=dispatch.sent_at)
    if dispatch.status == DispatchStatus.UNKNOWN and isinstance(channels[dispatch.channel], Answering):
        publish(DispatchDoubted(dispatch=str(dispatch.pk)))
    elif dispatch.status in REPEATABLE:
        ladder.go_on(dispatch)


def ask(*, dispatch: str, job: Job, at: datetime) -> None:
    """Clear up a doubt by asking the carrier; never by sending again.

    Raises ``Unavailable`` while the carrier does not answer, or has not seen it for less than ten minutes: its books
    may lag. After that it was not sent, and the next channel's turn has come.
    """
    unknown = Dispatch.objects.filter(pk=dispatch, status=DispatchStatus.UNKNOWN)
    doubted = unknown.select_related("message__user").first()
    if doubted is None or doubted.tried_at is None:
        return
    channel = channels[doubted.channel]
    found = channel.ask(doubted, doubted.tried_at) if isinstance(channel, Answering) else Found.UNSEEN
    if found == Found.UNSEEN and at - doubted.tried_at < PATIENCE_WITH_BOOKS:
        raise Unavailable(code="not_yet_known")
    outcome: dict[str, Any] = {"status": DispatchStatus.FAILED, "error": f"asked_{found}"}
    if found == Found.TAKEN:
        outcome = {"status": DispatchStatus.SENT, "error": "", "sent_at": doubted.tried_at}
    with job.finish():
        # another attempt since then has its own doubt
        if unknown.filter(tried_at=doubted.tried_at).update(**outcome):
            _follow(Dispatch.objects.get(pk=dispatch))


@transaction.atomic
def send_again(*, dispatch: Dispatch, actor: Actor, at: datetime) -> Dispatch:
    """A person's decision about a failed or unknown dispatch. Raises ``IllegalMove`` for any other."""
    dispatch = Dispatch.objects.select_for_update().get(pk=dispatch.pk)
    if dispatch.status not in REPEATABLE:
        raise IllegalMove
    subject = f"dispatch:{dispatch.pk}"
    audit.record(actor=actor, action="message_send_again", subject=subject, at=at, was=dispatch.status)
    dispatch.status, dispatch.error = DispatchStatus.DUE, ""
    dispatch.save(update_fields=["status", "error"])
    publish(DispatchQueued(dispatch=str(dispatch.pk)))
    return dispatch
