from django.utils.timezone import now

from apps.accounts.events import DeviceAdded, MandateAccepted, MandateRevoked
from apps.accounts.models import Device, Mandate, Scope
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
        template="device_waiting" if event.on_probation else "new_device",
        subject=f"device:{device.pk}",
        facts={"device": _harmless(device.name), "added_at": device.created_at.isoformat()},
        at=now(),
        dedupe=f"device:{device.pk}",
    )


@on(MandateAccepted)
def tell_of_a_helper(event: MandateAccepted) -> None:
    """Whoever gave the right learns who took it."""
    mandate = Mandate.objects.select_related("citizen", "helper", "granted_by").get(pk=event.mandate)
    services.tell(
        user=mandate.granted_by,
        template="mandate_accepted",
        subject=f"mandate:{mandate.pk}",
        facts={
            "helper": str(mandate.helper),
            "person": mandate.citizen.name,
            "rights": "、".join(str(Scope(scope).label) for scope in mandate.scopes),
            "until_on": mandate.expires_at.date().isoformat(),
        },
        at=now(),
        dedupe=f"mandate:{mandate.pk}:accepted",
    )


@on(MandateRevoked)
def tell_that_a_right_is_over(event: MandateRevoked) -> None:
    """Both of them, once somebody had the right at all."""
    mandate = Mandate.objects.select_related("citizen", "helper", "granted_by").get(pk=event.mandate)
    if mandate.helper is None:
        return
    for user in (mandate.granted_by, mandate.helper):
        services.tell(
            user=user,
            template="mandate_revoked",
            subject=f"mandate:{mandate.pk}",
            facts={"helper": str(mandate.helper), "person": mandate.citizen.name},
            at=now(),
            dedupe=f"mandate:{mandate.pk}:revoked",
        )


def _harmless(name: str) -> str:
    """A device's name is whatever its holder typed, perhaps a thief: nothing a mail program would make a link of."""
    kept = "".join(sign if sign.isalnum() or sign in " -_()" else " " for sign in name)
    return " ".join(kept.split())[:LONGEST_NAME] or "?"
