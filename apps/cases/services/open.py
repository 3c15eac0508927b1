from datetime import datetime

from django.db import IntegrityError, transaction
from django.utils.translation import gettext_lazy as _

from apps.accounts.models import Citizen
from apps.accounts.services import person_key
from apps.audit.services import record
from apps.cases.models import Case
from apps.kernel.errors import Conflict
from apps.kernel.workflow import Actor
from apps.posts.models import Post


@transaction.atomic
def open_case(*, kind: str, citizen: Citizen, post: Post, actor: Actor, at: datetime) -> Case:
    """Start a draft. Raises ``Conflict`` (``already_applied``) while another of this kind is alive anywhere (R3)."""
    try:
        with transaction.atomic():
            case = Case.objects.create(
                kind=kind, citizen=citizen, person=person_key(citizen), post=post, applicant=actor.user
            )
    except IntegrityError:
        raise Conflict(
            _("You already have an application of this kind for this person. Go on with that one."),
            code="already_applied",
        ) from None
    record(actor=actor, action="case_opened", subject=case.payable, at=at, citizen=citizen.pk, post=post.pk)
    return case
