"""The loss certificate: made once, readable by anyone, and never a travel document (ADR 0014)."""

import io
import shutil
import subprocess
from datetime import UTC, date, datetime, timedelta

import pypdfium2
import pytest
import zxingcpp
from django.utils import timezone

from apps.documents import letters, rendering
from apps.documents import services as documents
from apps.documents.models import Issue
from apps.documents.rendering import GlyphMissing, Unprintable
from apps.kernel.errors import Conflict
from apps.losses import reactions, services
from apps.losses.models import CertificateTerm
from apps.outbox import services as outbox
from apps.outbox.services import LeaseLost
from apps.seals import pades, qr
from apps.seals import services as seals
from apps.seals.trust import trust_in
from apps.seals.verdicts import Code
from apps.seals.verification import verify
from tests.accounts.factories import AT, Phone, make_citizen, make_user
from tests.losses.factories import Run, make_post, make_report
from tests.seals.factories import authority, signer, trust

LONG = {"name": "阿卜杜热合曼·" * 13 + "买买提", "surname": "A" * 100, "given_names": "MAIMAITI " * 11 + "A"}


ORIGIN = letters.Origin(
    sender=letters.Both("中国驻法国大使馆", "Embassy of China in France"),
    city=letters.Both("巴黎", "Paris"),
    issued_on=date(2026, 11, 23),
    created_at=AT,
)


class Told:
    """Messages instead of sending: the wording of this one is not here."""

    def __init__(self, monkeypatch):
        self.messages = []
        monkeypatch.setattr(reactions, "tell", lambda **message: self.messages.append(message))


@pytest.fixture
def told(monkeypatch):
    return Told(monkeypatch).messages


@pytest.fixture
def ready(db, told):
    make_post()
    seals.create_keys(at=timezone.now())


def made(report):
    """As the worker does it."""
    outbox.drain(queue="documents")
    outbox.drain(queue="default")
    report.refresh_from_db()
    return report.certificate


def paper(issue):
    return documents.pdf(issue=issue)


def page(pdf, dpi):
    return pypdfium2.PdfDocument(pdf)[0].render(scale=dpi / 72).to_pil()


def text_of(pdf):
    return pypdfium2.PdfDocument(pdf)[0].get_textpage().get_text_bounded().replace("\r\n", "\n")


def judged(data):
    at = timezone.now()
    return verify(data, trust=trust_in(tuple(seals.trusted_certificates(at=at))), at=at + timedelta(seconds=1))


def test_reporting_a_loss_makes_one_certificate_and_tells_of_it(ready, told):
    report = make_report(make_citizen(make_user()))
    issue = made(report)
    services.certify(report=str(report.pk), job=Run(), at=timezone.now())

    assert Issue.objects.count() == 1
    assert (issue.kind, issue.status, issue.number) == ("loss_certificate", "issued", "C00000001")
    assert issue.expires_on - issue.issued_on == timedelta(days=30)
    ready_message = told[-1]
    assert ready_message["template"] == "certificate_ready"
    assert {name: str(fact) for name, fact in ready_message["facts"].items()} == {
        "certificate": str(reactions._("Loss certificate")),
        "number": "C00000001",
        "until_on": issue.expires_on.isoformat(),
    }
    assert ready_message["user"] == report.reported_by


def test_the_citizen_downloads_it_among_their_documents(ready):
    user = make_user()
    phone = Phone(user)
    report = make_report(make_citizen(user))
    issue = made(report)

    assert phone.get(f"loss-reports/{report.pk}").json()["certificate"] == str(issue.pk)
    assert [each["number"] for each in phone.get("documents").json()["results"]] == [issue.number]
    assert phone.get(f"documents/{issue.pk}/pdf").status_code == 200
    assert Phone(make_user()).get(f"documents/{issue.pk}").status_code == 404


def test_the_page_says_it_all_in_both_languages(ready):
    report = make_report(make_citizen(make_user()))
    pdf = paper(made(report))
    text = text_of(pdf)

    assert len(pypdfium2.PdfDocument(pdf)) == 1
    for words in [
        "护照报失证明", "Certificate of a Passport Reported Lost", "C00000001", "李娜", "LI NA", "E12345678",
        "2026年11月21日 / 21 Nov 2026", "Gare du Nord, Paris", "法国 / France", "12308", "Embassy of China in France",
        "本证明不是旅行证件", "This is not a travel document", "SPECIMEN",
    ]:  # fmt: skip
        assert words in text, words


@pytest.mark.parametrize("who", [{}, LONG], ids=["a short name", "the longest names"])
def test_paper_scan_and_code_are_each_verified(ready, who):
    """The signed file, a scan of the page at 150 dpi, and what any phone's camera reads."""
    issue = made(make_report(make_citizen(make_user(), **who)))
    pdf = paper(issue)

    whole = judged(pdf)
    assert (whole.code, whole.content["seal"]["code"]) == (Code.VALID, "VALID")
    (code,) = zxingcpp.read_barcodes(page(pdf, 150))
    assert code.text == seals.verification_address(seal=bytes(issue.seal))
    said = judged(code.text).content["certificate"]
    assert (said["number"], said["passport_number"], said["post"]) == (issue.number, "E****5678", "PAR")
    assert said["is_travel_document"] is False
    assert said["chinese_name"] == who.get("name", "李娜")
    scan = io.BytesIO()
    page(pdf, 150).save(scan, "PNG")
    assert judged(scan.getvalue()).content["certificate"] == said
    corners = code.position
    assert abs(corners.top_right.x - corners.top_left.x) / 150 * 25.4 >= 25


@pytest.mark.skipif(not shutil.which("pdfsig"), reason="pdfsig is not installed: apt-get install poppler-utils")
def test_strangers_tools_find_a_valid_signature(ready, tmp_path):
    (tmp_path / "letter.pdf").write_bytes(paper(made(make_report())))
    seen = subprocess.run(["pdfsig", tmp_path / "letter.pdf"], capture_output=True, text=True, check=False).stdout
    assert "Signature is Valid" in seen
    assert "Total document signed" in seen


@pytest.mark.parametrize("place", range(0, 100, 7))
def test_a_signed_letter_with_one_byte_changed_is_invalid(letter, place):
    changed = bytearray(letter[0])
    changed[len(changed) * place // 100] ^= 1
    verdict = verify(bytes(changed), trust=letter[1], at=AT)
    assert not verdict.is_valid
    assert verdict.code in Code


@pytest.fixture(scope="module")
def letter():
    """Signed with keys of its own, without a database."""
    csca = authority()
    party = signer(csca, name="Letters", purposes=None, document_type=None, usages=(True, True))
    pdf = letters.make(said(), code=qr.as_png("https://consular.example/verify#v=AAAA"))
    signed = pades.sign(pdf, signer=party, chain=[csca.certificate_der], reason="Loss Certificate", at=AT)
    believed = trust(csca)
    assert verify(signed, trust=believed, at=AT).is_valid
    return signed, believed


def said(**changes):
    person = letters.Person(name="李娜", surname="LI", given_names="NA", born_on=date(1990, 1, 1))
    facts = {
        "number": "C00000042",
        "person": person,
        "passport_number": "E12345678",
        "passport_issued_by": "国家移民管理局",
        "lost_on": date(2026, 11, 21),
        "place": "Paris",
        "country": letters.Both("法国", "France"),
        "reported_at": datetime(2026, 11, 23, 9, tzinfo=UTC),
        "hotline": "+86-10-12308",
        "valid_until": date(2026, 12, 23),
        "origin": ORIGIN,
    }
    return letters.loss_letter(**facts | changes)


def test_the_same_letter_is_the_same_bytes():
    code = qr.as_png("https://consular.example/verify#v=AAAA")
    assert letters.make(said(), code=code) == letters.make(said(), code=code)


def test_a_name_that_cannot_be_printed_fails_loudly_and_a_place_does_not_hold_up_the_letter():
    strange = letters.Person(name="李\ue000", surname="LI", given_names="", born_on=date(1990, 1, 1))
    with pytest.raises(GlyphMissing):
        letters.make(said(person=strange))
    assert not rendering.is_printable("สถานีรถไฟ")
    text = text_of(letters.make(said(place="สถานีรถไฟ 🚉", passport_issued_by="ก")))
    assert text.count("as told in the report") == 2


@pytest.mark.parametrize("code", [b"no picture", qr.as_png("x")[:40]])
def test_a_code_that_is_none_fails_loudly(code):
    with pytest.raises(Unprintable):
        letters.make(said(), code=code)


def test_an_application_in_progress_has_a_letter_too():
    facts = {
        "number": "P00000001",
        "person": letters.Person(name="李娜", surname="LI", given_names="", born_on=date(1990, 1, 1)),
        "case_number": "ABCD-EFGH-JKMN",
        "service": letters.Both("应急旅行证", "Emergency travel document"),
        "submitted_on": date(2026, 11, 22),
        "passport_number": "",
        "hotline": "+86-10-12308",
        "valid_until": date(2026, 12, 23),
        "origin": ORIGIN,
    }
    text = text_of(letters.make(letters.progress_letter(**facts), code=qr.as_png("x")))
    for words in ["证件申请受理证明", "Certificate of an Application in Progress", "ABCD-EFGH-JKMN", "不是旅行证件"]:
        assert words in text
    assert "Former passport" not in text


def test_a_second_loss_gets_its_own_and_the_first_stays_true(ready):
    citizen = make_citizen(make_user())
    first, second = made(make_report(citizen)), made(make_report(citizen, passport_number="E87654321"))
    first.refresh_from_db()
    assert {first.number, second.number} == {"C00000001", "C00000002"}
    assert (first.status, second.status) == ("issued", "issued")


def test_making_it_again_uses_the_number_it_has(ready):
    report = make_report()
    with pytest.raises(LeaseLost):
        services.certify(report=str(report.pk), job=Run(lost=True), at=timezone.now())
    assert Issue.objects.get().status == "reserved"
    assert made(report).number == "C00000001"
    assert Issue.objects.count() == 1


def test_where_there_is_no_post_the_ministry_signs(ready):
    issue = made(make_report(country="KP", place="Pyongyang"))
    assert judged(bytes(issue.seal)).content["certificate"]["post"] == "MFA"
    assert "外交部" in text_of(paper(issue))


def test_without_a_term_nothing_is_issued(ready):
    CertificateTerm.objects.all().delete()
    report = make_report()
    with pytest.raises(Conflict) as refused:
        services.certify(report=str(report.pk), job=Run(), at=timezone.now())
    assert refused.value.code == "no_term"
    assert not Issue.objects.exists()


def test_a_term_counts_from_its_day_until_it_ends(ready):
    CertificateTerm.objects.filter(kind="loss_certificate").update(active_to=date(2027, 1, 1))
    CertificateTerm.objects.create(kind="loss_certificate", days=10, active_from=date(2027, 1, 1))
    until = {
        day: services.expires_on(kind="loss_certificate", issued_on=day) - day
        for day in (date(2026, 12, 31), date(2027, 1, 1))
    }
    assert [each.days for each in until.values()] == [30, 10]
