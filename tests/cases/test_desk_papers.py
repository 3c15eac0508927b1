"""Papers open from the case they belong to, for a minute, and are written down."""

import pytest

from apps.audit.models import Entry
from apps.documents.statuses import FileStatus
from tests.cases.desk import QUEUE, page_of, screen
from tests.cases.factories import (
    make_case,
    make_file,
    make_officer,
    make_post,
)
from tests.documents.factories import cleaned

pytestmark = pytest.mark.django_db


def paper_of(case, attached):
    return f"{QUEUE}{case.pk}/papers/{attached.pk}/"


def test_a_paper_opens_for_a_minute_and_is_written_down(post, officer):
    case = make_case(post=post)
    attached = case.attachments.first()
    attached.file = cleaned(case.applicant, citizen=case.citizen)
    attached.save(update_fields=["file"])

    answer = screen(officer).get(paper_of(case, attached))

    assert answer.status_code == 302
    assert "no-store" in answer["Cache-Control"]
    client = screen(officer)
    followed = client.get(client.get(paper_of(case, attached))["Location"])
    assert b"".join(followed.streaming_content).startswith(b"\xff\xd8")
    assert Entry.objects.filter(action="file_read", subject=f"file:{attached.file_id}").count() == 1


def test_a_paper_of_another_post_does_not_exist(post):
    stranger = make_officer(make_post("LON"))
    case = make_case(post=post)

    assert screen(stranger).get(paper_of(case, case.attachments.first())).status_code == 404
    assert Entry.objects.filter(action="file_read").count() == 0


def test_a_paper_belongs_to_the_case_it_is_asked_for(post, officer):
    case, other = make_case(post=post), make_case(post=post)

    assert screen(officer).get(paper_of(case, other.attachments.first())).status_code == 404


@pytest.mark.parametrize("status", [FileStatus.EXPECTED, FileStatus.RECEIVED, FileStatus.REJECTED])
def test_a_paper_that_was_not_cleaned_is_described_instead_of_shown(post, officer, status):
    case = make_case(post=post)
    attached = case.attachments.get(material="identity_proof")
    attached.file = make_file(case.applicant, status=status)
    attached.save(update_fields=["file"])

    shown = screen(officer).get(page_of(case)).content.decode()

    assert paper_of(case, attached) not in shown
    assert str(status.label) in shown
    assert screen(officer).get(paper_of(case, attached)).status_code == 404
