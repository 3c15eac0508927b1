"""The people an account acts for (R2)."""

from dataclasses import asdict, replace
from datetime import datetime
from typing import Any

from django.db import transaction
from django.utils.translation import gettext_lazy as _

from apps.accounts import ages, particulars
from apps.accounts.models import Citizen, Relation, Scope, User
from apps.accounts.particulars import Particulars
from apps.accounts.services.consents import give_consent
from apps.accounts.texts import PERSONAL_DATA
from apps.audit.services import record
from apps.kernel.errors import Conflict, Fault, Invalid, Stale, Unknown
from apps.kernel.workflow import Actor, By


@transaction.atomic
def add_citizen(
    *,
    user: User,
    kind: str,
    person: Particulars,
    consent_version: str,
    language: str,
    device: str,
    at: datetime,
) -> Citizen:
    """Let the account act for one more person, with the consent to keep their data (Personal Information Protection
    Law art. 29 and 31).

    Raises ``Invalid`` with all faults, ``Conflict`` for a second self, somebody already there, or an outdated
    consent text.
    """
    User.objects.select_for_update().get(pk=user.pk)
    person = particulars.read(person, at=at)
    if kind == Relation.Kind.SELF:
        _check_self(user, person, at)
    if kind == Relation.Kind.CHILD and ages.is_of_age(born_on=person.born_on, on=particulars.latest_day(at)):
        raise _of_age("/kind")
    _check_new(user, person)
    citizen = Citizen.objects.create(**asdict(person))
    Relation.objects.create(user=user, citizen=citizen, kind=kind)
    give_consent(
        user=user,
        citizen=citizen,
        purpose=PERSONAL_DATA,
        version=consent_version,
        language=language,
        device=device,
        at=at,
    )
    _note("citizen_added", user=user, citizen=citizen, at=at, kind=kind)
    return citizen


@transaction.atomic
def edit_citizen(*, user: User, pk: Any, version: int, at: datetime, **changes: Any) -> Citizen:
    """Change some particulars; all of them are checked together again.

    Raises ``Unknown`` for somebody else's citizen, ``Stale`` when ``version`` is not the present one, ``Invalid``.
    """
    citizen = Citizen.objects.of(user, Scope.MANAGE).select_for_update(of=("self",)).filter(pk=pk).first()
    if citizen is None:
        raise Unknown
    if citizen.version != version:
        raise Stale
    before = _particulars(citizen)
    after = particulars.read(replace(before, **changes), at=at)
    changed = {name: value for name, value in asdict(after).items() if value != getattr(before, name)}
    if "identity_number" in changed:
        _check_new(user, after)
    if changed:
        for name, value in changed.items():
            setattr(citizen, name, value)
        citizen.save(update_fields=[*changed])
        if not Citizen.objects.of(user, Scope.MANAGE).filter(pk=citizen.pk).exists():
            raise _of_age("/born_on")
        _note("citizen_changed", user=user, citizen=citizen, at=at, fields=",".join(changed))
    return citizen


def _particulars(citizen: Citizen) -> Particulars:
    return Particulars(**{name: getattr(citizen, name) for name in Particulars.__dataclass_fields__})


def _check_self(user: User, person: Particulars, at: datetime) -> None:
    if Relation.objects.filter(user=user, kind=Relation.Kind.SELF).exists():
        raise Conflict(_("You have entered yourself already."), code="self_exists")
    if ages.guardian_agrees_to_data(born_on=person.born_on, on=particulars.latest_day(at)):
        detail = _("Under 14 a parent or guardian signs in and adds you as their child.")
        raise Invalid(faults=(Fault("/born_on", "guardian_needed", detail),))


def _of_age(pointer: str) -> Invalid:
    detail = _("Somebody of age acts for themselves, or lets you help them.")
    return Invalid(faults=(Fault(pointer, "of_age", detail),))


def _check_new(user: User, person: Particulars) -> None:
    number = person.identity_number
    if number and Citizen.objects.of(user).filter(identity_number=number).exists():
        raise Conflict(_("This person is in your list already."), code="citizen_exists")


def _note(action: str, *, user: User, citizen: Citizen, at: datetime, **detail: str) -> None:
    actor = Actor(By.APPLICANT, user)
    record(actor=actor, action=action, subject=f"citizen:{citizen.pk}", at=at, citizen=citizen.pk, **detail)
