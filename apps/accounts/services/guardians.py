"""Minors: who applies for them, and what a guardian has agreed to (R6). The day is the caller's: of issue, or today."""

from datetime import date

from apps.accounts import ages
from apps.accounts.models import Citizen, Consent, Relation, Scope, User
from apps.accounts.texts import GUARDIAN_APPLICATION, GUARDIAN_DATA


def may_apply(*, user: User, citizen: Citizen, on: date) -> bool:
    """Under 16 only a guardian: an account with a ``child`` relation (Passport Law art. 6). Else whoever may apply."""
    if ages.guardian_applies(born_on=citizen.born_on, on=on):
        return is_guardian(user=user, citizen=citizen)
    related = Relation.objects.in_force().filter(user=user, citizen=citizen)
    return related.exists() or Citizen.objects.of(user, Scope.APPLY).filter(pk=citizen.pk).exists()


def is_guardian(*, user: User, citizen: Citizen) -> bool:
    kind = Relation.Kind.CHILD
    return Relation.objects.in_force().filter(user=user, citizen=citizen, kind=kind).exists()


def purposes(*, citizen: Citizen, on: date) -> tuple[str, ...]:
    """What a guardian must have agreed to on that day (Personal Information Protection Law art. 31, R6)."""
    needed = {
        GUARDIAN_DATA: ages.guardian_agrees_to_data(born_on=citizen.born_on, on=on),
        GUARDIAN_APPLICATION: ages.guardian_applies(born_on=citizen.born_on, on=on),
    }
    return tuple(purpose for purpose, is_needed in needed.items() if is_needed)


def missing_consents(*, citizen: Citizen, on: date) -> tuple[str, ...]:
    """Of ``purposes``, those no guardian has agreed to, or whose consent was withdrawn."""
    needed = purposes(citizen=citizen, on=on)
    if not needed:
        return ()
    guardians = Relation.objects.in_force().filter(citizen=citizen, kind=Relation.Kind.CHILD).values("user")
    given = Consent.objects.in_force().filter(citizen=citizen, user__in=guardians)
    agreed = set(given.values_list("purpose", flat=True))
    return tuple(purpose for purpose in needed if purpose not in agreed)
