from datetime import datetime, timedelta

from django.db import IntegrityError, transaction
from django.utils.translation import gettext_lazy as _

from apps.audit.services import record
from apps.cases.models import Attachment, Case
from apps.cases.statuses import Status
from apps.documents import services as documents
from apps.documents.models import File
from apps.kernel.errors import Conflict, Fault, Invalid
from apps.kernel.workflow import Actor

KEPT_FOR = timedelta(days=30)
AT_ONCE = 500
OPEN_FOR_PAPERS = {Status.DRAFT, Status.INFO_REQUESTED}


@transaction.atomic
def attach(*, case: Case, material: str, file: File, actor: Actor, at: datetime) -> Attachment:
    """Put an uploaded file to one of the asked-for materials; it may still be being checked."""
    case = _open_case(case)
    asked = {wanted.code: wanted for wanted in case.procedure.materials(case)}
    if material not in asked:
        raise Invalid(faults=(Fault("/material", "unknown_material", _("This is not asked for.")),))
    if file.citizen_id != case.citizen_id:
        raise Invalid(faults=(Fault("/file", "other_citizen", _("This paper was sent for somebody else.")),))
    if asked[material].kind != file.kind:
        raise Invalid(faults=(Fault("/file", "wrong_kind", _("Upload it again as what it is.")),))
    try:
        with transaction.atomic():
            added = case.attachments.create(material=material, file=file, attached_at=at)
    except IntegrityError:
        raise Conflict(_("This file is attached already."), code="already_attached") from None
    case.save(update_fields=[])
    record(
        actor=actor,
        action="paper_attached",
        subject=case.payable,
        at=at,
        citizen=case.citizen_id,
        material=material,
        file=str(file.pk),
    )
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
        citizen=case.citizen_id,
        material=attachment.material,
        file=str(attachment.file_id),
    )
    attachment.delete()
    if not Attachment.objects.filter(file=attachment.file_id).exists():
        documents.discard(file=attachment.file)
    case.save(update_fields=[])


def purge(*, at: datetime) -> int:
    """Throw away what was sent a month ago and serves no case; answers how many."""
    forgotten = File.objects.older_than(at - KEPT_FOR).exclude(pk__in=Attachment.objects.values("file"))
    left = list(forgotten[:AT_ONCE])
    for file in left:
        documents.discard(file=file)
    return len(left)


def _open_case(case: Case) -> Case:
    case = Case.objects.select_for_update(of=("self",)).get(pk=case.pk)
    if case.status not in OPEN_FOR_PAPERS:
        raise Conflict(_("Papers can be changed only while it is your turn."), code="not_your_turn")
    return case
