"""No answer by the last day ends an application (domain, section 4); nobody is surprised by it."""

from datetime import date, datetime, timedelta

from apps.cases.models import Case, CaseQuerySet
from apps.cases.services.move import move
from apps.cases.services.telling import tell_about
from apps.cases.statuses import ANSWERABLE
from apps.kernel.errors import DomainError
from apps.kernel.workflow import SYSTEM

REMIND_BEFORE = (7, 2)
"""Days before the last day."""
AT_ONCE = 500
DAY = timedelta(days=1)


def lapse(*, at: datetime) -> int:
    """End what nobody answered; answers how many. A case at a time: one that cannot end stops no other."""
    over = _waiting(until=at.date())
    return sum(_lapse(case, at) for case in over[:AT_ONCE])


def remind(*, at: datetime) -> int:
    """Tell those whose last day is near, once for each of the days of ``REMIND_BEFORE``; answers how many."""
    near = _waiting(until=at.date() + max(REMIND_BEFORE) * DAY + DAY)
    return sum(_remind(case, at) for case in near)


def _waiting(*, until: date) -> CaseQuerySet:
    cases = Case.objects.filter(status__in=ANSWERABLE, answer_by__lte=until)
    return cases.select_related("post", "citizen", "applicant").order_by("answer_by")


def _days_left(case: Case, at: datetime) -> int:
    """On the calendar of the post; the last day itself counts."""
    return (case.answer_by - case.post.today(at)).days if case.answer_by else 0


def _lapse(case: Case, at: datetime) -> bool:
    if _days_left(case, at) >= 0:
        return False
    try:
        move(case=case, name="lapse", actor=SYSTEM, at=at, version=case.version)
    except DomainError:
        return False  # answered, paid or given to another post in this very moment
    return True


def _remind(case: Case, at: datetime) -> bool:
    near = [days for days in REMIND_BEFORE if 0 <= _days_left(case, at) <= days]
    if not near:
        return False
    step = case.history.latest("pk")
    tell_about(
        case=case, step=step, template="lapsing_soon", dedupe=f"{case.payable}:{step.pk}:lapsing:{min(near)}", at=at
    )
    return True
