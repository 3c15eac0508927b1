"""Pictures of a page or of a code: what the code in them holds is judged."""

import warnings
from dataclasses import replace
from io import BytesIO

import zxingcpp
from PIL import Image

from apps.seals.formats.base import Question, formats, recognised
from apps.seals.verdicts import Code, Verdict

PNG, JPEG = b"\x89PNG\r\n\x1a\n", b"\xff\xd8\xff"
CODES = zxingcpp.BarcodeFormat.DataMatrix | zxingcpp.BarcodeFormat.QRCode | zxingcpp.BarcodeFormat.Aztec
LARGEST = 50_000_000
"""Pixels: an A4 page at 600 dots per inch has 35 million."""


class Picture:
    """PNG and JPEG. READ_ERROR where there is no code, UNSUPPORTED where nobody knows what is in it."""

    def recognises(self, data: bytes) -> bool:
        return data.startswith((PNG, JPEG))

    def verify(self, data: bytes, question: Question) -> Verdict:
        codes = read_codes(data)
        if not codes:
            return Verdict(Code.READ_ERROR, "image")
        for payload in codes:
            if (format_ := recognised(payload)) and format_ is not self:
                verdict = format_.verify(payload, question)
                return replace(verdict, content={"read_from": "image", **verdict.content})
        return Verdict(Code.UNSUPPORTED, "image")


def read_codes(data: bytes) -> list[bytes]:
    """The bytes of every DataMatrix, QR and Aztec code in a picture; none if it is no picture."""
    try:
        with warnings.catch_warnings():
            warnings.simplefilter("error", Image.DecompressionBombWarning)
            picture = Image.open(BytesIO(data), formats=("PNG", "JPEG"))
            if picture.width * picture.height > LARGEST:
                return []
            return codes_in(picture.convert("L"))
    except (OSError, ValueError, SyntaxError, Image.DecompressionBombError, Image.DecompressionBombWarning):
        return []


def codes_in(picture: Image.Image) -> list[bytes]:
    return [code.bytes for code in zxingcpp.read_barcodes(picture, formats=CODES) if code.bytes]


formats.add("image", Picture())
