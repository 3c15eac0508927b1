from collections.abc import Mapping, Sequence
from datetime import datetime
from uuid import UUID

from django.db import IntegrityError, transaction
from django.utils.translation import gettext_lazy as _

from apps.accounts.services import person_key
from apps.audit.services import record
from apps.cases.events import CaseMoved
from apps.cases.models import Case, CaseQuerySet, Holder, Step
from apps.cases.services import deficiencies, holding, parcel, promise
from apps.cases.services.changes import note_change
from apps.cases.services.details import Details, read_details
from apps.cases.services.fees import applicant_class
from apps.cases.services.taking_up import take_up
from apps.cases.statuses import Face, Status
from apps.kernel.errors import Conflict, Fault, Invalid, Stale, Unknown, Unmet, violated
from apps.kernel.sight import keep_in_sight
from apps.kernel.workflow import Actor, Move
from apps.outbox.services import publish
from apps.posts.services import price

WRITTEN = [
    "status", "officer", "held_until", "proposed_by", "repeats", "post", "tracking", "receipt", "person", "particulars",
    "applicant", "charge_policy", "submitted_at", "fee_settled_at", "due_on", "expected_on", "answer_by",
]  # fmt: skip
APPLYING = {Status.DRAFT, Status.INFO_REQUESTED}
"""What is sent from here is sent to be reviewed; later the particulars stay as they were reviewed."""


@transaction.atomic
def move(
    *,
    case: Case | UUID,
    name: str,
    actor: Actor,
    at: datetime,
    cases: CaseQuerySet | None = None,
    note: str = "",
    reasons: Sequence[str] = (),
    details: Mapping[str, str] | None = None,
    version: int | None = None,
) -> Case:
    """Make one move. Nothing else in the project writes ``Case.status``.

    ``cases``, when given, is what the mover may see. ``reasons`` are codes of the list the move asks for, ``details``
    what it wants (``post``: where to, ``tracking``). ``version``, when given, is what the mover was looking at.
    Raises ``Unknown`` for a case out of sight, ``Stale``, ``IllegalMove``, ``Forbidden`` (``same_officer``,
    ``needs_supervisor``), ``Conflict`` (``held_by_other``), ``Unmet`` (with every fault) or ``Invalid``.
    """
    case = _lock(case.pk if isinstance(case, Case) else case, cases)
    if version is not None and version != case.version:
        raise Stale
    take_up(case, actor)
    row = _permit(case, name, actor)
    holding.check(case, row, actor, at)
    holding.check_second_officer(case, row, actor)
    parcel.check(case, row, at)
    _check_reasons(case, row, reasons, note)
    case.repeats += deficiencies.check_repeats(case, row, reasons, actor)
    wanted = read_details(case, row, details or {})
    step = _write_step(case, row, actor, at, note=note, reasons=reasons, wanted=wanted)
    source = case.state
    _follow(case, row, actor, at, wanted)
    _save(case)
    record(
        actor=actor,
        action=f"case_{name}",
        subject=case.payable,
        at=at,
        citizen=case.citizen_id,
        source=source,
        target=row.target,
        **wanted.codes,
    )
    note_change(citizen=case.citizen, kind="case_moved", subject=case.payable, at=at)
    publish(CaseMoved(case=str(case.pk), step=step.pk, kind=case.kind, move=name, source=source, target=row.target))
    return case


def _lock(pk: UUID, cases: CaseQuerySet | None) -> Case:
    """With its citizen, who never changes. Not with its post: that is read after the wait, as it is then."""
    seen = Case.objects.all() if cases is None else cases
    case = seen.select_for_update(of=("self",)).select_related("citizen").filter(pk=pk).first()
    if case is None:
        raise Unknown
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


def _write_step(
    case: Case, row: Move, actor: Actor, at: datetime, *, note: str, reasons: Sequence[str], wanted: Details
) -> Step:
    """A decided refusal says what its proposal said: that is what was examined twice."""
    if row.target == Status.REFUSED:
        proposal = case.history.filter(move="propose_refusal").latest("pk")
        reasons, note = proposal.reasons, note.strip() or proposal.note
    return case.history.create(
        move=row.name,
        source=case.status,
        target=row.target,
        by=actor.by,
        actor=actor.user,
        reasons=list(reasons),
        note=note,
        details=wanted.codes,
        at=at,
    )


def _follow(case: Case, row: Move, actor: Actor, at: datetime, wanted: Details) -> None:
    """Take over what the move changes besides the status: whose case it is, whom it is for, money and dates."""
    source, target = case.state, Status(row.target)
    case.status = target
    holding.hold(case, row, actor, at)
    if target is Status.FINAL_REVIEW and source is not target:
        case.proposed_by = actor.user
    if wanted.post:
        keep_in_sight(case.pk)
        case.post = wanted.post
    parcel.follow(case, row, actor.by, wanted.tracking)
    if row.name == "pay":
        case.fee_settled_at = at
    if target.face is Face.DONE:
        return
    if source is Status.DRAFT:
        _submit(case, at)
    if source in APPLYING:
        case.particulars, case.person = Holder.of(case.citizen).written(), person_key(case.citizen)
    promise.renew(case, row, source, at)


def _submit(case: Case, at: datetime) -> None:
    """Raises ``Unmet`` (``no_tariff``) where the post has no price for it: nobody is approved and then stuck."""
    case.submitted_at = at
    case.charge_policy = case.post.charge_policy
    on = case.post.today(at)
    price(
        post=case.post,
        service=case.service,
        components=case.procedure.components(case),
        on=on,
        applicant_class=applicant_class(case, on=on),
    )


def _save(case: Case) -> None:
    """Raises ``Conflict`` (``already_applied``) when somebody else has applied for the same person (R3).

    Nothing can follow a refusal in this transaction: the move as a whole is undone.
    """
    try:
        case.save(update_fields=WRITTEN)
    except IntegrityError as error:
        if violated(error) not in {"one_live_case_per_citizen_and_kind", "one_submitted_case_per_person_and_kind"}:
            raise
        raise Conflict(
            _("There is already an application of this kind for this person. Please contact the post."),
            code="already_applied",
        ) from None
