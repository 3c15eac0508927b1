import uuid
from typing import Self

from django.db import models
from django.db.models import Q
from django.utils.translation import gettext_lazy as _

from apps.accounts.models import User
from apps.kernel.models import Record
from apps.notifications.statuses import DispatchStatus


class MessageQuerySet(models.QuerySet["Message"]):
    def of(self, user: User) -> Self:
        return self.filter(user=user)

    def unread(self) -> Self:
        return self.filter(read_at=None)


class Message(Record):
    """What a person was told, in the words they were told it. ``subject`` is ``case:<id>`` and the like."""

    user = models.ForeignKey(User, models.CASCADE, related_name="messages", verbose_name=_("account"))
    template = models.CharField(_("template"), max_length=64)
    subject = models.CharField(_("subject"), max_length=100)
    dedupe = models.CharField(_("told once per"), max_length=200)
    language = models.CharField(_("language"), max_length=8)
    title = models.TextField(_("heading"))
    body = models.TextField(_("wording"))
    link = models.CharField(_("link"), max_length=500, blank=True)
    sent_at = models.DateTimeField(_("told"))
    read_at = models.DateTimeField(_("opened"), null=True)

    objects = MessageQuerySet.as_manager()

    class Meta:
        verbose_name = _("message")
        verbose_name_plural = _("messages")
        constraints = [models.UniqueConstraint(fields=["user", "dedupe"], name="a_person_is_told_once")]
        indexes = [
            models.Index(fields=["user", "-created_at", "-id"], name="inbox"),
            models.Index(fields=["user", "-created_at", "-id"], name="unread_inbox", condition=Q(read_at=None)),
        ]

    def __str__(self) -> str:
        return self.title


class Dispatch(models.Model):
    """One message on one channel. Its id makes the Message-ID, so that a repeated letter is known as the same."""

    id = models.UUIDField(primary_key=True, default=uuid.uuid4, editable=False)
    message = models.ForeignKey(Message, models.CASCADE, related_name="dispatches", verbose_name=_("message"))
    channel = models.CharField(_("channel"), max_length=16)
    status = models.CharField(
        _("status"), max_length=8, choices=DispatchStatus, default=DispatchStatus.DUE, editable=False
    )
    error = models.CharField(_("reason"), max_length=64, blank=True, editable=False)
    created_at = models.DateTimeField(_("created"), auto_now_add=True)
    sent_at = models.DateTimeField(_("sent"), null=True, editable=False)

    class Meta:
        verbose_name = _("dispatch")
        verbose_name_plural = _("dispatches")
        constraints = [models.UniqueConstraint(fields=["message", "channel"], name="one_dispatch_per_channel")]
        indexes = [
            models.Index(
                fields=["created_at"], name="dispatches_to_look_at", condition=Q(status__in=["failed", "unknown"])
            )
        ]
        permissions = [("resend_dispatch", _("Can send a message again"))]

    def __str__(self) -> str:
        return f"{self.channel} {self.pk}"
