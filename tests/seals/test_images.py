"""Pictures of documents, as a phone or a scanner takes them."""

from io import BytesIO

import pytest
import zxingcpp
from PIL import Image

from apps.seals import datamatrix
from apps.seals.verdicts import Code
from apps.seals.verification import verify
from tests.seals.factories import AT, LINES, authority, seal, signer, trust

CSCA = authority()
SIGNER = signer(CSCA)
SEAL = seal(SIGNER)
BELIEVED = trust(SIGNER, CSCA)


def saved(picture, kind="PNG"):
    file = BytesIO()
    picture.save(file, kind)
    return file.getvalue()


def scan(*codes, kind="PNG", angle=0):
    sheet = Image.new("RGB", (1200, 1600), "white")
    for number, code in enumerate(codes):
        sheet.paste(code.resize((400, 400)), (300, 100 + 500 * number))
    return saved(sheet.rotate(angle, fillcolor="white"), kind)


def code_of(content):
    return Image.open(BytesIO(datamatrix.as_png(content)))


def drawn(content, symbology):
    return Image.fromarray(zxingcpp.create_barcode(content, symbology).to_image(scale=4))


@pytest.mark.parametrize(("kind", "angle"), [("PNG", 0), ("JPEG", 0), ("PNG", 7), ("JPEG", 180)])
def test_the_seal_on_a_scanned_page_is_judged(kind, angle):
    verdict = verify(scan(code_of(SEAL), kind=kind, angle=angle), trust=BELIEVED, at=AT)

    assert (verdict.code, verdict.format) == (Code.VALID, "vds")
    assert verdict.content["read_from"] == "image"
    assert verdict.content["mrz"] == LINES


@pytest.mark.parametrize("symbology", [zxingcpp.BarcodeFormat.QRCode, zxingcpp.BarcodeFormat.Aztec])
def test_a_seal_may_be_in_any_symbology_of_icao(symbology):
    assert verify(scan(drawn(SEAL, symbology)), trust=BELIEVED, at=AT).code is Code.VALID


def test_the_seal_is_found_beside_another_code():
    assert verify(scan(code_of(b"https://example.org"), code_of(SEAL)), trust=BELIEVED, at=AT).code is Code.VALID


def test_a_forged_seal_on_a_page_is_invalid():
    forged = bytearray(SEAL)
    forged[30] ^= 1

    assert not verify(scan(code_of(bytes(forged))), trust=BELIEVED, at=AT).is_valid


def test_a_page_without_a_code_cannot_be_read():
    assert verify(scan(), trust=BELIEVED, at=AT).code is Code.READ_ERROR


def test_a_code_that_nobody_knows_is_unsupported():
    assert verify(scan(code_of(b"hello")), trust=BELIEVED, at=AT).code is Code.UNSUPPORTED


def test_a_picture_within_a_code_is_not_followed():
    assert verify(scan(code_of(b"\x89PNG\r\n\x1a\nx")), trust=BELIEVED, at=AT).code is Code.UNSUPPORTED


@pytest.mark.parametrize(
    "data",
    [
        b"\x89PNG\r\n\x1a\n",
        b"\xff\xd8\xff\xe0",
        saved(Image.new("L", (40, 40)))[:-30],
        saved(Image.new("1", (9000, 9000))),
        saved(Image.new("1", (20000, 20000))),
    ],
    ids=["no picture", "no photograph", "cut off", "very large", "a bomb"],
)
def test_a_broken_or_monstrous_picture_cannot_be_read(data):
    assert verify(data, trust=BELIEVED, at=AT).code is Code.READ_ERROR
