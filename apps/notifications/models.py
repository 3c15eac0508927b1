import uuid
from typing import Self

from django.db import models
from django.db.models import Q
from django.utils.translation import gettext_lazy as _

from apps.accounts.models import Device, Scope, User
from apps.kernel.models import Record
from apps.notifications.statuses import DispatchStatus, PushService


class MessageQuerySet(models.QuerySet["Message"]):
    def of(self, user: User, scope: Scope = Scope.VIEW) -> Self:
        return self.filter(user=user)

    def unread(self) -> Self:
        return self.filter(read_at=None)


class Message(Record):
    """What a person was told, in the words they were told it. ``subject`` is ``case:<id>`` and the like.

    ``mark`` is all that a locked screen may show of the application's number: its end.
    """

    user = models.ForeignKey(User, models.CASCADE, related_name="messages", verbose_name=_("account"))
    template = models.CharField(_("template"), max_length=64)
    subject = models.CharField(_("subject"), max_length=100)
    dedupe = models.CharField(_("told once per"), max_length=200)
    language = models.CharField(_("language"), max_length=8)
    title = models.TextField(_("heading"))
    body = models.TextField(_("wording"))
    mark = models.CharField(_("end of the number"), max_length=8, blank=True, db_default="")
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
    """One message on one channel. Its id makes the Message-ID, so that a repeated letter is known as the same.

    ``tried_at`` is when the last attempt began: about that time the carrier may have been given it.
    """

    id = models.UUIDField(primary_key=True, default=uuid.uuid4, editable=False)
    message = models.ForeignKey(Message, models.CASCADE, related_name="dispatches", verbose_name=_("message"))
    channel = models.CharField(_("channel"), max_length=16)
    status = models.CharField(
        _("status"), max_length=8, choices=DispatchStatus, default=DispatchStatus.DUE, editable=False
    )
    error = models.CharField(_("reason"), max_length=64, blank=True, editable=False)
    created_at = models.DateTimeField(_("created"), auto_now_add=True)
    tried_at = models.DateTimeField(_("tried"), null=True, editable=False)
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


class PushTokenQuerySet(models.QuerySet["PushToken"]):
    def of(self, user: User) -> Self:
        return self.filter(device__user=user)

    def live(self) -> Self:
        """Of devices that are signed in, and not known to be gone."""
        return self.filter(device__in=Device.objects.live(), invalid_at=None)


class PushToken(models.Model):
    """Under what name Google or Apple knows a device. The last device that says a name has it.

    ``refreshed_at`` is when the device last said it, ``invalid_at`` when the service said that nobody is there.
    """

    id = models.UUIDField(primary_key=True, default=uuid.uuid4, editable=False)
    device = models.OneToOneField(Device, models.CASCADE, related_name="push_token", verbose_name=_("device"))
    service = models.CharField(_("push service"), max_length=4, choices=PushService)
    token = models.CharField(_("registration"), max_length=1024)
    created_at = models.DateTimeField(_("created"))
    refreshed_at = models.DateTimeField(_("refreshed"))
    invalid_at = models.DateTimeField(_("no longer valid"), null=True)

    objects = PushTokenQuerySet.as_manager()

    class Meta:
        verbose_name = _("push registration")
        verbose_name_plural = _("push registrations")
        constraints = [
            models.UniqueConstraint(fields=["service", "token"], name="a_push_token_belongs_to_one_device"),
            models.CheckConstraint(condition=Q(service__in=["fcm", "apns"]), name="push_services_we_know"),
        ]

    def __str__(self) -> str:
        return f"{self.service} {self.pk}"


class ChannelPreference(models.Model):
    """How a person wants to be told. Who has none is told by push, else text message, and by e-mail.

    ``order`` names every channel once, first choice first; ``muted`` those that stay silent.
    """

    user = models.OneToOneField(
        User, models.CASCADE, primary_key=True, related_name="channel_preference", verbose_name=_("account")
    )
    order = models.JSONField(_("order"))
    muted = models.JSONField(_("muted"), default=list)

    class Meta:
        verbose_name = _("channel preference")
        verbose_name_plural = _("channel preferences")

    def __str__(self) -> str:
        return str(self.user_id)
