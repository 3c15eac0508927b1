"""Signed PDFs: what a signature changes, and what it notices."""

import re
from datetime import timedelta
from io import BytesIO

import pytest
from asn1crypto import x509 as asn1
from cryptography import x509
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from pyhanko.pdf_utils.incremental_writer import IncrementalPdfFileWriter
from pyhanko.pdf_utils.reader import PdfFileReader
from pyhanko.sign import PdfSignatureMetadata, signers
from pyhanko.sign.validation import validate_pdf_signature
from pyhanko_certvalidator import ValidationContext
from pyhanko_certvalidator.registry import SimpleCertificateStore

from apps.seals import pades
from apps.seals.verdicts import Code
from apps.seals.verification import verify
from tests.seals.factories import AT, VDS_SIGNER, authority, signer, trust

CSCA = authority()
NO_SEALS = {"purposes": None, "document_type": None, "name": "Documents"}
SIGNER = signer(CSCA, usages=(True, True), **NO_SEALS)


@pytest.fixture(scope="module")
def signed(page):
    return sign(page, SIGNER)


def sign(pdf, party):
    return pades.sign(pdf, signer=party, chain=[CSCA.certificate_der], reason="Issued", at=AT)


def code(data, *listed, at=AT):
    return verify(data, format="pdf", trust=trust(*listed), at=at).code


def test_a_signed_page_says_who_signed_what(signed):
    verdict = verify(signed, trust=trust(CSCA), at=AT)

    assert verdict.code is Code.VALID
    assert verdict.content["signature"] == {
        "coverage": "ENTIRE_FILE", "intact": True, "signed_at": AT.isoformat(), "reason": "Issued",
    }  # fmt: skip
    assert "Documents" in verdict.content["signer"]["subject"]
    assert verdict.content["seal"] is None


def test_another_verifier_finds_it_good(signed):
    signature = PdfFileReader(BytesIO(signed)).embedded_signatures[0]
    context = ValidationContext(trust_roots=[asn1.Certificate.load(CSCA.certificate_der)], moment=AT)

    status = validate_pdf_signature(signature, context)

    assert status.bottom_line
    assert status.coverage.name == "ENTIRE_FILE"
    assert signature.sig_object["/SubFilter"] == "/ETSI.CAdES.detached"
    kinds = {attribute["type"].native for attribute in signature.signer_info["signed_attrs"]}
    assert kinds == {"content_type", "message_digest", "signing_certificate_v2", "cms_algorithm_protection"}


def test_the_page_before_the_signature_is_untouched(page, signed):
    assert signed.startswith(page)


def test_a_signed_pdf_a_is_still_one(page, signed):
    """ISO 19005-2 §6.6.2 metadata, §6.2.3 output intent, §6.3 annotations, §6.4 forms."""
    before, after = PdfFileReader(BytesIO(page)), PdfFileReader(BytesIO(signed))
    metadata = after.root["/Metadata"].data

    assert metadata == before.root["/Metadata"].data
    assert re.search(rb"pdfaid:part>2<.*pdfaid:conformance>B<", metadata, re.DOTALL)
    assert after.root["/OutputIntents"][0]["/S"] == "/GTS_PDFA1"
    assert "/NeedAppearances" not in after.root["/AcroForm"]
    (field,) = (each.get_object() for each in after.root["/AcroForm"]["/Fields"])
    hidden, printed = 0b10, 0b100
    assert field["/F"] & printed
    assert not field["/F"] & hidden
    assert list(field["/Rect"]) == [0, 0, 0, 0]
    assert after.trailer["/ID"][0] == before.trailer["/ID"][0]


def test_whom_to_believe(signed):
    stranger = authority()

    assert code(signed, CSCA) is Code.VALID
    assert code(signed, SIGNER) is Code.VALID
    assert code(signed) is Code.UNTRUSTED_CERTIFICATE
    assert code(signed, stranger) is Code.UNTRUSTED_CERTIFICATE
    assert code(signed, stranger, SIGNER) is Code.UNTRUSTED_CERTIFICATE


@pytest.mark.parametrize(
    ("changes", "expected"),
    [
        ({"not_after": AT - timedelta(days=1)}, Code.EXPIRED_CERTIFICATE),
        ({"not_before": AT + timedelta(days=1)}, Code.EXPIRED_CERTIFICATE),
        ({"purposes": (VDS_SIGNER,)}, Code.UNTRUSTED_CERTIFICATE),
        ({"usages": (False, False)}, Code.UNTRUSTED_CERTIFICATE),
        ({"usages": (True, False)}, Code.VALID),
        ({"usages": None}, Code.VALID),
        ({"purposes": (x509.ObjectIdentifier("1.3.6.1.5.5.7.3.36"),)}, Code.VALID),
    ],
)
def test_what_its_certificate_must_be(page, changes, expected):
    party = signer(CSCA, **{"usages": (True, True), **NO_SEALS, **changes})

    assert code(sign(page, party), CSCA) is expected


def test_an_unsigned_page_is_not_valid(page):
    verdict = verify(page, trust=trust(CSCA), at=AT)

    assert (verdict.code, verdict.detail) == (Code.WRONG_FORMAT, "pdf_not_signed")


@pytest.mark.parametrize("rest", [b"\n", b"x", b"\0", b"%%EOF\n", b" " * 2000])
def test_appended_bytes_are_noticed(signed, rest):
    assert not verify(signed + rest, trust=trust(CSCA), at=AT).is_valid


def test_a_later_revision_is_noticed(signed):
    writer = IncrementalPdfFileWriter(BytesIO(signed))
    writer.root["/Lang"] = writer.root["/Type"]
    writer.update_root()
    changed = BytesIO()
    writer.write(changed)

    assert code(changed.getvalue(), CSCA) is Code.INVALID_SIGNATURE


def test_a_second_signature_by_a_stranger_counts(signed):
    stranger = signer(authority("FR"), country="FR", usages=(True, True), **NO_SEALS)
    changed = pades.sign(signed.replace(b"(Signature)", b"(Signatura)"), signer=stranger, chain=[], reason="", at=AT)

    assert code(changed, CSCA) is Code.UNTRUSTED_CERTIFICATE


def test_bytes_cut_off_are_noticed(signed):
    for length in range(0, len(signed), 97):
        assert not verify(signed[:length], format="pdf", trust=trust(CSCA), at=AT).is_valid, length


def test_a_flipped_bit_anywhere_is_noticed(signed):
    believed = trust(CSCA)
    for place in range(0, len(signed), 61):
        flipped = bytearray(signed)
        flipped[place] ^= 1 << place % 8
        assert not verify(bytes(flipped), format="pdf", trust=believed, at=AT).is_valid, place


@settings(max_examples=300, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(st.data())
def test_a_flipped_bit_in_the_envelope_is_noticed(signed, data):
    """Where no signature looks: versions, algorithm names, companions' certificates, padding, letter case."""
    start = signed.index(b"/Contents <") + len(b"/Contents ")
    place = data.draw(st.integers(start, signed.index(b">", start)))
    flipped = bytearray(signed)
    flipped[place] ^= 1 << data.draw(st.integers(0, 7))

    assert not verify(bytes(flipped), format="pdf", trust=trust(CSCA), at=AT).is_valid


def test_signatures_of_other_software_are_read(page):
    """pyHanko's own, with more room for the signature and another layout of it."""
    store = SimpleCertificateStore()
    store.register(asn1.Certificate.load(CSCA.certificate_der))

    class Other(signers.Signer):
        async def async_sign_raw(self, data, digest_algorithm, dry_run=False):
            return pades.to_der(SIGNER.sign(data))

    other = Other(signing_cert=asn1.Certificate.load(SIGNER.certificate_der), cert_registry=store)
    metadata = PdfSignatureMetadata(field_name="Other", md_algorithm="sha256", reason="Checked")
    signed = signers.sign_pdf(IncrementalPdfFileWriter(BytesIO(page)), metadata, signer=other, bytes_reserved=16384)

    verdict = verify(signed.getvalue(), trust=trust(CSCA), at=AT)
    assert (verdict.code, verdict.content["signature"]["reason"]) == (Code.VALID, "Checked")


@settings(deadline=None)
@given(st.binary(max_size=300))
def test_any_bytes_get_a_verdict(data):
    for pdf in (b"%PDF-1.7\n" + data, b"%PDF-1.7\n" + data + b"\nstartxref\n9\n%%EOF\n"):
        assert verify(pdf, trust=trust(CSCA), at=AT).code is Code.WRONG_FORMAT
