from datetime import datetime
from typing import Any

from django.db import transaction
from django.utils.translation import gettext_lazy as _

from apps.accounts.models import Citizen
from apps.audit.services import record
from apps.cases.models import Case
from apps.cases.services import open_case
from apps.cases.statuses import Status
from apps.kernel.errors import Conflict, Fault, Invalid, Stale
from apps.kernel.workflow import Actor
from apps.losses.models import LossReport
from apps.posts.models import Post
from apps.travel_documents.models import TravelDocument
from apps.travel_documents.procedure import KIND
from apps.travel_documents.routing import EMERGENCY, route

EDITABLE = {Status.DRAFT, Status.INFO_REQUESTED}
OF_THE_CASE = ("post", "urgency", "delivery", "ship_to")
PRICED = {"post", "urgency", "delivery"}
"""What the fee and the promise were made for."""


@transaction.atomic
def apply(*, citizen: Citizen, post: Post, actor: Actor, at: datetime, **answers: Any) -> TravelDocument:
    """Open a draft with whatever is known so far. Raises ``Conflict`` (``already_applied``), R3."""
    case = open_case(kind=KIND, citizen=citizen, post=post, actor=actor, at=at)
    application = TravelDocument(case=case)
    application.save(force_insert=True)
    return _write(application, case, answers)


@transaction.atomic
def revise(*, application: TravelDocument, version: int, actor: Actor, at: datetime, **answers: Any) -> TravelDocument:
    """Save some answers. Raises ``Stale`` when somebody else saved since ``version``, and ``Conflict`` when closed."""
    case = Case.objects.select_for_update().get(pk=application.pk)
    if case.version != version:
        raise Stale
    if case.status not in EDITABLE:
        raise Conflict(_("Answers can be changed only while it is your turn."), code="not_your_turn")
    application = TravelDocument.objects.get(pk=case.pk)
    fields = " ".join(sorted(answers))
    record(actor=actor, action="case_revised", subject=case.payable, at=at, citizen=case.citizen_id, fields=fields)
    return _write(application, case, answers)


def _write(application: TravelDocument, case: Case, answers: dict[str, Any]) -> TravelDocument:
    """``OF_THE_CASE`` belong to the case, the rest to the application; the route follows from them (R10)."""
    if case.status != Status.DRAFT and PRICED & answers.keys():
        raise Conflict(_("Post, speed and delivery can be changed only before submission."), code="already_submitted")
    for name in OF_THE_CASE:
        setattr(case, name, answers.pop(name, getattr(case, name)))
    _check_report(answers.get("loss_report"), case)
    for name, value in answers.items():
        setattr(application, name, value)
    application.save()
    case.service = _service(application)
    case.save(update_fields=[*OF_THE_CASE, "service"])
    application.case = case
    return application


def _check_report(report: LossReport | None, case: Case) -> None:
    if report is not None and report.citizen_id != case.citizen_id:
        raise Invalid(
            faults=(Fault("/loss_report", "other_citizen", _("This report is about somebody else's passport.")),)
        )


def _service(asked: TravelDocument) -> str:
    if not (asked.stay and asked.reason):
        return EMERGENCY
    return route(
        stay=asked.stay,
        reason=asked.reason,
        urgent=asked.urgent,
        nationality_conflict=asked.nationality_conflict,
    ).service
