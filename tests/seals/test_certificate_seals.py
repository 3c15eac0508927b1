"""The seals of letters, against bytes assembled by hand from the agreed layout (ADR 0014)."""

import base64
import io
import json
from datetime import UTC, date, datetime, timedelta

import pytest
import zxingcpp
from cryptography import x509
from PIL import Image

from apps.kernel.errors import Conflict, Invalid
from apps.seals import services
from apps.seals.trust import trust_in
from apps.seals.verdicts import Code
from apps.seals.verification import verify
from tests.seals.factories import AT, LINES, TODAY, authority, signer, trust

CSCA = authority()
SIGNER = signer(CSCA)
BELIEVED = trust(SIGNER, CSCA)
LOSS, PROGRESS = 0x02, 0x04


# An encoder of its own: none of the product's.


def c40(text):
    values = [3 if sign in " <" else 4 + int(sign) if sign.isdigit() else 14 + ord(sign) - 65 for sign in text]
    out = b""
    while len(values) >= 3:
        a, b, c = values[:3]
        pair = 1600 * a + 40 * b + c + 1
        out, values = out + bytes([pair // 256, pair % 256]), values[3:]
    if len(values) == 2:
        pair = 1600 * values[0] + 40 * values[1] + 1
        out += bytes([pair // 256, pair % 256])
    if len(values) == 1:
        out += bytes([254, ord(text[-1]) + 1])
    return out


def day(text):
    year, month, on = text.split("-")
    return int(month + on + year).to_bytes(3, "big")


def field(tag, value):
    size = bytes([len(value)]) if len(value) < 128 else bytes([0x81, len(value)])
    return bytes([tag]) + size + value


FIELDS = {
    1: c40("C00000042"),
    2: c40("LI<<NA"),
    3: "李娜".encode(),
    4: day("1990-01-31"),
    5: b"E****5678",
    6: day("2026-11-21"),
    7: day("2026-12-23"),
    8: c40("PAR"),
}


def header(category=LOSS, *, state="CHN", who="CNED041A2B", version=3):
    return (
        bytes([0xDC, version]) + c40(state) + c40(who) + day("2026-11-23") + day("2026-11-23") + bytes([0xFC, category])
    )


def seal(fields=FIELDS, *, party=SIGNER, head=None, extra=b""):
    message = (head or header()) + b"".join(field(tag, value) for tag, value in fields.items()) + extra
    return message + b"\xff\x40" + party.sign(message)


SEAL = seal()
ADDRESS = "https://verify.example/verify#v=" + base64.urlsafe_b64encode(SEAL).rstrip(b"=").decode()


def judged(data, *, at=AT, believed=BELIEVED):
    return verify(data, trust=believed, at=at)


def facts(**changes):
    return {
        "kind": "loss_certificate",
        "number": "C00000042",
        "surname": "LI",
        "given_names": "NA",
        "chinese_name": "李娜",
        "born_on": date(1990, 1, 31),
        "passport_number": "E12345678",
        "happened_on": date(2026, 11, 21),
        "valid_until": date(2026, 12, 23),
        "post": "PAR",
        "issued_on": AT.date(),
        "at": AT,
    } | changes


def test_a_letter_sealed_by_hand_is_valid_and_says_what_it_says():
    verdict = judged(SEAL)

    assert (verdict.code, verdict.format, verdict.document_status) == (Code.VALID, "vds", "current")
    assert verdict.content["certificate"] == {
        "kind": "loss_certificate",
        "number": "C00000042",
        "surname": "LI",
        "given_names": "NA",
        "chinese_name": "李娜",
        "born_on": "1990-01-31",
        "passport_number": "E****5678",
        "lost_on": "2026-11-21",
        "valid_from": "2026-11-23",
        "valid_until": "2026-12-23",
        "post": "PAR",
        "is_travel_document": False,
    }
    assert json.loads(json.dumps(verdict.as_json()))["verdict"] == "VALID"


def test_an_application_in_progress_names_the_day_of_submission_and_needs_no_passport():
    without = {tag: value for tag, value in FIELDS.items() if tag != 5}
    said = judged(seal(without, head=header(PROGRESS))).content["certificate"]

    assert (said["kind"], said["passport_number"]) == ("progress_certificate", None)
    assert said["submitted_on"] == "2026-11-21"
    assert "lost_on" not in said


def test_we_seal_byte_for_byte_what_the_layout_says(signing_keys):
    reference = signing_keys["vds"].serial
    made = services.seal_certificate(**facts())

    message = header(who=f"CNED{len(reference):02X}{reference}") + b"".join(field(*each) for each in FIELDS.items())
    assert made[: len(message)] == message
    assert made[len(message) : -64] == b"\xff\x40"
    assert made == services.seal_certificate(**facts())
    assert judged(made, believed=trust_in(tuple(services.trusted_certificates(at=AT)))).code is Code.VALID


@pytest.mark.parametrize("number", ["E12345678", "P1234567", "G1"])
def test_the_whole_passport_number_is_never_sealed(signing_keys, number):
    made = services.seal_certificate(**facts(passport_number=number))

    believed = trust_in(tuple(services.trusted_certificates(at=AT)))
    shown = judged(made, believed=believed).content["certificate"]["passport_number"]
    assert (len(shown), shown[-4:].strip("*")) == (len(number), number[-4:] if len(number) > 7 else "")
    assert number.encode() not in made


@pytest.mark.parametrize(
    ("names", "sealed"),
    [
        ({"surname": "MAIMAITI", "given_names": ""}, ("MAIMAITI", "")),
        ({"surname": "O'BRIEN-LI", "given_names": "ANNA MARIA"}, ("OBRIEN LI", "ANNA MARIA")),
        ({"surname": "A" * 100, "given_names": "B" * 100, "chinese_name": "\U00031350" * 100}, ("A" * 100, "B" * 100)),
    ],
)
def test_every_name_fits(signing_keys, names, sealed):
    made = services.seal_certificate(**facts(**names))

    said = judged(made, believed=trust_in(tuple(services.trusted_certificates(at=AT)))).content["certificate"]
    assert (said["surname"], said["given_names"]) == sealed
    assert services.qr(text=services.verification_address(seal=made)).startswith(b"\x89PNG")


@pytest.mark.parametrize(
    "change",
    [
        {"number": "42"}, {"post": "PARIS"}, {"chinese_name": ""}, {"kind": "visa"},
        {"valid_until": date(2026, 11, 22)}, {"surname": "李", "given_names": ""},
    ],
    ids=str,
)  # fmt: skip
def test_what_no_verifier_would_accept_is_not_sealed(signing_keys, change):
    with pytest.raises(Invalid):
        services.seal_certificate(**facts(**change))


def test_without_a_key_no_letter_is_sealed(db):
    with pytest.raises(Conflict) as refused:
        services.seal_certificate(**facts())
    assert refused.value.code == "signing_key_missing"


def test_no_bit_of_it_can_flip():
    for place in range(len(SEAL) * 8):
        flipped = bytearray(SEAL)
        flipped[place // 8] ^= 1 << place % 8
        verdict = judged(bytes(flipped))
        assert not verdict.is_valid, place
        assert "certificate" not in verdict.content or verdict.code is not Code.VALID


def test_no_part_of_it_and_nothing_longer_is_one():
    assert not any(judged(SEAL[:length]).is_valid for length in range(len(SEAL)))
    assert judged(SEAL + b"\0").code is Code.WRONG_FORMAT


FORMATS = {
    **{f"without {tag}": {k: v for k, v in FIELDS.items() if k != tag} for tag in FIELDS if tag != 5},
    "a number of another form": FIELDS | {1: c40("CC0000042")},
    "a name with digits": FIELDS | {2: c40("LI<<N4")},
    "a name in no UTF-8": FIELDS | {3: b"\xff\xfe"},
    "no day": FIELDS | {4: bytes(3)},
    "the 31st of February": FIELDS | {4: int("02311990").to_bytes(3, "big")},
    "a day of two bytes": FIELDS | {6: b"\0\1"},
    "a passport number of ten": FIELDS | {5: b"E*****5678"},
    "over before it began": FIELDS | {7: day("2026-11-22")},
    "a post of four letters": FIELDS | {8: c40("PARI")},
}


@pytest.mark.parametrize("fields", FORMATS.values(), ids=FORMATS.keys())
def test_another_layout_is_wrong_even_under_a_good_signature(fields):
    assert judged(seal(fields)).code is Code.WRONG_FORMAT


@pytest.mark.parametrize(
    "made",
    [seal(extra=field(1, FIELDS[1])), seal(head=header(0x08)), seal(head=header(version=2))],
    ids=["a field twice", "an unknown category", "version 3"],
)
def test_more_of_what_is_wrong(made):
    assert judged(made).code is Code.WRONG_FORMAT


def test_a_field_from_the_future_is_remarked_and_no_fault():
    assert judged(seal(extra=field(9, b"new"))).code is Code.UNKNOWN_FEATURE


def test_another_states_document_of_the_same_category_is_not_read_as_ours():
    verdict = judged(seal(head=header(PROGRESS, state="D<<")))

    assert verdict.code is Code.VALID
    assert "certificate" not in verdict.content


def test_who_may_seal_letters():
    health = signer(CSCA, purposes=(x509.ObjectIdentifier("2.23.136.1.1.14.2"),))
    expired = signer(CSCA, not_after=AT - timedelta(seconds=1))
    twin = signer(CSCA)

    assert judged(seal(party=health), believed=trust(health, CSCA)).code is Code.UNTRUSTED_CERTIFICATE
    assert judged(SEAL, believed=trust(SIGNER, authority())).code is Code.UNTRUSTED_CERTIFICATE
    assert judged(seal(party=expired), believed=trust(expired, CSCA)).code is Code.EXPIRED_CERTIFICATE
    assert judged(SEAL, believed=trust(twin, CSCA)).code is Code.INVALID_SIGNATURE
    assert judged(SEAL, believed=trust(CSCA)).code is Code.UNKNOWN_CERTIFICATE


def test_a_letter_past_its_window_is_genuine_and_expired():
    last = datetime(2026, 12, 23, 23, tzinfo=UTC)

    assert judged(SEAL, at=last).document_status == "current"
    late = judged(SEAL, at=last + timedelta(hours=1))
    assert (late.code, late.document_status) == (Code.VALID, "expired")


# The address in the QR code.


@pytest.mark.parametrize("text", [ADDRESS, ADDRESS.encode(), f" {ADDRESS}\n", ADDRESS.replace("https://", "http://")])
def test_the_address_is_judged_by_the_seal_behind_the_hash(text):
    verdict = judged(text)

    assert (verdict.code, verdict.format) == (Code.VALID, "vds")
    assert verdict.content["read_from"] == "address"
    assert verdict.content["certificate"]["number"] == "C00000042"


def test_no_bit_of_the_seal_in_an_address_can_flip():
    start = ADDRESS.index("#v=") + 3
    for place in range(start * 8, len(ADDRESS) * 8):
        flipped = bytearray(ADDRESS.encode())
        flipped[place // 8] ^= 1 << place % 8
        assert not judged(bytes(flipped)).is_valid, place


def test_no_part_of_an_address_is_one():
    assert not any(judged(ADDRESS[:length]).is_valid for length in range(len(ADDRESS)))


SPELLINGS = ["=", "==", "&x=1", "AAAA", " v", "%3D", "\u4e2d", "#v="]


@pytest.mark.parametrize("rest", SPELLINGS)
def test_an_address_has_one_spelling(rest):
    verdict = judged(ADDRESS + rest)

    assert (verdict.is_valid, verdict.code) == (False, Code.WRONG_FORMAT)


def test_the_unused_bits_of_the_last_letter_say_nothing():
    head = ADDRESS[: ADDRESS.index("#v=") + 3]
    made = next(each for n in range(20) if len(each := seal(extra=field(9, bytes(n)))) % 3)
    text = base64.urlsafe_b64encode(made).rstrip(b"=").decode()
    twin = text[:-1] + chr(ord(text[-1]) + 1)

    assert judged(head + text).is_valid
    assert base64.urlsafe_b64decode(twin + "==") == made
    assert judged(head + twin).code is Code.WRONG_FORMAT


def test_a_travel_document_in_an_address_is_judged_as_one(signing_keys):
    etd = services.seal_mrz(mrz_lines=LINES, issued_on=TODAY, at=AT)
    verdict = judged(
        services.verification_address(seal=etd), believed=trust_in(tuple(services.trusted_certificates(at=AT)))
    )
    assert verdict.content["mrz"] == LINES


def page_with(png, width, kind="PNG"):
    sheet = Image.new("RGB", (1240, 1754), "white")
    sheet.paste(Image.open(io.BytesIO(png)).resize((width, width)), (300, 900))
    file = io.BytesIO()
    sheet.save(file, kind)
    return file.getvalue()


@pytest.mark.parametrize(("width", "kind"), [(240, "PNG"), (360, "JPEG")])
def test_a_picture_of_the_letter_is_judged(width, kind):
    verdict = judged(page_with(services.qr(text=ADDRESS), width, kind))

    assert verdict.code is Code.VALID
    assert verdict.content["read_from"] == "image"
    assert verdict.content["certificate"]["number"] == "C00000042"


def test_the_code_is_a_qr_of_level_m_with_four_modules_of_white():
    picture = Image.open(io.BytesIO(services.qr(text=ADDRESS)))
    (read,) = zxingcpp.read_barcodes(picture)

    assert (read.text, read.format, read.ec_level) == (ADDRESS, zxingcpp.BarcodeFormat.QRCode, "M")
    border = picture.crop((0, 0, picture.width, 16)), picture.crop((0, 0, 16, picture.height))
    assert all(part.getextrema() == (255, 255) for part in border)
    assert services.qr(text=ADDRESS, kind="svg").lstrip().startswith(b"<?xml")


def test_too_much_for_a_code_is_refused():
    with pytest.raises(Invalid) as refused:
        services.qr(text="x" * 1201)
    assert refused.value.code == "qr_too_long"


def test_a_signed_letter_is_judged_with_its_seal(signing_keys, typeset):
    made = services.seal_certificate(**facts())
    picture = services.qr(text=services.verification_address(seal=made))
    signed = services.sign_pdf(pdf=typeset(picture), reason="Loss Certificate", at=AT)

    verdict = judged(signed, believed=trust_in(tuple(services.trusted_certificates(at=AT))))
    assert (verdict.code, verdict.format) == (Code.VALID, "pdf")
    assert verdict.content["seal"]["code"] == "VALID"
    assert verdict.content["seal"]["content"]["certificate"]["kind"] == "loss_certificate"
    assert verdict.document_status == "current"
