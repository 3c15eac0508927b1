"""How a tariff changes: one person proposes, another one approves, and nothing that was approved is ever rewritten."""

from datetime import date, datetime

from django.db import transaction
from django.utils.translation import gettext_lazy as _

from apps.accounts.models import User
from apps.audit.services import record
from apps.kernel.errors import Conflict, Forbidden, Stale
from apps.kernel.workflow import Actor, By
from apps.posts.models import Post, Tariff

PROPOSE = "posts.add_tariff"
APPROVE = "posts.approve_tariff"


@transaction.atomic
def propose(*, line: Tariff, officer: User, at: datetime) -> Tariff:
    """Put a new line on the list of those who may approve it. Raises ``Forbidden`` and ``Conflict`` (``too_late``)."""
    _check_right(officer, PROPOSE)
    _check_ahead(line.active_from, line.post, at)
    line.proposed_by, line.approved_by, line.approved_at = officer, None, None
    line.save(force_insert=True)
    _record("tariff_proposed", line, officer, at)
    return line


@transaction.atomic
def propose_end(*, line: Tariff, end_on: date, officer: User, at: datetime) -> Tariff:
    """Propose that a line holds no more from ``end_on`` on; the day it begins calls off a line to come.

    Raises ``Forbidden`` and ``Conflict`` (``too_late``, ``no_end``).
    """
    _check_right(officer, PROPOSE)
    line = _held(line)
    _check_ahead(end_on, line.post, at)
    lasts_until = line.active_to or date.max
    if line.is_proposal or line.end_is_proposed or not line.active_from <= end_on < lasts_until:
        raise Conflict(_("This line cannot end on that day, or another end of it waits for approval."), code="no_end")
    line.end_on, line.end_proposed_by, line.end_approved_by = end_on, officer, None
    line.save(update_fields=["end_on", "end_proposed_by", "end_approved_by"])
    _record("tariff_end_proposed", line, officer, at)
    return line


@transaction.atomic
def approve(*, line: Tariff, end_on: date | None, officer: User, at: datetime) -> Tariff:
    """Let hold what somebody else proposed: the line, or the end that the officer saw (``end_on``).

    A line ends the one that holds when it begins. Raises ``Forbidden`` for one's own proposal or without the right,
    ``Stale`` when something else was proposed meanwhile, and ``Conflict`` (``too_late``, ``nothing_waits``,
    ``later_line``).
    """
    _check_right(officer, APPROVE)
    line = _held(line)
    if line.end_on != end_on:
        raise Stale
    if line.is_proposal:
        _approve_line(line, officer, at)
    elif line.end_is_proposed and line.end_on:
        _check_second(line.end_proposed_by_id, officer)
        _check_ahead(line.end_on, line.post, at)
        _end(line, officer, at)
    else:
        raise Conflict(_("Nothing of this line waits for approval."), code="nothing_waits")
    return line


@transaction.atomic
def withdraw(*, line: Tariff, officer: User, at: datetime) -> None:
    """Take a proposal, the line or its end, off the list: the proposer, or whoever will not approve it.

    Raises ``Forbidden`` and ``Conflict`` (``nothing_waits``).
    """
    line = _held(line)
    by = line.proposed_by_id if line.is_proposal else line.end_proposed_by_id
    if by != officer.pk:
        _check_right(officer, APPROVE)
    if not (line.is_proposal or line.end_is_proposed):
        raise Conflict(_("Nothing of this line waits for approval."), code="nothing_waits")
    _record("tariff_withdrawn", line, officer, at)
    if line.is_proposal:
        line.delete()
    else:
        line.end_on = line.end_proposed_by = None
        line.save(update_fields=["end_on", "end_proposed_by"])


def _approve_line(line: Tariff, officer: User, at: datetime) -> None:
    _check_second(line.proposed_by_id, officer)
    _check_ahead(line.active_from, line.post, at)
    for rival in Tariff.objects.rivals(line):
        if rival.active_from >= line.active_from:
            raise Conflict(
                _("Another approved line begins while this one would hold. End that one first."), code="later_line"
            )
        rival.end_on, rival.end_proposed_by, rival.end_approved_by = line.active_from, line.proposed_by, None
        rival.save(update_fields=["end_on", "end_proposed_by", "end_approved_by"])
        _end(rival, officer, at)
    line.approved_by, line.approved_at = officer, at
    line.save(update_fields=["approved_by", "approved_at"])
    _record("tariff_approved", line, officer, at)


def _end(line: Tariff, officer: User, at: datetime) -> None:
    line.active_to, line.end_approved_by = line.end_on, officer
    line.save(update_fields=["active_to", "end_approved_by"])
    _record("tariff_end_approved", line, officer, at)


def _held(line: Tariff) -> Tariff:
    """The line as it is now; until the transaction ends nobody else changes the tariff of its post."""
    Post.objects.select_for_update(no_key=True).get(pk=line.post_id)
    found = Tariff.objects.select_related("post", "proposed_by").filter(pk=line.pk).first()
    if found is None:
        raise Stale
    return found


def _check_right(officer: User, right: str) -> None:
    if not officer.has_perm(right):
        raise Forbidden


def _check_second(first: object, officer: User) -> None:
    if first == officer.pk:
        raise Forbidden(_("Somebody else has to approve what you proposed."))


def _check_ahead(on: date, post: Post, at: datetime) -> None:
    """Today's prices have been told to people: a change is felt tomorrow at the earliest."""
    if on <= post.today(at):
        raise Conflict(_("A fee changes tomorrow at the earliest."), code="too_late")


def _record(action: str, line: Tariff, officer: User, at: datetime) -> None:
    """A withdrawn line leaves no other trace, so the entry says all of it that counts."""
    record(
        actor=Actor(By.OFFICER, officer),
        action=action,
        subject=f"tariff:{line.pk}",
        at=at,
        post=line.post_id,
        service=line.service,
        component=line.component,
        applicant_class=line.applicant_class,
        currency=line.currency,
        amount_minor=line.amount_minor,
        active_from=line.active_from.isoformat(),
        end_on=line.end_on.isoformat() if line.end_on else None,
    )
