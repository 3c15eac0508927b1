from django.utils.timezone import now

from apps.accounts.events import DeviceAdded
from apps.accounts.models import Device
from apps.notifications import services
from apps.notifications.events import DispatchDoubted, DispatchQueued
from apps.outbox.events import Job, effect, on

LONGEST_NAME = 40


@effect(DispatchQueued, queue="messages")
def carry(event: DispatchQueued, job: Job) -> None:
    services.carry(dispatch=event.dispatch, job=job, at=now())


@effect(DispatchDoubted, queue="messages")
def ask(event: DispatchDoubted, job: Job) -> None:
    services.ask(dispatch=event.dispatch, job=job, at=now())


@on(DeviceAdded, when=lambda event: not event.is_first)
def tell_of_new_device(event: DeviceAdded) -> None:
    device = Device.objects.select_related("user").get(pk=event.device)
    services.tell(
        user=device.user,
        template="new_device",
        subject=f"device:{device.pk}",
        facts={"device": _harmless(device.name), "added_at": device.created_at.isoformat()},
        at=now(),
        dedupe=f"device:{device.pk}",
    )


def _harmless(name: str) -> str:
    """A device's name is whatever its holder typed, perhaps a thief: nothing a mail program would make a link of."""
    kept = "".join(sign if sign.isalnum() or sign in " -_()" else " " for sign in name)
    return " ".join(kept.split())[:LONGEST_NAME] or "?"
