"""Run by `manage.py shell`: some thousand cases with their history, for a database worth restoring, and two people."""

from datetime import date

from django.db.models.functions import Now
from django.utils import timezone

from apps.accounts.models import Citizen, Relation, User
from apps.audit.models import Entry
from apps.cases.models import Case, Step
from apps.outbox.models import Delivery
from apps.outbox.services import drain
from apps.posts.models import Post
from apps.privacy.services import request_erasure

COUNT = 3000
LEAVES = "leaves@drill.example"


def fill() -> None:
    """Withdrawn ones: of those a person may have as many as they like."""
    citizen = _citizen(User.objects.create_user(email="stays@drill.example"), "STAYS")
    facts = {"kind": "travel_document", "status": "withdrawn", "citizen": citizen, "person": citizen.pk.hex}
    facts |= {"post": Post.objects.order_by("pk")[0], "applicant": User.objects.order_by("pk")[0]}
    cases = Case.objects.bulk_create(Case(**facts) for _ in range(COUNT))
    steps = {"move": "withdraw", "source": "draft", "target": "withdrawn", "by": "applicant", "at": timezone.now()}
    Step.objects.bulk_create(Step(case=case, **steps) for case in cases)
    act = {"at": timezone.now(), "actor": "system", "action": "case_withdraw", "citizen": citizen.pk}
    Entry.objects.bulk_create(Entry(subject=case.payable, **act) for case in cases)
    _citizen(User.objects.create_user(email=LEAVES), "LEAVES")


def erase() -> None:
    """One of the two people asks for it, and workers do it."""
    user = User.objects.get(email=LEAVES)
    citizen = Citizen.objects.get(relations__user=user)
    request_erasure(citizen=citizen.pk, user=user, printed_name=citizen.full_spelling, at=timezone.now())
    for _ in range(3):
        while sum(drain(queue=queue) for queue in ("default", "files", "messages")):
            pass
        Delivery.objects.open().exclude(due_at=None).update(due_at=Now())


def _citizen(user: User, surname: str) -> Citizen:
    facts = {"name": "演习", "born_on": date(1990, 1, 1), "sex": "F", "place_of_birth": "BEIJING"}
    citizen = Citizen.objects.create(surname=surname, **facts)
    Relation.objects.create(user=user, citizen=citizen, kind=Relation.Kind.SELF)
    return citizen
