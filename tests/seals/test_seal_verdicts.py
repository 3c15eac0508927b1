"""Every result code of ICAO Doc 9303-13 App. D and 9303-8 App. A, and the order in which they are judged."""

import json
from dataclasses import replace
from datetime import timedelta

import pytest
from cryptography import x509
from cryptography.hazmat.primitives import hashes
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.hazmat.primitives.serialization import Encoding
from hypothesis import given
from hypothesis import strategies as st

from apps.seals import c40, certificates, mrz, revocation
from apps.seals.ecdsa import to_raw
from apps.seals.trust import Trust
from apps.seals.verdicts import Code
from apps.seals.verification import verify
from tests.seals import factories
from tests.seals.factories import AT, LINES, ZHANG, Wish, authority, day, odd_seal, seal, signer, trust, wrapped

CSCA = authority()
SIGNER = signer(CSCA)
SEAL = seal(SIGNER)
MRZ = c40.encode("".join(LINES))

EXAMPLE = bytes.fromhex(
    "DC03D9C5D9CAC8A73A995D913A7D9C575E03"
    "0230BAB3D2B3C549CD1DA93C5BD458135C6F57FC133C133C133C6B38208A4D0D4A32B0C11AE6268427153F7C453C133C1345"
    "FF4039034E85DA183C1CC0D3AC16732D7EE2C20D7AEF7B381C0AE509F10A97890D51"
    "1C3C47B94807A4D0F67CE9083A7F206F04FB35AFDB8AB9658A93327A4E0EE6ED"
)
"""ICAO Doc 9303-8 App. B. It is signed before it is issued; that is no fault."""

EXAMPLE_KEY = bytes.fromhex(
    "0408132A7243B3CCC29C271097081C96A729EEFB8EB93630E536498E9B7CE1CED2"
    "5D68A789D93BEF39C04715C5AD3915D281C0754ECC08508BF66687EFC630DF88"
)


def judged(data, *listed, at=AT, **more):
    return verify(data, format="vds", trust=trust(*listed), at=at, **more)


def code(*args, **more):
    return judged(*args, **more).code


def resigned(data, key):
    """The same seal, signed by someone else."""
    message = data[:-66]
    return message + b"\xff\x40" + to_raw(key.sign(message, ec.ECDSA(hashes.SHA256())), 32)


def test_the_official_example_is_valid():
    csca = authority("UT", "UTO Test")
    certificate = wrapped(csca, EXAMPLE_KEY, ec.BrainpoolP256R1(), country="UT", name="TS", serial=0x5B)

    verdict = judged(EXAMPLE, certificate, at=AT.replace(month=6, day=20))

    assert verdict.code is Code.VALID
    assert verdict.document_status == "current"
    assert verdict.content["mrz"] == ["PUUTOERIKSSON<<ANNA<MARIA<<<<<<<<<<<", "D231458907UTO7408122F2606277<<<<<<<8"]
    assert verdict.content["header"] == {
        "version": 4, "issuing_state": "UTO", "signer": "UTTS", "certificate_reference": "5B",
        "issued_on": "2026-06-13", "signed_on": "2023-08-23", "feature_definition": "5E", "document_category": "03",
    }  # fmt: skip


def test_our_seal_is_valid_and_tells_what_it_seals():
    verdict = judged(SEAL, SIGNER, CSCA)

    assert verdict.code is Code.VALID
    assert verdict.content["fields"]["surname"] == "ZHANG"
    assert verdict.content["signer"]["signed_within_validity"] is True
    assert json.loads(json.dumps(verdict.as_json()))["verdict"] == "VALID"


@pytest.mark.parametrize(("serial", "size"), [(0x1, 134), (0xFFF, 134), (0x1A2B, 136), (0xFFFFFF, 136)])
def test_our_seals_have_134_to_136_bytes(serial, size):
    assert len(seal(signer(CSCA, serial=serial))) == size


@pytest.mark.parametrize(
    "curve", [ec.SECP256R1(), ec.SECP384R1(), ec.BrainpoolP256R1(), ec.BrainpoolP384R1(), ec.BrainpoolP512R1()]
)
def test_every_curve_of_icao_verifies(curve):
    party = signer(CSCA, curve=curve)

    assert code(seal(party), party, CSCA) is Code.VALID


def test_no_bit_of_a_seal_can_flip():
    believed = trust(SIGNER, CSCA)
    for place in range(len(SEAL) * 8):
        flipped = bytearray(SEAL)
        flipped[place // 8] ^= 1 << place % 8
        verdict = verify(bytes(flipped), format="vds", trust=believed, at=AT)
        assert not verdict.is_valid, place
        assert list(Code).index(verdict.code) <= list(Code).index(Code.INVALID_SIGNATURE)


@pytest.mark.parametrize("format_", ["vds", "auto"])
def test_no_part_of_a_seal_is_a_seal(format_):
    believed = trust(SIGNER, CSCA)
    for length in range(len(SEAL)):
        assert not verify(SEAL[:length], format=format_, trust=believed, at=AT).is_valid, length


@given(st.binary(min_size=1, max_size=20))
def test_nothing_may_follow_a_seal(rest):
    assert code(SEAL + rest, SIGNER, CSCA) is Code.WRONG_FORMAT


@given(st.binary(max_size=300))
def test_any_bytes_get_a_verdict(data):
    assert code(b"\xdc\x03" + data, SIGNER) is Code.WRONG_FORMAT
    assert not verify(data, trust=trust(SIGNER), at=AT).is_valid


FORMATS = {
    "version 3": lambda: b"\xdc\x02" + SEAL[2:],
    "no zone": lambda: odd_seal(SIGNER, [(0x04, b"x")]),
    "a short zone": lambda: odd_seal(SIGNER, [(0x02, MRZ[:46])]),
    "a zone of 71 characters": lambda: odd_seal(SIGNER, [(0x02, c40.encode("".join(LINES)[:-1]))]),
    "two zones": lambda: odd_seal(SIGNER, [(0x02, MRZ), (0x02, MRZ)]),
    "a zone that is not C40": lambda: odd_seal(SIGNER, [(0x02, bytes(48))]),
    "no date of issue": lambda: odd_seal(SIGNER, [(0x02, MRZ)], issued_on=None),
    "no date of signing": lambda: odd_seal(SIGNER, [(0x02, MRZ)], signed_on=None),
    "an unknown kind of document": lambda: odd_seal(SIGNER, [(0x02, MRZ)], document_type=(0x60, 0x03)),
}


@pytest.mark.parametrize("make", FORMATS.values(), ids=FORMATS.keys())
def test_wrong_format_even_under_a_good_signature(make):
    assert code(make(), SIGNER, CSCA) is Code.WRONG_FORMAT


def test_an_unknown_feature_does_not_make_a_seal_invalid():
    verdict = judged(odd_seal(SIGNER, [(0x07, b"new"), (0x02, MRZ)]), SIGNER, CSCA)

    assert (verdict.code, verdict.is_valid) == (Code.UNKNOWN_FEATURE, True)
    assert verdict.content["features"][0] == {"tag": 7, "value": b"new".hex()}


@pytest.mark.parametrize("document_type", [(0x5D, 0x01), (0xFB, 0x06), (0xFD, 0x02), (0xFC, 0x04), (0xF9, 0x0C)])
def test_other_documents_are_judged_by_their_signature(document_type):
    data = odd_seal(SIGNER, [(0x09, b"\x01")], document_type=document_type, state="D")

    assert code(data, SIGNER, CSCA) is Code.VALID
    assert code(resigned(data, CSCA.key), SIGNER, CSCA) is Code.INVALID_SIGNATURE


@pytest.mark.parametrize(
    "listed", [(), (CSCA,), (signer(CSCA, serial=2),), (signer(CSCA, name="EE"),), (signer(CSCA, country="CM"),)]
)
def test_a_signer_that_is_not_listed_is_unknown(listed):
    assert code(SEAL, *listed) is Code.UNKNOWN_CERTIFICATE


def test_a_listed_signer_is_believed_where_its_csca_is_not_listed():
    assert code(SEAL, SIGNER) is Code.VALID
    assert code(SEAL, SIGNER, authority("FR")) is Code.VALID


def test_a_signer_of_another_csca_of_its_country_is_not_trusted():
    assert code(SEAL, SIGNER, authority()) is Code.UNTRUSTED_CERTIFICATE


def test_two_cscas_of_one_country_may_be_believed_at_once():
    assert code(SEAL, SIGNER, authority(), CSCA) is Code.VALID


def test_a_csca_past_its_time_vouches_for_nobody():
    old = authority(not_after=AT - timedelta(days=1))
    party = signer(old)

    assert code(seal(party), party, old) is Code.UNTRUSTED_CERTIFICATE


def test_a_certificate_for_something_else_seals_no_travel_document():
    health = signer(CSCA, purposes=(x509.ObjectIdentifier("2.23.136.1.1.14.2"),))

    assert code(seal(health), health, CSCA) is Code.UNTRUSTED_CERTIFICATE


@pytest.mark.parametrize("purposes", [None, ()])
def test_certificates_without_or_with_an_empty_purpose_are_believed(purposes):
    party = signer(CSCA, purposes=purposes)

    assert code(seal(party), party, CSCA) is Code.VALID


def test_a_certificate_for_other_documents_does_not_do():
    visas = signer(CSCA, document_type=bytes.fromhex("3008020100310313015 6".replace(" ", "")))

    assert code(seal(visas), visas, CSCA) is Code.INVALID_DOCUMENTTYPE


def test_a_certificate_for_any_document_does():
    party = signer(CSCA, document_type=None)

    assert code(seal(party), party, CSCA) is Code.VALID


def test_an_expired_certificate():
    assert code(SEAL, SIGNER, CSCA, at=AT.replace(year=2028, month=12)) is Code.VALID
    expired = signer(CSCA, not_after=AT - timedelta(seconds=1))
    assert code(seal(expired), expired, CSCA) is Code.EXPIRED_CERTIFICATE


def test_a_certificate_that_is_not_valid_yet():
    early = signer(CSCA, not_before=AT + timedelta(seconds=1))

    assert code(seal(early), early, CSCA) is Code.EXPIRED_CERTIFICATE


def revoking(authority_, *serials, since=AT):
    builder = x509.CertificateRevocationListBuilder()
    builder = builder.issuer_name(x509.load_der_x509_certificate(authority_.certificate_der).subject)
    builder = builder.last_update(AT).next_update(AT + timedelta(days=90))
    for serial in serials:
        entry = x509.RevokedCertificateBuilder().serial_number(serial).revocation_date(since).build()
        builder = builder.add_revoked_certificate(entry)
    crl = builder.sign(authority_.key, hashes.SHA256()).public_bytes(Encoding.DER)
    return Trust([certificates.parse(each.certificate_der) for each in (CSCA, SIGNER)], [revocation.parse(crl)])


@pytest.mark.parametrize(
    ("lists", "expected"),
    [
        (lambda: revoking(CSCA, 0x1A2B), Code.REVOKED_CERTIFICATE),
        (lambda: revoking(CSCA, 0x1A2C), Code.VALID),
        (lambda: revoking(CSCA), Code.VALID),
        (lambda: revoking(CSCA, 0x1A2B, since=AT + timedelta(hours=1)), Code.VALID),
        (lambda: revoking(authority(), 0x1A2B), Code.VALID),
    ],
    ids=["revoked", "another", "empty list", "only later", "not by its csca"],
)
def test_a_revoked_certificate(lists, expected):
    assert verify(SEAL, trust=lists(), at=AT).code is expected


def test_a_seal_signed_by_another_key():
    assert code(resigned(SEAL, CSCA.key), SIGNER, CSCA) is Code.INVALID_SIGNATURE


def test_a_signature_of_another_length():
    message = SEAL[:-66]

    assert code(message + b"\xff\x20" + bytes(32), SIGNER, CSCA) is Code.INVALID_SIGNATURE
    assert code(message + b"\xff\x40" + bytes(64), SIGNER, CSCA) is Code.INVALID_SIGNATURE
    assert code(message + b"\xff\x40" + b"\xff" * 64, SIGNER, CSCA) is Code.INVALID_SIGNATURE


def test_another_certificate_of_the_same_name_and_number_does_not_verify_it():
    twin = signer(CSCA)

    assert code(SEAL, twin, CSCA) is Code.INVALID_SIGNATURE
    assert code(SEAL, twin, SIGNER, CSCA) is Code.VALID


WRONG_DIGIT = c40.encode(LINES[0] + LINES[1][:-1] + "3")
OTHER_CODE = c40.encode("XX" + "".join(LINES)[2:])


def test_a_zone_with_a_wrong_check_digit():
    assert code(odd_seal(SIGNER, [(0x02, WRONG_DIGIT)]), SIGNER, CSCA) is Code.INVALID_SEAL_MRZ


def test_a_zone_of_no_such_document():
    party = signer(CSCA, document_type=None)

    assert code(odd_seal(party, [(0x02, OTHER_CODE)]), party, CSCA) is Code.INVALID_SEAL_MRZ


@pytest.mark.parametrize(
    ("printed", "expected"),
    [
        (LINES, Code.VALID),
        ([line.replace("<", " ") for line in LINES], Code.VALID),
        ([LINES[0], LINES[1][:-1] + "3"], Code.INVALID_PRINTED_MRZ),
        (["nonsense"], Code.INVALID_PRINTED_MRZ),
        (mrz.build(profile="ETD_SHEET", **ZHANG | {"given_names": "WUJI"}), Code.SEAL_DOCUMENT_MISMATCH),
    ],
)
def test_the_zone_on_the_page_is_compared(printed, expected):
    assert code(SEAL, SIGNER, CSCA, printed_mrz=printed) is expected


def test_an_expired_document_is_still_genuine():
    verdict = judged(SEAL, SIGNER, CSCA, at=AT.replace(year=2027, month=3, day=2))

    assert (verdict.code, verdict.document_status) == (Code.VALID, "expired")
    assert judged(SEAL, SIGNER, CSCA, at=AT.replace(year=2027, month=3, day=1)).document_status == "current"


def test_a_signature_from_outside_the_certificates_time_is_remarked():
    data = seal(SIGNER, signed_on=day("2025-12-31"))

    verdict = judged(data, SIGNER, CSCA)

    assert verdict.is_valid
    assert verdict.content["signer"]["signed_within_validity"] is False


ALL_WRONG = replace(Wish(), not_after=AT - timedelta(days=1), document_type=bytes.fromhex("30080201003103130156"))


def test_the_codes_come_in_the_order_of_the_standard():
    """One seal with every fault at once; the faults are mended one by one."""
    data = odd_seal(SIGNER, [(0x02, WRONG_DIGIT)])
    bad = resigned(data, CSCA.key)
    expired = {"not_after": AT - timedelta(days=1)}
    visas = {"document_type": ALL_WRONG.document_type}
    met = [
        code(bad[:-1], SIGNER, CSCA),
        code(bad),
        code(bad, signer(authority(), **expired, **visas), CSCA),
        code(bad, signer(CSCA, **expired, **visas), CSCA),
        code(bad, signer(CSCA, **expired), CSCA),
        code(bad, SIGNER, CSCA),
        code(data, SIGNER, CSCA),
        code(SEAL, SIGNER, CSCA),
    ]

    assert met == [
        Code.WRONG_FORMAT,
        Code.UNKNOWN_CERTIFICATE,
        Code.UNTRUSTED_CERTIFICATE,
        Code.INVALID_DOCUMENTTYPE,
        Code.EXPIRED_CERTIFICATE,
        Code.INVALID_SIGNATURE,
        Code.INVALID_SEAL_MRZ,
        Code.VALID,
    ]
    assert met == sorted(met, key=list(Code).index)


def test_hex_is_as_good_as_bytes():
    spaced = " ".join(SEAL.hex()[place : place + 4] for place in range(0, len(SEAL) * 2, 4))

    for data in (SEAL, SEAL.hex(), SEAL.hex().upper().encode(), spaced + "\n"):
        assert verify(data, trust=factories.trust(SIGNER, CSCA), at=AT).code is Code.VALID


@pytest.mark.parametrize("data", ["HC1:NCFOXN", "", b"", "\ud800", b"\x00" * 100, "{}", "shc:/5676"])
@pytest.mark.parametrize("format_", ["auto", "hcert", "no such format", ""])
def test_what_nobody_reads_is_unsupported(data, format_):
    assert verify(data, format=format_, trust=trust(), at=AT).code is Code.UNSUPPORTED
