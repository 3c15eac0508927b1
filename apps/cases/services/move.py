from collections.abc import Sequence
from datetime import datetime

from django.db import IntegrityError, transaction
from django.utils.translation import gettext_lazy as _

from apps.audit.services import record
from apps.cases.events import CaseMoved
from apps.cases.models import Case, Holder, person_key
from apps.cases.statuses import Face, Status
from apps.kernel.errors import Conflict, DomainError, Fault, Invalid, Stale, Unmet
from apps.kernel.workflow import Actor, By, Move
from apps.outbox.services import publish
from apps.posts.services import expected_on, price

WRITTEN = [
    "status", "officer", "person", "particulars", "charge_policy", "submitted_at", "fee_settled_at", "due_on",
    "expected_on",
]  # fmt: skip


@transaction.atomic
def move(
    *,
    case: Case,
    name: str,
    actor: Actor,
    at: datetime,
    note: str = "",
    reasons: Sequence[str] = (),
    version: int | None = None,
) -> Case:
    """Make one move. Nothing else in the project writes ``Case.status``.

    ``reasons`` are codes of the list the move asks for. ``version``, when given, is what the mover was looking at.
    Raises ``Stale``, ``IllegalMove``, ``Forbidden``, ``Unmet`` (with every fault) or ``Invalid``.
    """
    case = Case.objects.select_for_update(of=("self",)).select_related("post", "citizen").get(pk=case.pk)
    if version is not None and version != case.version:
        raise Stale
    row = _permit(case, name, actor)
    _check_reasons(case, row, reasons, note)
    source = case.state
    step = case.history.create(
        move=name,
        source=source,
        target=row.target,
        by=actor.by,
        actor=actor.user,
        reasons=list(reasons),
        note=note,
        at=at,
    )
    _follow(case, row, actor, at)
    _save(case)
    record(actor=actor, action=f"case_{name}", subject=case.payable, at=at, source=source, target=row.target)
    publish(CaseMoved(case=str(case.pk), step=step.pk, kind=case.kind, move=name, source=source, target=row.target))
    return case


def _permit(case: Case, name: str, actor: Actor) -> Move:
    try:
        return case.procedure.workflow.permit(name, status=case.status, actor=actor, subject=case)
    except Unmet as lacking:
        raise Unmet(missing=lacking.missing, faults=tuple(case.procedure.problems(case))) from None


def _check_reasons(case: Case, row: Move, reasons: Sequence[str], note: str) -> None:
    known = case.procedure.reasons.get(row.asks, {})
    strangers = [code for code in reasons if code not in known]
    if strangers:
        raise Invalid(faults=(Fault("/reasons", "unknown_reason", _("There is no such reason.")),))
    if row.asks and not reasons:
        raise Invalid(faults=(Fault("/reasons", "reason_required", _("Choose at least one reason.")),))
    if row.asks and not note.strip():
        raise Invalid(faults=(Fault("/note", "note_required", _("Explain it in a sentence or two.")),))


def _follow(case: Case, row: Move, actor: Actor, at: datetime) -> None:
    """Take over what the move changes besides the status: whose case it is, whom it is for, money and dates."""
    source, target = case.state, Status(row.target)
    case.status = target
    if actor.by is By.OFFICER:
        case.officer = actor.user
    if row.name == "pay":
        case.fee_settled_at = at
    if target.face is Face.DONE:
        return
    if source is Status.DRAFT:
        _submit(case, at)
    if actor.by is By.APPLICANT:
        case.particulars, case.person = Holder.of(case.citizen).written(), person_key(case.citizen)
    if source is Status.DRAFT or (source.face is Face.YOUR_TURN and target.face is Face.OUR_TURN):
        _promise(case, at)
        if case.due_on is None or target is Status.SUBMITTED:
            case.due_on = case.expected_on


def _submit(case: Case, at: datetime) -> None:
    """Raises ``Unmet`` (``no_tariff``) where the post has no price for it: nobody is approved and then stuck."""
    case.submitted_at = at
    case.charge_policy = case.post.charge_policy
    components = case.procedure.components(case)
    price(post=case.post, service=case.service, components=components, on=case.post.today(at))


def _promise(case: Case, at: datetime) -> None:
    """What was promised stays when the post meanwhile stopped working that fast."""
    try:
        case.expected_on = expected_on(post=case.post, service=case.service, from_=at, urgency=case.urgency)
    except DomainError:
        if case.expected_on is None:
            raise


def _save(case: Case) -> None:
    """Raises ``Conflict`` (``already_applied``) when somebody else has applied for the same person (R3)."""
    try:
        with transaction.atomic():
            case.save(update_fields=WRITTEN)
    except IntegrityError:
        raise Conflict(
            _("There is already an application of this kind for this person. Please contact the post."),
            code="already_applied",
        ) from None
