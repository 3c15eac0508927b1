"""By when we answer, and by when the person does (R22, R33)."""

from datetime import date, datetime, timedelta

from apps.cases.models import Case
from apps.cases.statuses import ANSWERABLE, PROMISED, STOPPED, Status
from apps.kernel.errors import DomainError
from apps.kernel.workflow import Move
from apps.posts.models import ANSWER_DAYS
from apps.posts.services import add_working_days, expected_on, terms_of

MAKING_DAYS = 1
"""Working days of the target that are meant for making the document, once it is approved and paid."""


def renew(case: Case, row: Move, source: Status, at: datetime) -> None:
    """The clock begins anew with a complete file or the issuer's reply, and stands still while others have to act."""
    target = case.state
    if target in ANSWERABLE and source is not target:
        case.answer_by = _answer_by(case, at)
    elif target not in ANSWERABLE:
        case.answer_by = None
    if row.name == "reissue" or (source is Status.PAYMENT_DUE and target is Status.PRODUCTION):
        case.expected_on = add_working_days(post=case.post, start=case.post.today(at), days=MAKING_DAYS)
    elif source is Status.DRAFT or (source in STOPPED and target in PROMISED) or row.name == "transfer":
        _promise(case, at)
    if case.due_on is None or (source is Status.PAYMENT_DUE and target is Status.SUBMITTED):
        case.due_on = case.expected_on


def _promise(case: Case, at: datetime) -> None:
    """What was promised stays when the post meanwhile stopped working that fast."""
    try:
        case.expected_on = expected_on(post=case.post, service=case.service, from_=at, urgency=case.urgency)
    except DomainError:
        if case.expected_on is None:
            raise


def _answer_by(case: Case, at: datetime) -> date:
    offered = terms_of(post=case.post).services.get(case.service)
    days = offered.answer_days if offered else ANSWER_DAYS
    return case.post.today(at) + timedelta(days=days)
