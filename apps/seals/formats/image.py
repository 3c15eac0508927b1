"""Pictures of a page or of a code: what the code in them holds is judged."""

import warnings
from collections.abc import Iterable
from functools import partial
from io import BytesIO
from typing import Any

from PIL import Image

from apps.seals import datamatrix
from apps.seals.formats.base import Question, formats, recognised
from apps.seals.verdicts import Code, Verdict

PNG, JPEG = b"\x89PNG\r\n\x1a\n", b"\xff\xd8\xff"
LARGEST = 50_000_000
"""Pixels: an A4 page at 600 dots per inch has 35 million."""


class Picture:
    """PNG and JPEG. READ_ERROR where there is no code, UNSUPPORTED where nobody knows what is in it."""

    def recognises(self, data: bytes) -> bool:
        return data.startswith((PNG, JPEG))

    def verify(self, data: bytes, question: Question) -> Verdict:
        codes = list(_codes(data))
        for payload in codes:
            if (format_ := recognised(payload)) and format_ is not self:
                verdict = format_.verify(payload, question)
                return verdict._replace(describe=partial(_described, verdict))
        return Verdict(Code.UNSUPPORTED if codes else Code.READ_ERROR, "image")


def _described(verdict: Verdict) -> dict[str, Any]:
    return {**verdict.content, "read_from": "image"}


def _codes(data: bytes) -> Iterable[bytes]:
    """None if it is no picture, or one so large that only an attacker would send it."""
    try:
        with warnings.catch_warnings():
            warnings.simplefilter("error", Image.DecompressionBombWarning)
            picture = Image.open(BytesIO(data), formats=("PNG", "JPEG"))
        if picture.width * picture.height > LARGEST:
            return []
        return datamatrix.read(picture.convert("L"))
    except (OSError, ValueError, SyntaxError, Image.DecompressionBombError, Image.DecompressionBombWarning):
        return []


formats.add("image", Picture())
