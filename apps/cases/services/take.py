from datetime import datetime

from django.db import transaction

from apps.cases.models import Case, CaseQuerySet
from apps.cases.services import holding
from apps.cases.services.move import move
from apps.cases.statuses import Status
from apps.kernel.workflow import Actor

TAKEN_BY = {Status.SUBMITTED: "claim", Status.PRELIMINARY_REVIEW: "take_over", Status.FINAL_REVIEW: "take_over"}
"""Whatever is taken is held: else the same case would be the next one again, for everybody."""


@transaction.atomic
def take_next(*, actor: Actor, cases: CaseQuerySet, at: datetime) -> Case | None:
    """Put the case that is due first on the officer's desk; nothing when none is waiting.

    Two officers who ask in the same moment get two different ones. ``cases`` is what the officer may see.
    """
    found = holding.next_for(officer=actor.user, cases=cases, at=at)
    if found is None:
        return None
    return move(case=found, name=TAKEN_BY[found.state], actor=actor, at=at)
