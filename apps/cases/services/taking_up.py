from apps.accounts.models import User
from apps.accounts.services import guardians
from apps.cases.models import Case
from apps.kernel.workflow import Actor, By


def take_up(case: Case, actor: Actor) -> None:
    """Whoever acts takes the place of an applicant whose right is over; nothing is saved here.

    A helper's mandate ends, a child comes of age: the case goes on, and its messages and papers follow who has it.
    """
    if actor.by is not By.APPLICANT or actor.user.pk == case.applicant_id:
        return
    if not _may_apply(case, case.applicant) and _may_apply(case, actor.user):
        case.applicant = actor.user


def _may_apply(case: Case, user: User) -> bool:
    on = case.created_at.date()
    return user.is_active and guardians.may_apply(user=user, citizen=case.citizen, on=on)
