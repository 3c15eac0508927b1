"""Asking no fee: one person requests it, another one approves it."""

from datetime import datetime

from django.db import transaction
from django.utils.translation import gettext_lazy as _

from apps.accounts.models import User
from apps.audit.services import record
from apps.kernel.errors import Conflict, Forbidden, Stale
from apps.kernel.workflow import Actor, By
from apps.outbox.services import publish
from apps.posts.events import FeeWaived
from apps.posts.models import Post, Waiver

REQUEST = "posts.add_waiver"
APPROVE = "posts.approve_waiver"


@transaction.atomic
def request_waiver(*, payable: str, post: Post, reason: str, officer: User, at: datetime) -> Waiver:
    """Ask that ``post`` takes no money for ``payable``. Raises ``Forbidden`` and ``Conflict`` (``waived_before``)."""
    _check_right(officer, REQUEST)
    waiver, is_new = Waiver.objects.get_or_create(
        payable=payable, post=post, defaults={"reason": reason, "requested_by": officer, "requested_at": at}
    )
    if not is_new:
        raise Conflict(_("A waiver for this was requested before."), code="waived_before")
    _record("waiver_requested", waiver, officer, at)
    return waiver


@transaction.atomic
def approve_waiver(*, waiver: Waiver, officer: User, at: datetime) -> Waiver:
    """Nothing is asked for it from now on. What was paid already stays paid.

    Raises ``Forbidden`` for one's own request or without the right, ``Conflict`` (``nothing_waits``).
    """
    _check_right(officer, APPROVE)
    waiver = _held(waiver)
    if waiver.requested_by_id == officer.pk:
        raise Forbidden(_("Somebody else has to approve what you requested."))
    waiver.approved_by, waiver.approved_at = officer, at
    waiver.save(update_fields=["approved_by", "approved_at"])
    _record("waiver_approved", waiver, officer, at)
    publish(FeeWaived(waiver=waiver.pk, payable=waiver.payable))
    return waiver


@transaction.atomic
def withdraw_waiver(*, waiver: Waiver, officer: User, at: datetime) -> None:
    """Take a request off the list: whoever made it, or whoever will not approve it.

    Raises ``Forbidden`` and ``Conflict`` (``nothing_waits``).
    """
    waiver = _held(waiver)
    if waiver.requested_by_id != officer.pk:
        _check_right(officer, APPROVE)
    _record("waiver_withdrawn", waiver, officer, at)
    waiver.delete()


def _held(waiver: Waiver) -> Waiver:
    found = Waiver.objects.select_for_update().filter(pk=waiver.pk).first()
    if found is None:
        raise Stale
    if found.is_approved:
        raise Conflict(_("This waiver is approved already."), code="nothing_waits")
    return found


def _check_right(officer: User, right: str) -> None:
    if not officer.has_perm(right):
        raise Forbidden


def _record(action: str, waiver: Waiver, officer: User, at: datetime) -> None:
    record(
        actor=Actor(By.OFFICER, officer),
        action=action,
        subject=waiver.payable,
        at=at,
        post=waiver.post_id,
        reason=waiver.reason,
        requested_by=str(waiver.requested_by_id),
    )
