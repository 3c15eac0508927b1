"""Sealing and signing what is issued, with the keys of the house."""

from datetime import UTC, datetime, timedelta
from io import BytesIO

import pytest
import zxingcpp
from PIL import Image

from apps.kernel.errors import Conflict, Invalid
from apps.seals import mrz, services
from apps.seals.trust import trust_in
from apps.seals.verdicts import Code
from apps.seals.verification import verify
from tests.seals.factories import AT, LINES, TODAY, ZHANG

DATA_MATRIX = zxingcpp.BarcodeFormat.DataMatrix


def believed(at=AT):
    return trust_in(tuple(services.trusted_certificates(at=at)))


def test_a_sealed_zone_is_valid_and_the_same_every_time(signing_keys):
    seal = services.seal_mrz(mrz_lines=LINES, issued_on=TODAY, at=AT)

    assert seal == services.seal_mrz(mrz_lines=LINES, issued_on=TODAY, at=AT)
    assert 134 <= len(seal) <= 136
    verdict = verify(seal, trust=believed(), at=AT)
    assert verdict.code is Code.VALID
    assert verdict.content["mrz"] == LINES


def test_the_date_of_signing_is_that_of_greenwich(signing_keys):
    midnight_in_beijing = datetime.fromisoformat("2026-11-24T00:30:00+08:00")

    seal = services.seal_mrz(mrz_lines=LINES, issued_on=midnight_in_beijing.date(), at=midnight_in_beijing)

    header = verify(seal, trust=believed(), at=AT).content["header"]
    assert (header["issued_on"], header["signed_on"]) == ("2026-11-24", "2026-11-23")


BOOKLET = mrz.build(profile="ETD_BOOKLET", **ZHANG)
CARD = mrz.build(profile="TD2", **ZHANG)
WRONG_DIGIT = [LINES[0], LINES[1][:-1] + "3"]
NONSENSE = [LINES[0][:5] + "<" * 31, LINES[1]]


@pytest.mark.parametrize("lines", [BOOKLET, CARD, WRONG_DIGIT, NONSENSE], ids=["booklet", "card", "digit", "no name"])
def test_only_the_right_zone_of_a_single_sheet_is_sealed(signing_keys, lines):
    with pytest.raises(Invalid) as refused:
        services.seal_mrz(mrz_lines=lines, issued_on=TODAY, at=AT)

    assert refused.value.code == "seal_mrz"


def test_without_a_key_nothing_is_sealed_or_signed(db, page):
    for issue in (
        lambda: services.seal_mrz(mrz_lines=LINES, issued_on=TODAY, at=AT),
        lambda: services.sign_pdf(pdf=page, reason="Issued", at=AT),
    ):
        with pytest.raises(Conflict) as refused:
            issue()
        assert refused.value.code == "signing_key_missing"


@pytest.mark.parametrize("which", ["before", "after"])
def test_a_key_signs_only_in_its_time(signing_keys, page, which):
    vds = signing_keys["vds"]
    at = {"before": vds.use_from - timedelta(seconds=1), "after": vds.use_until}[which]

    for issue in (
        lambda: services.seal_mrz(mrz_lines=LINES, issued_on=TODAY, at=at),
        lambda: services.sign_pdf(pdf=page, reason="Issued", at=at),
    ):
        with pytest.raises(Conflict) as refused:
            issue()
        assert refused.value.code == "signing_key_not_valid"


def test_no_document_outlives_the_certificate_that_vouches_for_it(signing_keys, page):
    last = signing_keys["vds"].valid_until.astimezone(UTC).date()
    over = last + timedelta(days=1)

    lines = {day: mrz.build(profile="ETD_SHEET", **ZHANG | {"expiry": day}) for day in (last, over)}
    assert services.seal_mrz(mrz_lines=lines[last], issued_on=TODAY, at=AT)
    assert services.sign_pdf(pdf=page, reason="Issued", at=AT, valid_until=last)
    with pytest.raises(Conflict) as refused:
        services.seal_mrz(mrz_lines=lines[over], issued_on=TODAY, at=AT)
    assert refused.value.code == "signing_key_not_valid"
    with pytest.raises(Conflict):
        services.sign_pdf(pdf=page, reason="Issued", at=AT, valid_until=over)


def test_a_signed_page_is_valid_and_the_same_every_time(signing_keys, page):
    signed = services.sign_pdf(pdf=page, reason="Issued", at=AT)

    assert signed == services.sign_pdf(pdf=page, reason="Issued", at=AT)
    assert verify(signed, trust=believed(), at=AT).code is Code.VALID


@pytest.mark.parametrize("pdf", [b"", b"%PDF-1.7\n%%EOF", b"no pdf", b"%PDF-" + bytes(100)])
def test_what_is_no_pdf_is_not_signed(signing_keys, pdf):
    with pytest.raises(Invalid) as refused:
        services.sign_pdf(pdf=pdf, reason="Issued", at=AT)

    assert refused.value.code == "pdf_unreadable"


def test_the_code_carries_the_bytes_and_no_eci(signing_keys):
    seal = services.seal_mrz(mrz_lines=LINES, issued_on=TODAY, at=AT)

    picture = Image.open(BytesIO(services.datamatrix(seal=seal)))
    (read,) = zxingcpp.read_barcodes(picture, formats=DATA_MATRIX)

    assert read.bytes == seal
    assert read.symbology_identifier == "]d1"
    assert picture.mode == "L"


def test_the_code_may_be_vectors(signing_keys):
    svg = services.datamatrix(seal=b"\xdc" + bytes(135), kind="svg")

    assert svg.startswith(b"<?xml")
    assert b"<path" in svg


def test_a_signed_page_with_its_code_is_verified_with_both(signing_keys, typeset):
    seal = services.seal_mrz(mrz_lines=LINES, issued_on=TODAY, at=AT)
    signed = services.sign_pdf(pdf=typeset(services.datamatrix(seal=seal)), reason="Issued", at=AT)

    verdict = verify(signed, trust=believed(), at=AT)

    assert verdict.code is Code.VALID
    assert verdict.content["seal"]["code"] == "VALID"
    assert verdict.content["seal"]["content"]["mrz"] == LINES
    assert verdict.document_status == "current"
    assert verify(signed, trust=believed(), at=AT.replace(year=2027, month=4)).document_status == "expired"
