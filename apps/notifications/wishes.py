"""What people and their devices ask for: where pushes go, and which channels they want."""

from collections.abc import Sequence
from datetime import datetime

from django.db import connection, transaction
from django.db.models import Q

from apps.accounts.models import Device, User
from apps.audit import services as audit
from apps.kernel.workflow import Actor, By
from apps.notifications.models import ChannelPreference, PushToken


@transaction.atomic
def register(*, device: Device, service: str, token: str, at: datetime) -> PushToken:
    """Push to this device under this name from now on. Another device that had the name loses it: an app that was
    installed anew, or handed to somebody else, must not show a former owner's news."""
    with connection.cursor() as cursor:
        # two devices that say one name at the same time take turns
        cursor.execute("SELECT pg_advisory_xact_lock(hashtextextended(%s, 0))", [f"push:{service}:{token}"])
    Device.objects.select_for_update().get(pk=device.pk)
    PushToken.objects.filter(Q(service=service, token=token), ~Q(device=device)).delete()
    said = {"service": service, "token": token, "refreshed_at": at, "invalid_at": None}
    registered, _ = PushToken.objects.update_or_create(
        device=device, defaults=said, create_defaults={**said, "created_at": at}
    )
    return registered


def forget(*, device: Device) -> None:
    """No pushes to this device. Twice does no harm."""
    PushToken.objects.filter(device=device).delete()


@transaction.atomic
def prefer(*, user: User, order: Sequence[str], muted: Sequence[str], at: datetime) -> ChannelPreference:
    """Keep the order of channels and what stays silent; the caller has checked the names."""
    chosen = {"order": list(order), "muted": sorted(set(muted))}
    wish, _ = ChannelPreference.objects.update_or_create(user=user, defaults=chosen)
    detail = {name: ",".join(names) for name, names in chosen.items()}
    actor = Actor(By.APPLICANT, user)
    audit.record(actor=actor, action="channels_chosen", subject=f"account:{user.pk}", at=at, citizen=None, **detail)
    return wish
