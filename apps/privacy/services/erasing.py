"""The end of what we hold about somebody (Personal Information Protection Law art. 47)."""

import json
from collections.abc import Iterator
from datetime import datetime, timedelta
from typing import Any
from uuid import UUID

from django.db import transaction
from django.utils.translation import gettext_lazy as _

from apps.accounts.models import Citizen, Device, Mandate, Relation, Scope, User
from apps.audit.services import record
from apps.documents.store import store
from apps.kernel.errors import Fault, Invalid, Unavailable, Unknown, Unmet
from apps.kernel.holdings import Whose, holdings
from apps.kernel.workflow import SYSTEM, Actor, By
from apps.notifications.holdings import farewell
from apps.notifications.models import Dispatch
from apps.notifications.statuses import DispatchStatus
from apps.outbox.events import Job
from apps.outbox.services import publish
from apps.privacy.events import ErasureRequested, PersonErased
from apps.privacy.models import Erasure
from apps.privacy.services.outlook import obstacles
from apps.privacy.services.whose import whose_of, with_subjects

RECORDS = "erasures/"
"""In the object store, which no backup of the database sets back: who must not come back with one."""
PATIENCE = timedelta(days=1)
"""How long the last message may take before its address goes all the same."""


@transaction.atomic
def request_erasure(*, citizen: UUID, user: User, printed_name: str, at: datetime) -> Erasure:
    """From here on nobody acts for the citizen, and accounts that exist for nobody else are signed out.

    ``printed_name`` is the spelling of the passport, said again so that nobody is erased by a slip. Raises ``Unknown``,
    ``Invalid`` for another name, ``Unmet`` with what has to happen first.
    """
    person = Citizen.objects.of(user, Scope.MANAGE).select_for_update(of=("self",)).filter(pk=citizen).first()
    if person is None:
        raise Unknown
    if " ".join(printed_name.upper().split()) != person.full_spelling.upper():
        detail = _("Type the name as it is printed in the passport.")
        raise Invalid(faults=(Fault("/printed_name", "name_differs", detail),))
    whose = whose_of(citizen=person.pk)
    _refuse_if_something_is_open(whose)
    erasure = Erasure.objects.create(
        citizen=person, accounts=_texts(whose.accounts), leaving=_texts(whose.leaving), requested_at=at
    )
    Relation.objects.filter(citizen=person).delete()
    Mandate.objects.filter(citizen=person, revoked_at=None).update(revoked_at=at)
    Device.objects.filter(user__in=whose.leaving, revoked_at=None).update(revoked_at=at)
    record(
        actor=Actor(By.APPLICANT, user),
        action="erasure_requested",
        subject=f"citizen:{person.pk}",
        at=at,
        citizen=person.pk,
    )
    publish(ErasureRequested(citizen=str(person.pk)))
    return erasure


def erase(*, citizen: str, job: Job, at: datetime) -> None:
    """Everything but the way to say so. A worker that dies anywhere leaves something that can be done again."""
    erasure = Erasure.objects.get(pk=UUID(citizen))
    whose = _whose(erasure)
    _note_outside(erasure)
    for holding in holdings.values():
        holding.discard(whose)
    with job.finish():
        if Erasure.objects.filter(pk=erasure.pk, erased_at=None).update(erased_at=at):
            _erase_rows(whose, at)
            publish(PersonErased(citizen=str(erasure.pk)))


@transaction.atomic
def release(*, citizen: str, at: datetime) -> None:
    """The addresses as well, once the last message has left. Raises ``Unavailable`` while it has not."""
    erasure = Erasure.objects.select_for_update().get(pk=UUID(citizen))
    if erasure.erased_at is None or erasure.done_at is not None:
        return
    whose = _whose(erasure)
    waiting = Dispatch.objects.filter(
        message__dedupe=farewell(whose),
        message__user__in=whose.leaving,
        status__in=[DispatchStatus.DUE, DispatchStatus.SENDING],
    )
    if at - erasure.erased_at < PATIENCE and waiting.exists():
        raise Unavailable(code="last_message_not_sent")
    _release_rows(whose, at)
    Erasure.objects.filter(pk=erasure.pk).update(done_at=at)


def replay(*, at: datetime) -> Iterator[tuple[UUID, bool]]:
    """After a restore: erase again whoever came back with the backup. Answers each, and whether there was a need."""
    for key in list(store().keys(RECORDS)):
        citizen = UUID(key.removeprefix(RECORDS))
        yield citizen, _replay_one(citizen, _read_outside(key), at)


def _replay_one(citizen: UUID, noted: dict[str, Any], at: datetime) -> bool:
    """No message: it was told the first time."""
    if not Citizen.objects.filter(pk=citizen).exists():
        return False
    if Erasure.objects.filter(pk=citizen).exclude(done_at=None).exists():
        return False
    given = {"accounts": noted["accounts"], "leaving": noted["leaving"], "requested_at": noted["requested_at"]}
    erasure, _is_new = Erasure.objects.get_or_create(pk=citizen, defaults=given)
    whose = _whose(erasure)
    for holding in holdings.values():
        holding.discard(whose)
    with transaction.atomic():
        _erase_rows(whose, at)
        _release_rows(whose, at)
        Erasure.objects.filter(pk=citizen).update(erased_at=at, done_at=at)
    return True


def _erase_rows(whose: Whose, at: datetime) -> None:
    for holding in holdings.values():
        holding.erase(whose, at)
    subject = f"citizen:{whose.citizen}"
    record(actor=SYSTEM, action="citizen_erased", subject=subject, at=at, citizen=whose.citizen)


def _release_rows(whose: Whose, at: datetime) -> None:
    for holding in holdings.values():
        holding.release(whose, at)


def _refuse_if_something_is_open(whose: Whose) -> None:
    found = list(obstacles(whose))
    if found:
        faults = tuple(Fault("", obstacle.code, obstacle.way_out) for obstacle in found)
        raise Unmet(
            _("Something has to be finished first."),
            code="erasure_not_possible_yet",
            faults=faults,
            missing=tuple(obstacle.code for obstacle in found),
        )


def _whose(erasure: Erasure) -> Whose:
    return with_subjects(
        citizen=erasure.citizen_id,
        accounts=[UUID(pk) for pk in erasure.accounts],
        leaving=[UUID(pk) for pk in erasure.leaving],
    )


def _note_outside(erasure: Erasure) -> None:
    """Ids and a time, nothing about the person."""
    noted = {"accounts": erasure.accounts, "leaving": erasure.leaving, "requested_at": erasure.requested_at.isoformat()}
    store().put(f"{RECORDS}{erasure.pk}", json.dumps(noted).encode(), content_type="application/json")


def _read_outside(key: str) -> dict[str, Any]:
    found: dict[str, Any] = json.loads(b"".join(store().open(key)[1]))
    return found | {"requested_at": datetime.fromisoformat(found["requested_at"])}


def _texts(ids: tuple[UUID, ...]) -> list[str]:
    return [str(pk) for pk in ids]
