"""The code that any phone's camera opens: a QR code with an address in it (ISO/IEC 18004)."""

import base64
import binascii
import re
from io import BytesIO

import zxingcpp
from PIL import Image, ImageOps

from apps.kernel.errors import Invalid

PIXELS_PER_MODULE = 4
QUIET_ZONE = 4
"""Modules of white all around (ISO/IEC 18004 §6.3.8)."""
LEVEL = "M"
"""Error correction that survives 15 % damage: a folded letter, without many more modules."""
LONGEST = 1200
"""Bytes; twice what the longest name makes, and still readable from a page."""
PAGE = "/verify#v="
ADDRESS = re.compile(rb"\s*https?://[!-~]{1,200}?/verify#v=([A-Za-z0-9_-]{1,4096})\s*")


def as_png(text: str) -> bytes:
    """Grey pixels with the quiet zone; a verifier finds it inside a PDF, too. Raises ``Invalid`` (``qr_too_long``)."""
    code = Image.frombytes("L", *_pixels(text))
    file = BytesIO()
    ImageOps.expand(code, border=QUIET_ZONE * PIXELS_PER_MODULE, fill="white").save(file, "PNG")
    return file.getvalue()


def as_svg(text: str) -> bytes:
    """Vectors, one unit per module, without a quiet zone: leave four modules of white around it."""
    return str(_code(text).to_svg(add_quiet_zones=False)).encode()


def address(seal: bytes, *, public_url: str) -> str:
    """Where the seal is judged. What follows the # stays in the browser (RFC 9110 §4.2.5)."""
    return f"{public_url}{PAGE}{_encoded(seal)}"


def looks_like_address(data: bytes) -> bool:
    return data.lstrip().startswith((b"http://", b"https://")) and PAGE.encode() in data


def sealed_in(data: bytes) -> bytes:
    """The seal in an address, whoever's page it names. Raises ``Invalid`` (``address``) for any other spelling."""
    found = ADDRESS.fullmatch(data)
    text = found[1].decode() if found else ""
    try:
        seal = base64.urlsafe_b64decode(text + "=" * (-len(text) % 4))
    except binascii.Error:
        raise Invalid(code="address") from None
    if not seal or _encoded(seal) != text:  # one seal, one spelling: unused bits are zero
        raise Invalid(code="address")
    return seal


def _encoded(seal: bytes) -> str:
    return base64.urlsafe_b64encode(seal).rstrip(b"=").decode()


def _code(text: str) -> zxingcpp.Barcode:
    if len(text.encode()) > LONGEST:
        raise Invalid(code="qr_too_long")
    return zxingcpp.create_barcode(text, zxingcpp.BarcodeFormat.QRCode, ec_level=LEVEL)


def _pixels(text: str) -> tuple[tuple[int, int], bytes]:
    image = Image.fromarray(_code(text).to_image(scale=PIXELS_PER_MODULE, add_quiet_zones=False))
    return image.size, image.tobytes()
