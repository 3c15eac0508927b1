"""From frozen to void: by staff, with a reference, and never without one (R21)."""

import io
from datetime import timedelta

import pypdfium2
import pytest
from django.core import mail
from django.db import IntegrityError, transaction

from apps.audit.models import Entry
from apps.kernel.errors import Forbidden, IllegalMove, Invalid, Unavailable
from apps.losses import services
from apps.losses.models import IssuerNotice, LossReport
from apps.losses.services import issuers
from apps.losses.workflow import FOUND, WORKFLOW
from apps.outbox import services as outbox
from apps.seals import services as seals
from apps.seals.trust import trust_in
from apps.seals.verification import verify
from tests.accounts.factories import AT, make_citizen, make_user
from tests.losses.factories import Run, authority, make_officer, make_post, make_report, notified

pytestmark = pytest.mark.django_db


@pytest.fixture(autouse=True)
def paris():
    return make_post()


@pytest.fixture
def officer():
    return make_officer()


@pytest.fixture
def report():
    return make_report()


def declared(report, officer, reference="国移宣〔2026〕88号", **more):
    return services.declare_void(report=report, reference=reference, officer=officer, at=AT, **more)


def codes(refused):
    return {fault.pointer: fault.code for fault in refused.value.faults}


def test_the_tables_have_no_dead_rows_and_nothing_leads_out_of_void():
    assert WORKFLOW.problems() == FOUND.problems() == []
    assert not [row for row in WORKFLOW if "void" in row.sources]


def test_the_post_of_the_place_of_the_loss_sees_to_it_and_the_ministry_where_there_is_none(report):
    assert report.post_id == "PAR"
    assert make_report(country="KP", place="Pyongyang").post is None


def test_a_passport_is_void_only_by_the_issuers_word_with_its_reference(report, officer, monkeypatch):
    events = []
    monkeypatch.setattr(issuers, "publish", events.append)
    notice = notified(report, officer)
    declared(report, officer, "  国移宣〔2026〕88号 ")

    report.refresh_from_db()
    assert (report.status, report.void_reference, report.void_authority) == (
        "void",
        "国移宣〔2026〕88号",
        "国家移民管理局",
    )
    assert (report.voided_by, report.voided_at) == (officer, AT)
    both = {"report": str(report.pk), "citizen": str(report.citizen_id)}
    assert [(type(event).__name__, event.report, event.citizen) for event in events] == [
        ("IssuerNotified", *both.values()),
        ("VoidDeclared", *both.values()),
    ]
    assert events[0].notice == str(notice.pk)
    acts = Entry.objects.filter(subject=report.subject, actor=f"officer:{officer.pk}").values_list("action", flat=True)
    assert set(acts) == {"issuer_notified", "void_declared"}


def test_a_reminder_is_another_notice_and_changes_nothing_else(report, officer):
    notified(report, officer)
    notified(report, officer, sent="other", reference="phone, 25 Nov")
    report.refresh_from_db()
    assert (report.status, report.notices.count()) == ("issuer_notified", 2)


def test_nothing_is_declared_before_the_issuer_was_asked_nor_twice(report, officer):
    with pytest.raises(IllegalMove):
        declared(report, officer)
    notified(report, officer)
    declared(report, officer)
    for act in (declared, notified):
        with pytest.raises(IllegalMove):
            act(report, officer)
    report.refresh_from_db()
    assert report.void_reference == "国移宣〔2026〕88号"


@pytest.mark.parametrize("reference", ["", "  ", "x" * 101])
def test_without_a_reference_nothing_counts(report, officer, reference):
    with pytest.raises(Invalid) as refused:
        notified(report, officer, reference=reference)
    assert set(codes(refused)) == {"/reference"}
    notified(report, officer)
    with pytest.raises(Invalid) as refused:
        declared(report, officer, reference)
    assert set(codes(refused)) == {"/reference"}
    report.refresh_from_db()
    assert report.status == "issuer_notified"


def test_only_who_may(report):
    stranger = make_officer(rights=["view_lossreport"])
    with pytest.raises(Forbidden):
        notified(report, stranger)
    notified(report, make_officer())
    with pytest.raises(Forbidden):
        declared(report, stranger)


def test_the_database_itself_refuses_a_void_without_who_when_and_reference(report, officer):
    row = LossReport.objects.filter(pk=report.pk)
    whole = {"status": "void", "voided_by": officer, "voided_at": AT, "void_reference": "1", "void_authority": "NIA"}
    for missing, nothing in [
        ("voided_by", None), ("voided_at", None), ("void_reference", ""), ("void_authority", ""), ("status", "frozen"),
    ]:  # fmt: skip
        with pytest.raises(IntegrityError, match="a_void_passport_has_who"), transaction.atomic():
            row.update(**whole | {missing: nothing})
    with pytest.raises(IntegrityError, match="a_loss_has_a_known_status"), transaction.atomic():
        row.update(status="valid")
    with pytest.raises(IntegrityError, match="goes_by_no_mail_server"), transaction.atomic():
        IssuerNotice.objects.create(report=report, authority=authority(), sent="letter", officer=officer, at=AT)


@pytest.mark.parametrize("status", ["issuer_notified", "void"])
def test_a_passport_that_is_on_its_way_to_void_cannot_be_reported_again(report, officer, status):
    notified(report, officer)
    if status == "void":
        declared(report, officer)
    again = make_report(report.citizen)
    assert again.pk == report.pk
    assert again.status == status


# The paper, and the mail.


def text_of(pdf):
    return pypdfium2.PdfDocument(pdf)[0].get_textpage().get_text_bounded()


def test_the_notice_is_a_signed_page_in_both_languages(report):
    seals.create_keys(at=AT)
    paper = services.notice_paper(report=report, authority=authority(), at=AT)

    text = text_of(paper)
    assert len(pypdfium2.PdfDocument(paper)) == 1
    for words in [
        "国家移民管理局",
        "National Immigration Administration",
        "E12345678",
        "李娜",
        "LI NA",
        report.reference,
    ]:
        assert words in text
    trust = trust_in(tuple(seals.trusted_certificates(at=AT)))
    assert verify(paper, trust=trust, at=AT + timedelta(minutes=1)).is_valid


def test_by_mail_a_worker_sends_it_once_with_the_paper(report, officer):
    seals.create_keys(at=AT)
    authority(email="void@nia.example")
    notice = notified(report, officer, sent="email", reference="")
    outbox.drain(queue="messages")
    services.send_notice(notice=str(notice.pk), job=Run(), at=AT)

    (sent,) = [each for each in mail.outbox if each.to == ["void@nia.example"]]
    ((name, paper, kind),) = sent.attachments
    assert (name, kind) == (f"{report.reference}.pdf", "application/pdf")
    assert "E12345678" in text_of(io.BytesIO(paper))
    assert "E12345678" not in sent.subject + sent.body
    notice.refresh_from_db()
    assert notice.delivered_at is not None


def test_mail_that_is_not_taken_is_tried_again_under_the_same_id(report, officer, monkeypatch):
    seals.create_keys(at=AT)
    authority(email="void@nia.example")
    notice = notified(report, officer, sent="email")
    with monkeypatch.context() as broken:
        broken.setattr(
            "django.core.mail.EmailMessage.send", lambda self: (_ for _ in ()).throw(ConnectionRefusedError())
        )
        with pytest.raises(Unavailable):
            services.send_notice(notice=str(notice.pk), job=Run(), at=AT)
    services.send_notice(notice=str(notice.pk), job=Run(), at=AT)
    assert mail.outbox[-1].extra_headers["Message-ID"].startswith(f"<{notice.pk}@")


def test_an_authority_without_an_address_gets_no_mail(report, officer):
    with pytest.raises(Invalid) as refused:
        notified(report, officer, sent="email")
    assert codes(refused) == {"/sent": "no_email"}


def test_the_authority_is_known_by_either_of_its_names():
    for named in ("国家移民管理局", "national immigration administration"):
        assert services.authority_of(make_report(passport_issued_by=named)).pk == "NIA"
    assert services.authority_of(make_report(passport_issued_by="somebody")) is None


# What the officer should know.


def test_earlier_losses_are_counted_over_every_account_of_one_person():
    number = "110101199001010029"
    first = make_report(make_citizen(make_user(), identity_number=number))
    again = make_report(make_citizen(make_user(), identity_number=number), passport_number="E2")
    make_report()

    assert services.earlier_losses(again.citizen).count == 2
    other = services.earlier_losses(again.citizen, but=again)
    assert (other.count, other.days) == (1, (first.lost_on,))
    assert services.earlier_losses(make_citizen(make_user())).count == 0
