import logging
import re
from collections.abc import Mapping
from datetime import datetime
from typing import Any

from django.db import transaction
from django.utils import translation

from apps.accounts.models import User
from apps.audit import services as audit
from apps.kernel.errors import IllegalMove, Unavailable
from apps.kernel.faults import fault_point
from apps.kernel.workflow import Actor
from apps.notifications.channels.base import Uncertain, Undeliverable, channels
from apps.notifications.events import DispatchQueued
from apps.notifications.models import Dispatch, Message
from apps.notifications.rendering import Text, render
from apps.notifications.statuses import REPEATABLE, DispatchStatus
from apps.notifications.wording import Fact, language_of, say
from apps.outbox.events import Job
from apps.outbox.services import publish
from apps.posts.models import Post

log = logging.getLogger(__name__)


@transaction.atomic
def tell(*, user: User, template: str, subject: str, facts: Mapping[str, Fact], at: datetime, dedupe: str) -> Message:
    """Write to a person, once per ``dedupe``, and hand the message to every channel that reaches them.

    ``template`` is a file name in ``texts/``, which says the facts it needs; ``wording.say`` says how each is
    spelled; ``post`` may be a post's code. ``subject`` is what the phone opens (``case:<id>``). Raises
    ``rendering.MissingFact``; the second call with one ``dedupe`` answers the first message.
    """
    language, said = _say(user, facts, at)
    text = render(template=template, language=language, facts=said)
    written = {"template": template, "subject": subject, "language": language, "link": said.get("link", "")}
    message, is_new = Message.objects.get_or_create(
        user=user, dedupe=dedupe, defaults={**written, "title": text.title, "body": text.body, "sent_at": at}
    )
    if is_new:
        _queue(message)
    return message


def compose(*, user: User, template: str, facts: Mapping[str, Fact], at: datetime) -> Text:
    """What ``tell`` would say, without saying it. Raises ``rendering.MissingFact``."""
    language, said = _say(user, facts, at)
    return render(template=template, language=language, facts=said)


def _say(user: User, facts: Mapping[str, Fact], at: datetime) -> tuple[str, dict[str, str]]:
    """The person's language, and the facts as they are spelled in it."""
    language = language_of(user.language)
    named = {**facts, "post": _post_name(facts.get("post"), language)}
    return language, say(facts=named, language=language, time_zone=user.time_zone, at=at)


def _post_name(post: Fact, language: str) -> Fact:
    """The post's name in the person's language when it was given as a code, else as it was given."""
    if not re.fullmatch(r"[A-Z]{3}", str(post)):
        return post
    with translation.override(language):
        return next((found.name for found in Post.objects.filter(code=post)), post)


def _queue(message: Message) -> None:
    for name in channels:
        if channels[name].reaches(message.user):
            dispatch = Dispatch.objects.create(message=message, channel=name)
            publish(DispatchQueued(dispatch=str(dispatch.pk)))


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
    does not try: the status becomes ``UNKNOWN``, and a person decides (``send_again``).
    """
    fault_point("notifications.before_send")
    held = Dispatch.objects.filter(pk=dispatch)
    if not held.filter(status=DispatchStatus.DUE).update(status=DispatchStatus.SENDING):
        with job.finish():
            _doubt(held.filter(status=DispatchStatus.SENDING), dispatch)
        return
    outcome = _hand_over(held.select_related("message__user").get(), at)
    fault_point("notifications.after_send")
    with job.finish():
        held.update(**outcome)


def _doubt(interrupted: Any, dispatch: str) -> None:
    if interrupted.update(status=DispatchStatus.UNKNOWN, error="interrupted"):
        log.error("dispatch_unknown", extra={"dispatch": dispatch})


def _hand_over(dispatch: Dispatch, at: datetime) -> dict[str, Any]:
    """What to record. Raises ``Unavailable``, the dispatch being due again, when nothing left the house."""
    try:
        channels[dispatch.channel].send(dispatch)
    except Unavailable:
        held = Dispatch.objects.filter(pk=dispatch.pk, status=DispatchStatus.SENDING)
        held.update(status=DispatchStatus.DUE)
        raise
    except Uncertain as doubt:
        log.exception("dispatch_unknown", extra={"dispatch": str(dispatch.pk)})
        return {"status": DispatchStatus.UNKNOWN, "error": doubt.code}
    except Undeliverable as refusal:
        return {"status": DispatchStatus.FAILED, "error": refusal.code}
    return {"status": DispatchStatus.SENT, "error": "", "sent_at": at}


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
