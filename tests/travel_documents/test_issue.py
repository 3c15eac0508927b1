"""From an approved and paid case to a sealed sheet, without a worker in between."""

import shutil
import subprocess
from contextlib import contextmanager
from datetime import date

import pypdfium2
import pytest
import zxingcpp
from django.utils.timezone import now

from apps.cases import services as cases
from apps.cases.models import Case
from apps.documents import services as documents
from apps.documents.models import Issue
from apps.kernel.errors import Conflict
from apps.kernel.workflow import SYSTEM, Actor, By
from apps.outbox import services as outbox
from apps.outbox.services import LeaseLost
from apps.seals import mrz
from apps.seals import services as seals
from apps.travel_documents import services
from apps.travel_documents.models import Validity
from deploy.demo.pictures import portrait
from tests.accounts.factories import birthday
from tests.cases.factories import AT, make_case, make_officer
from tests.documents.factories import cleaned

pytestmark = pytest.mark.django_db


class Run:
    """A job as a worker holds it; with ``lost``, one that another worker has taken over."""

    key, attempt = "delivery-1", 1

    def __init__(self, *, lost=False):
        self.lost = lost

    @contextmanager
    def finish(self):
        if self.lost:
            raise LeaseLost(self.key)
        yield


@pytest.fixture
def case(monkeypatch):
    """In production, with a real photo in the object store."""
    monkeypatch.setattr(outbox, "wake", lambda queue: None)
    seals.create_keys(at=now())
    made = make_case("production")
    file = cleaned(made.applicant, portrait(), citizen=made.citizen)
    made.attachments.filter(material="photo").update(file=file)
    return made


def paper(issue: Issue) -> bytes:
    return documents.pdf(issue=issue)


def test_the_sheet_says_what_the_case_says(case):
    services.issue(case=str(case.pk), job=Run(), at=now())

    issue = Issue.objects.get(subject=case.payable)
    text = pypdfium2.PdfDocument(paper(issue))[0].get_textpage().get_text_bounded()
    case.refresh_from_db()
    assert case.status == "ready_to_collect"
    for words in ["应急旅行证", "EMERGENCY TRAVEL DOCUMENT", "李娜", issue.number, "上海", "PUCHNLI<<NA"]:
        assert words in text


def test_the_sheet_of_a_child_under_ten_on_the_day_of_issue_asks_for_no_signature(case):
    Case.objects.filter(pk=case.pk).update(particulars=case.particulars | {"born_on": birthday(9).isoformat()})
    services.issue(case=str(case.pk), job=Run(), at=now())

    text = pypdfium2.PdfDocument(paper(Issue.objects.get(subject=case.payable)))[0].get_textpage().get_text_bounded()
    assert "Bearer under ten: no signature" in text


def test_the_seal_on_the_paper_holds_the_lines_on_the_paper(case):
    services.issue(case=str(case.pk), job=Run(), at=now())

    issue = Issue.objects.get(subject=case.payable)
    page = pypdfium2.PdfDocument(paper(issue))[0].render(scale=300 / 72).to_pil()
    read = zxingcpp.read_barcode(page, formats=zxingcpp.BarcodeFormat.DataMatrix)
    assert read.bytes == bytes(issue.seal)
    assert 134 <= len(read.bytes) <= 136


@pytest.mark.skipif(not shutil.which("pdfsig"), reason="pdfsig is not installed: apt-get install poppler-utils")
def test_strangers_tools_find_the_text_and_a_valid_signature(case, tmp_path):
    services.issue(case=str(case.pk), job=Run(), at=now())
    pdf = tmp_path / "sheet.pdf"
    pdf.write_bytes(paper(Issue.objects.get(subject=case.payable)))

    signature = subprocess.run(["pdfsig", pdf], capture_output=True, text=True, check=False).stdout
    text = subprocess.run(["pdftotext", pdf, "-"], capture_output=True, text=True, check=True).stdout

    assert "Signature is Valid" in signature
    assert "Total document signed" in signature
    assert "应急旅行证" in text
    assert "李娜" in text


def test_making_it_again_uses_the_number_it_has(case):
    with pytest.raises(LeaseLost):
        services.issue(case=str(case.pk), job=Run(lost=True), at=now())
    first = Issue.objects.get(subject=case.payable)

    services.issue(case=str(case.pk), job=Run(), at=now())
    services.issue(case=str(case.pk), job=Run(), at=now())

    assert Issue.objects.get().number == first.number
    assert case.history.filter(move="issue").count() == 1


def test_it_is_good_for_the_journey_and_little_longer(case):
    services.issue(case=str(case.pk), job=Run(), at=now())

    issue = Issue.objects.get(subject=case.payable)
    assert (issue.expires_on - case.travel_document.travel_on).days == 15


def test_without_a_validity_rule_nothing_is_issued(case):
    Validity.objects.all().delete()

    with pytest.raises(Conflict) as refused:
        services.issue(case=str(case.pk), job=Run(), at=now())

    assert refused.value.code == "no_validity"
    assert Issue.objects.count() == 0


def test_a_new_document_makes_the_persons_old_one_void(case):
    old = documents.reserve(
        kind="travel_document",
        subject="case:earlier",
        holder=case.person,
        owner=case.applicant,
        citizen=case.citizen,
        issued_on=date(2026, 1, 1),
        expires_on=date(2026, 2, 1),
    )
    documents.mark_issued(issue=old, sha256="0" * 64, seal=b"x", at=AT)

    services.issue(case=str(case.pk), job=Run(), at=now())

    old.refresh_from_db()
    assert old.status == "void"
    assert Issue.objects.get(subject=case.payable).status == "issued"


def test_what_the_mail_lost_is_void_at_once_and_made_anew_free_of_charge(case):
    clerk = Actor(By.OFFICER, make_officer(case.post))
    type(case).objects.filter(pk=case.pk).update(delivery="ship", ship_to="12 rue de Paris, 75002 Paris")
    services.issue(case=str(case.pk), job=Run(), at=now())
    first = Issue.objects.get(subject=case.payable)
    cases.move(case=case, name="ship", actor=clerk, at=now(), details={"tracking": "RR1"})
    cases.move(case=case, name="lose", actor=clerk, at=now())

    outbox.drain(queue="default")
    services.issue(case=str(case.pk), job=Run(), at=now())

    case.refresh_from_db()
    first.refresh_from_db()
    second = Issue.objects.live().get(subject=case.payable)
    assert (first.status, second.status) == ("void", "issued")
    assert second.number != first.number
    assert (case.status, case.tracking) == ("ready_to_ship", "")
    assert not cases.is_fee_due(case)
    assert [step.move for step in case.history.all()][-3:] == ["lose", "reissue", "issue"]


def test_a_case_that_is_not_in_production_gets_nothing():
    case = make_case("submitted")

    services.issue(case=str(case.pk), job=Run(), at=AT)

    assert Issue.objects.count() == 0
    with pytest.raises(Conflict):
        cases.move(case=case, name="issue", actor=SYSTEM, at=AT)


def test_the_lines_are_those_of_a_single_sheet():
    lines = mrz.build(
        profile="ETD_SHEET",
        issuing_state="CHN",
        nationality="CHN",
        surname="ZHANG",
        given_names="SANFENG",
        number="L12345678",
        birth=date(1990, 1, 1),
        sex="M",
        expiry=date(2027, 3, 1),
    )
    assert lines == ["PUCHNZHANG<<SANFENG<<<<<<<<<<<<<<<<<", "L123456781CHN9001011M2703017<<<<<<<2"]
