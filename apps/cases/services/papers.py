from datetime import datetime

from django.db import IntegrityError, transaction
from django.utils.translation import gettext_lazy as _

from apps.audit.services import record
from apps.cases.models import Attachment, Case
from apps.cases.statuses import Status
from apps.documents.models import File
from apps.kernel.errors import Conflict, Fault, Invalid
from apps.kernel.workflow import Actor

OPEN_FOR_PAPERS = {Status.DRAFT, Status.INFO_REQUESTED}


@transaction.atomic
def attach(*, case: Case, material: str, file: File, actor: Actor, at: datetime) -> Attachment:
    """Put an uploaded file to one of the asked-for materials; it may still be being checked."""
    case = _open_case(case)
    asked = {wanted.code: wanted for wanted in case.procedure.materials(case)}
    if material not in asked:
        raise Invalid(faults=(Fault("/material", "unknown_material", _("This is not asked for.")),))
    if asked[material].kind != file.kind:
        raise Invalid(faults=(Fault("/file", "wrong_kind", _("Upload it again as what it is.")),))
    try:
        with transaction.atomic():
            added = case.attachments.create(material=material, file=file, attached_at=at)
    except IntegrityError:
        raise Conflict(_("This file is attached already."), code="already_attached") from None
    case.save(update_fields=[])
    record(actor=actor, action="paper_attached", subject=case.payable, at=at, material=material, file=str(file.pk))
    return added


@transaction.atomic
def detach(*, attachment: Attachment, actor: Actor, at: datetime) -> None:
    """Take a paper away again, while the case is in the applicant's hands."""
    case = _open_case(attachment.case)
    record(
        actor=actor,
        action="paper_detached",
        subject=case.payable,
        at=at,
        material=attachment.material,
        file=str(attachment.file_id),
    )
    attachment.delete()
    case.save(update_fields=[])


def _open_case(case: Case) -> Case:
    case = Case.objects.select_for_update(of=("self",)).get(pk=case.pk)
    if case.status not in OPEN_FOR_PAPERS:
        raise Conflict(_("Papers can be changed only while it is your turn."), code="not_your_turn")
    return case
