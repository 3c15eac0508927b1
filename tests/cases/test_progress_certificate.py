"""The certificate of an application in progress: what it says, on paper and in its seal."""

from datetime import UTC, date, datetime, timedelta

import pypdfium2
import pytest
from django.utils.timezone import now

from apps.cases.models import Case
from apps.cases.services import certificate
from apps.documents import services as documents
from apps.documents.letters.letter import day
from apps.documents.models import Issue
from apps.seals import services as seals
from apps.seals.trust import trust_in
from apps.seals.verification import verify
from tests.cases.factories import make_case
from tests.losses.factories import Run

pytestmark = pytest.mark.django_db

LATE = datetime(2026, 11, 20, 23, 30, tzinfo=UTC)
"""The 21st in Paris."""


def test_it_says_when_the_application_was_submitted_and_not_when_the_letter_was_made():
    seals.create_keys(at=now())
    case = make_case("submitted")
    Case.objects.filter(pk=case.pk).update(submitted_at=LATE)

    certificate.certify(case=str(case.pk), job=Run(), at=now() + timedelta(minutes=1))

    issue = Issue.objects.get(subject=certificate.subject_of(case))
    text = pypdfium2.PdfDocument(documents.pdf(issue=issue))[0].get_textpage().get_text_bounded()
    sealed = verify(bytes(issue.seal), trust=trust_in(tuple(seals.trusted_certificates(at=now()))), at=now())
    assert sealed.content["certificate"]["submitted_on"] == "2026-11-21" != issue.issued_on.isoformat()
    assert sealed.content["certificate"]["valid_from"] == issue.issued_on.isoformat()
    assert day(date(2026, 11, 21)) in " ".join(text.split())
