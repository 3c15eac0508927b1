"""Whose desk a case is on: one officer at a time, for as long as that officer is working on it."""

from datetime import datetime, timedelta

from django.db import transaction
from django.utils.translation import gettext_lazy as _

from apps.accounts.models import User
from apps.cases.models import Case, CaseQuerySet
from apps.cases.statuses import QUEUED, Status
from apps.kernel.errors import Conflict, Forbidden
from apps.kernel.workflow import Actor, By, Move

HELD_FOR = timedelta(hours=1)
"""Without an act of its officer a case is anybody's again: nobody waits for someone who went home."""
SUPERVISE = "cases.supervise"


def is_held_by_another(case: Case, *, officer: User, at: datetime) -> bool:
    """False as soon as the other one's hour is over, or the account is closed."""
    if case.officer_id in {None, officer.pk} or case.held_until is None or case.held_until <= at:
        return False
    # not by the instance: the desk sees no account that is no officer's any more
    return User.objects.filter(pk=case.officer_id, is_active=True).exists()


def check(case: Case, row: Move, actor: Actor, at: datetime) -> None:
    """Raises ``Conflict`` (``held_by_other``) unless the officer may act on it now; a supervisor may free it."""
    if actor.by is not By.OFFICER or not is_held_by_another(case, officer=actor.user, at=at):
        return
    if row.name == "release" and actor.user.has_perm(SUPERVISE):
        return
    raise Conflict(_("Another officer is working on this case."), code="held_by_other")


def check_second_officer(case: Case, row: Move, actor: Actor) -> None:
    """Raises ``Forbidden`` (``same_officer``): who proposed a refusal neither decides it nor holds it (R31)."""
    if (
        row.source == Status.FINAL_REVIEW
        and row.name in {"refuse", "take_over"}
        and case.proposed_by_id == actor.user.pk
    ):
        raise Forbidden(_("A second officer has to decide this."), code="same_officer")


def hold(case: Case, row: Move, actor: Actor, at: datetime) -> None:
    """After an officer's act: on that officer's desk while it is reviewed there, else on nobody's."""
    if actor.by is not By.OFFICER:
        return
    is_given_back = row.name in {"release", "propose_refusal", "send_back", "transfer"}
    case.officer = None if is_given_back else actor.user
    case.held_until = None if is_given_back or row.target not in QUEUED else at + HELD_FOR


def keep(*, case: Case, officer: User, at: datetime) -> None:
    """The officer is looking at it: the hour begins anew. Changes nothing that anybody sees, so no version either."""
    Case.objects.filter(pk=case.pk, officer=officer, held_until__isnull=False).update(held_until=at + HELD_FOR)


@transaction.atomic
def next_for(*, officer: User, cases: CaseQuerySet, at: datetime) -> Case | None:
    """Lock the case that is due first and free; two officers who ask at once get two different ones."""
    free = cases.queue().free(officer=officer, at=at).exclude(officer=officer, held_until__gt=at)
    return free.select_for_update(skip_locked=True, of=("self",)).first()
