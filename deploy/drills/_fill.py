"""Run by `manage.py shell`: some thousand cases with their history, for a database worth restoring."""

from datetime import date

from django.utils import timezone

from apps.accounts.models import Citizen, User
from apps.cases.models import Case, Step
from apps.posts.models import Post

COUNT = 3000


def fill() -> None:
    """Withdrawn ones: of those a person may have as many as they like."""
    citizen = Citizen.objects.create(
        name="演习", surname="DRILL", born_on=date(1990, 1, 1), sex="F", place_of_birth="BEIJING"
    )
    facts = {"kind": "travel_document", "status": "withdrawn", "citizen": citizen, "person": citizen.pk.hex}
    facts |= {"post": Post.objects.order_by("pk")[0], "applicant": User.objects.order_by("pk")[0]}
    cases = Case.objects.bulk_create(Case(**facts) for _ in range(COUNT))
    steps = {"move": "withdraw", "source": "draft", "target": "withdrawn", "by": "applicant", "at": timezone.now()}
    Step.objects.bulk_create(Step(case=case, **steps) for case in cases)
