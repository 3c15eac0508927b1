from datetime import datetime

from apps.cases.models import Case, Step
from apps.cases.services.facts import facts
from apps.notifications.services import tell


def tell_about(*, case: Case, step: Step, template: str, dedupe: str, at: datetime) -> None:
    """Write to the applicant about a step of the case, once per ``dedupe``."""
    said = facts(case=case, step=step, language=case.applicant.language, at=at)
    tell(user=case.applicant, template=template, subject=case.payable, facts=said, at=step.at, dedupe=dedupe)
