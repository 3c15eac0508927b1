from django.contrib import admin, messages
from django.db.models import QuerySet
from django.http import HttpRequest
from django.utils.timezone import now
from django.utils.translation import gettext_lazy as _
from django.utils.translation import ngettext

from apps.kernel.admin import ModelAdmin, officer
from apps.kernel.errors import IllegalMove
from apps.notifications import services
from apps.notifications.models import Dispatch, Message


class ReadOnly(ModelAdmin):
    def has_add_permission(self, request: HttpRequest) -> bool:
        return False

    def has_change_permission(self, request: HttpRequest, obj: object = None) -> bool:
        return False

    def has_delete_permission(self, request: HttpRequest, obj: object = None) -> bool:
        return False


@admin.register(Message)
class MessageAdmin(ReadOnly):
    """What people were told, word for word."""

    list_display = ["sent_at", "title", "template", "language", "read_at"]
    list_filter = ["template", ("read_at", admin.EmptyFieldListFilter)]
    search_fields = ["subject__exact"]
    fields = ["user", "subject", "title", "body", "link", "language", "sent_at", "read_at"]


@admin.register(Dispatch)
class DispatchAdmin(ReadOnly):
    """What became of each message on each channel. "Perhaps sent" waits here for a person."""

    list_display = ["created_at", "message", "channel", "status", "error", "sent_at"]
    list_filter = ["status", "channel"]
    list_select_related = ["message"]
    actions = ["send_again"]

    def has_resend_permission(self, request: HttpRequest) -> bool:
        return request.user.has_perm("notifications.resend_dispatch")

    @admin.action(description=_("Send the message again"), permissions=["resend"])
    def send_again(self, request: HttpRequest, queryset: QuerySet[Dispatch]) -> None:
        done, refused = 0, 0
        for dispatch in queryset:
            try:
                services.send_again(dispatch=dispatch, actor=officer(request), at=now())
                done += 1
            except IllegalMove:
                refused += 1
        if done:
            note = ngettext("%d message is on its way again.", "%d messages are on their way again.", done)
            self.message_user(request, note % done, messages.SUCCESS)
        if refused:
            note = ngettext("%d was left alone: it is neither failed nor unknown.",
                            "%d were left alone: they are neither failed nor unknown.", refused)  # fmt: skip
            self.message_user(request, note % refused, messages.WARNING)
