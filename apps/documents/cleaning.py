"""A picture from a stranger becomes a picture of ours: decoded, copied pixel by pixel, everything else thrown away.

A pure function of bytes, so that it can run in a process of its own.
"""

import hashlib
import io
import re
import warnings
from dataclasses import dataclass

from PIL import Image

MOST_PIXELS = 40_000_000
SCAN = re.compile(rb"\xff\xda\x00[\x08\x0a\x0c\x0e][\x01-\x04]")
"""The header of one scan of a JPEG (ITU-T T.81 §B.2.3); entropy-coded data cannot hold it."""
MOST_SCANS = 100
"""Honest encoders write about ten, and each costs a pass over the whole picture."""
LONGEST_SIDE = {"photo": 2000, "paper": 4000}
"""What the sheet at 600 dpi and an officer's screen can show; more only makes files heavy."""
PHOTO_LEAST = (354, 472)
"""33 × 48 mm at 272 dpi (R24)."""
PHOTO_SHAPE = (1.30, 1.56)
"""Height by width: from 472/354, which R24 asks for in pixels, to 48/33, which it asks for on paper, and a little."""
QUALITY = 90
ORIENTATION = 0x0112
UPRIGHT = {
    2: Image.Transpose.FLIP_LEFT_RIGHT,
    3: Image.Transpose.ROTATE_180,
    4: Image.Transpose.FLIP_TOP_BOTTOM,
    5: Image.Transpose.TRANSPOSE,
    6: Image.Transpose.ROTATE_270,
    7: Image.Transpose.TRANSVERSE,
    8: Image.Transpose.ROTATE_90,
}
"""EXIF 2.32 §4.6.4 tag 274, and what undoes it."""


class Unusable(Exception):
    """Why a picture cannot be used: a code of ``statuses.REASONS``."""

    def __init__(self, code: str) -> None:
        self.code = code
        super().__init__(code)


@dataclass(frozen=True, slots=True)
class Cleaned:
    """A baseline JPEG without metadata. ``size`` in pixels, width first."""

    content: bytes
    size: tuple[int, int]
    sha256: str


def clean(content: bytes, *, kind: str) -> Cleaned:
    """Re-encode a JPEG or PNG; equal input gives equal output. ``kind`` is ``photo`` or ``paper``.

    Raises ``Unusable`` for anything else, whatever it contains, and for a photo that breaks R24's measures.
    """
    if len(SCAN.findall(content)) > MOST_SCANS:
        raise Unusable("too_many_pixels")
    try:
        fresh = _copy(content, kind)
    except (Image.DecompressionBombWarning, Image.DecompressionBombError, MemoryError):
        raise Unusable("too_many_pixels") from None
    except Unusable:
        raise
    except Exception:  # a decoder fed with anything at all may raise anything at all
        raise Unusable("picture_damaged" if _looks_like_picture(content) else "not_a_picture") from None
    return _encode(fresh)


def _copy(content: bytes, kind: str) -> Image.Image:
    """The pixels alone: upright, in RGB, on white where they were transparent, no larger than useful."""
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        warnings.simplefilter("error", Image.DecompressionBombWarning)
        with Image.open(io.BytesIO(content), formats=("JPEG", "PNG")) as opened:
            if opened.width * opened.height > MOST_PIXELS:
                raise Unusable("too_many_pixels")
            turn = UPRIGHT.get(opened.getexif().get(ORIENTATION, 1))
            _check_photo(opened.size, turn, kind)
            longest = LONGEST_SIDE[kind]
            opened.draft("RGB", (longest, longest))  # lets a JPEG be decoded small, in less memory
            picture = _in_rgb(opened)
    picture.thumbnail((longest, longest))
    fresh = Image.new("RGB", picture.size, "white")
    fresh.paste(picture)
    return fresh.transpose(turn) if turn is not None else fresh


def _in_rgb(opened: Image.Image) -> Image.Image:
    if opened.mode.startswith("I"):  # sixteen bits of grey: Pillow would cut them off instead of scaling them
        return opened.point(lambda value: value / 256).convert("L").convert("RGB")
    if not opened.has_transparency_data:
        return opened.convert("RGB")
    layer = opened.convert("RGBA")
    ground = Image.new("RGBA", layer.size, "white")
    ground.alpha_composite(layer)
    return ground.convert("RGB")


def _check_photo(size: tuple[int, int], turn: Image.Transpose | None, kind: str) -> None:
    if kind != "photo":
        return
    width, height = size if turn is None or turn in _KEEP_SIDES else size[::-1]
    if width < PHOTO_LEAST[0] or height < PHOTO_LEAST[1]:
        raise Unusable("photo_too_small")
    if not PHOTO_SHAPE[0] <= height / width <= PHOTO_SHAPE[1]:
        raise Unusable("photo_wrong_shape")


_KEEP_SIDES = {UPRIGHT[2], UPRIGHT[3], UPRIGHT[4]}


def _encode(picture: Image.Image) -> Cleaned:
    out = io.BytesIO()
    picture.save(out, "JPEG", quality=QUALITY, optimize=True)
    made = out.getvalue()
    return Cleaned(made, picture.size, hashlib.sha256(made).hexdigest())


def _looks_like_picture(content: bytes) -> bool:
    return content.startswith((b"\xff\xd8\xff", b"\x89PNG\r\n\x1a\n"))
