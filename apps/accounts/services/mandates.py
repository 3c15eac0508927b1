"""Rights of helpers: granted by who manages the citizen, accepted with a code, taken back at any time (R2)."""

import secrets
from datetime import UTC, datetime, time, timedelta
from typing import Any

from django.db import transaction
from django.db.models import F
from django.db.models.functions import Now
from django.utils.crypto import constant_time_compare, salted_hmac
from django.utils.translation import gettext_lazy as _

from apps.accounts import ages
from apps.accounts.events import MandateAccepted, MandateGranted, MandateRevoked
from apps.accounts.models import Citizen, Mandate, Relation, Scope, User
from apps.accounts.models.rights import LONGEST
from apps.accounts.services import limits
from apps.audit.services import record
from apps.kernel.errors import Conflict, Fault, IllegalMove, Invalid, Unknown, Unmet
from apps.kernel.workflow import Actor, By
from apps.outbox.services import publish

ALPHABET = "23456789ABCDEFGHJKMNPQRSTVWXYZ"
"""Without the characters people confuse when they read a code over the phone."""
PART = 6
CODE_VALID_FOR = timedelta(hours=24)
COMPARISONS = 5
GUESSES = (limits.Limit(20, timedelta(hours=1)),)
MOST = 20
"""Live mandates of one citizen: more helpers than anybody has, fewer than a list can hide one among."""


@transaction.atomic
def grant(*, user: User, citizen: Any, scopes: list[str], expires_at: datetime, at: datetime) -> Mandate:
    """Write down what a helper may do; seeing is always part of it. Nobody may until it is accepted (``new_code``).

    What a guardian grants ends when the child is of age. Raises ``Unknown`` unless the account manages the citizen,
    ``Invalid`` for an end that has passed or is more than a year away, ``Conflict`` for too many mandates.
    """
    person = Citizen.objects.of(user, Scope.MANAGE).select_for_update(of=("self",)).filter(pk=citizen).first()
    if person is None:
        raise Unknown
    expires_at = min(expires_at, _end_of_right(user, person) or expires_at)
    if not at < expires_at <= at + LONGEST:
        raise Invalid(faults=(Fault("/expires_at", "not_within_a_year", _("Choose an end within a year.")),))
    if Mandate.objects.live().filter(citizen=person).count() >= MOST:
        raise Conflict(_("There are too many helpers. Take a right back first."), code="too_many_mandates")
    mandate = Mandate.objects.create(
        citizen=person,
        granted_by=user,
        scopes=[scope for scope in Scope.values if scope in {Scope.VIEW, *scopes}],
        granted_at=at,
        expires_at=expires_at,
        handle=_random(),
    )
    _note("mandate_granted", mandate, user, at, scopes=",".join(mandate.scopes))
    publish(MandateGranted(mandate=str(mandate.pk), citizen=str(person.pk)))
    return mandate


@transaction.atomic
def new_code(*, user: User, pk: Any, at: datetime) -> tuple[str, datetime]:
    """The code a helper accepts with, told once, and until when it is good; an earlier one is void.

    Raises ``Unknown``, ``IllegalMove`` when the mandate is accepted or over.
    """
    mandate = Mandate.objects.of(user, Scope.MANAGE).select_for_update(of=("self",)).filter(pk=pk).first()
    if mandate is None:
        raise Unknown
    if mandate.helper_id or not Mandate.objects.live().filter(pk=pk).exists():
        raise IllegalMove
    secret = _random()
    mandate.code_hash, mandate.code_until, mandate.attempts = _hash(mandate, secret), at + CODE_VALID_FOR, 0
    mandate.save(update_fields=["code_hash", "code_until", "attempts"])
    _note("mandate_code_made", mandate, user, at)
    code = mandate.handle + secret
    return "-".join(code[start : start + 4] for start in range(0, len(code), 4)), mandate.code_until


def accept(*, user: User, code: str, at: datetime) -> Mandate:
    """Become the helper. The code is compared at most five times, whoever asks and however many at once.

    A mandate the helper had for the same citizen is replaced. Raises ``Unmet`` for any code that does not work, not
    saying why, ``Conflict`` for somebody who acts for the citizen anyway, ``TooMany``. Must not be called inside a
    transaction: a rollback would give the attempt back.
    """
    limits.count(what="mandate_by", who=str(user.pk), limits=GUESSES)
    mandate = _compare("".join(sign for sign in code.upper() if sign in ALPHABET))
    with transaction.atomic():
        citizen = Citizen.objects.select_for_update().get(pk=mandate.citizen_id)
        if not Citizen.objects.of(mandate.granted_by, Scope.MANAGE).filter(pk=citizen.pk).exists():
            raise _useless()
        if Citizen.objects.of(user, Scope.MANAGE).filter(pk=citizen.pk).exists():
            raise Conflict(_("You act for this person already."), code="already_acting")
        _end_earlier(mandate, user, at)
        waiting = Mandate.objects.live().filter(pk=mandate.pk, helper=None, code_hash=mandate.code_hash)
        won = waiting.update(
            helper=user, accepted_at=at, code_hash="", code_until=None, version=F("version") + 1, updated_at=Now()
        )
        if not won:
            raise _useless()
        mandate.refresh_from_db()
        _note("mandate_accepted", mandate, user, at)
        publish(MandateAccepted(mandate=str(mandate.pk), citizen=str(citizen.pk), helper=str(user.pk)))
    return mandate


@transaction.atomic
def revoke(*, user: User, pk: Any, at: datetime) -> None:
    """Take it back, or give it back. Twice does no harm. Raises ``Unknown`` for anybody else's."""
    mandate = Mandate.objects.of(user).filter(pk=pk).first()
    if mandate is None:
        raise Unknown
    Citizen.objects.select_for_update().get(pk=mandate.citizen_id)
    _end(mandate, user, at, by_helper=mandate.helper_id == user.pk)


def _end_earlier(mandate: Mandate, user: User, at: datetime) -> None:
    for earlier in Mandate.objects.filter(citizen=mandate.citizen_id, helper=user, revoked_at=None):
        _end(earlier, user, at)


def _end(mandate: Mandate, user: User, at: datetime, *, by_helper: bool = False) -> None:
    facts = {"revoked_at": at, "version": F("version") + 1, "updated_at": Now()}
    if Mandate.objects.filter(pk=mandate.pk, revoked_at=None).update(**facts):
        _note("mandate_revoked", mandate, user, at)
        publish(MandateRevoked(mandate=str(mandate.pk), citizen=str(mandate.citizen_id), by_helper=by_helper))


def _compare(code: str) -> Mandate:
    handle, secret = code[:PART], code[PART:]
    with transaction.atomic(durable=True):
        meant = Mandate.objects.live().filter(handle=handle, helper=None, code_until__gt=Now()).exclude(code_hash="")
        allowed = meant.filter(attempts__lt=COMPARISONS).update(attempts=F("attempts") + 1)
        mandate = meant.select_related("granted_by").first()
    if not (allowed and mandate and constant_time_compare(mandate.code_hash, _hash(mandate, secret))):
        raise _useless()
    return mandate


def _end_of_right(user: User, citizen: Citizen) -> datetime | None:
    """When the right of who grants is over itself: a guardian's, when the child is of age."""
    if not Relation.objects.filter(user=user, citizen=citizen, kind=Relation.Kind.CHILD).exists():
        return None
    return datetime.combine(ages.of_age_on(born_on=citizen.born_on), time.min, tzinfo=UTC)


def _hash(mandate: Mandate, secret: str) -> str:
    return salted_hmac("accounts.mandate", f"{mandate.pk}:{secret}", algorithm="sha256").hexdigest()


def _random() -> str:
    return "".join(secrets.choice(ALPHABET) for _sign in range(PART))


def _useless() -> Unmet:
    return Unmet(_("This code does not work. Ask for a new one."), code="wrong_code")


def _note(action: str, mandate: Mandate, user: User, at: datetime, **detail: str) -> None:
    """In the citizen's file; and the citizen is another version now, since who may act is part of what is shown."""
    facts = {"mandate": str(mandate.pk), **detail}
    actor, citizen = Actor(By.APPLICANT, user), mandate.citizen_id
    record(actor=actor, action=action, subject=f"citizen:{citizen}", at=at, citizen=citizen, **facts)
    Citizen.objects.filter(pk=mandate.citizen_id).update(version=F("version") + 1, updated_at=Now())
