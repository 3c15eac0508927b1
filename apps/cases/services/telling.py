from datetime import datetime

from apps.accounts.services import addressee
from apps.cases.models import Case, Step
from apps.cases.services.facts import facts
from apps.notifications.services import tell


def tell_about(*, case: Case, step: Step, template: str, dedupe: str, at: datetime) -> None:
    """Write to who is to hear of the citizen about a step of the case, once per ``dedupe``."""
    user = addressee(citizen=case.citizen, first=case.applicant)
    if user is None:
        return
    said = facts(case=case, step=step, language=user.language, at=at)
    tell(user=user, template=template, subject=case.payable, facts=said, at=step.at, dedupe=dedupe)
