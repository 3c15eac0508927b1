"""A picture from a stranger becomes a picture of ours: decoded, copied pixel by pixel, everything else thrown away.

A pure function of bytes, so that it can run in a process of its own (``sandbox``, ``cleaner``).
"""

import hashlib
import io
import re
import warnings

import pillow_heif
from PIL import Image, JpegImagePlugin, PngImagePlugin

from apps.documents.cleaned import Cleaned, Unusable
from apps.documents.papers import rebuild
from apps.documents.photos import remarks

MOST_PIXELS = 40_000_000
SCAN = re.compile(rb"\xff\xda\x00[\x08\x0a\x0c\x0e][\x01-\x04]")
"""The header of one scan of a JPEG (ITU-T T.81 §B.2.3); entropy-coded data cannot hold it."""
MOST_SCANS = 100
"""Honest encoders write about ten, and each costs a pass over the whole picture."""
LONGEST_SIDE = {"photo": 2000, "paper": 4000}
"""What the sheet at 600 dpi and an officer's screen can show; more only makes files heavy."""
HEIF = re.compile(rb".{4}ftyp(?:heic|heix|heim|heis|mif1|msf1)", re.DOTALL)
"""ISO/IEC 23008-12: what phones call HEIC."""
PDF = b"%PDF-"
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

FORMATS = (JpegImagePlugin.JpegImageFile.format, PngImagePlugin.PngImageFile.format, "HEIF")
"""Named by their classes, so that both are loaded before anyone closes the door to the file system."""

pillow_heif.options.DECODE_THREADS = 1
pillow_heif.options.THUMBNAILS = False
pillow_heif.register_heif_opener()


def clean(content: bytes, *, kind: str) -> Cleaned:
    """Re-encode a JPEG, PNG or HEIC; rebuild a PDF, if it is a ``paper`` and not a ``photo``.

    Equal input gives equal output. Raises ``Unusable`` for anything else, whatever it contains.
    """
    if content.startswith(PDF) and kind == "paper":
        return _clean_pdf(content)
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
    return _encode(fresh, kind)


def _clean_pdf(content: bytes) -> Cleaned:
    try:
        made = rebuild(content)
    except (Unusable, MemoryError):
        raise
    except Exception:  # as above
        raise Unusable("pdf_damaged") from None
    return Cleaned(made, None, hashlib.sha256(made).hexdigest(), "application/pdf")


def _copy(content: bytes, kind: str) -> Image.Image:
    """The pixels alone: upright, in RGB, on white where they were transparent, no larger than useful."""
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        warnings.simplefilter("error", Image.DecompressionBombWarning)
        with Image.open(io.BytesIO(content), formats=FORMATS) as opened:
            if opened.width * opened.height > MOST_PIXELS:
                raise Unusable("too_many_pixels")
            turn = UPRIGHT.get(opened.getexif().get(ORIENTATION, 1))  # of a HEIC it is 1: it stands upright already
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


def _encode(picture: Image.Image, kind: str) -> Cleaned:
    out = io.BytesIO()
    picture.save(out, "JPEG", quality=QUALITY, optimize=True)
    made = out.getvalue()
    said = tuple(remarks(picture)) if kind == "photo" else ()
    return Cleaned(made, picture.size, hashlib.sha256(made).hexdigest(), remarks=said)


def _looks_like_picture(content: bytes) -> bool:
    return content.startswith((b"\xff\xd8\xff", b"\x89PNG\r\n\x1a\n")) or HEIF.match(content) is not None
