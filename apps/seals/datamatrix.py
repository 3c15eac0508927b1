"""The code on the page: DataMatrix in byte mode, no ECI (ISO/IEC 16022; ICAO Doc 9303-13 §2.1, 9303-8 §6)."""

from collections.abc import Iterable
from io import BytesIO

import zxingcpp
from PIL import Image

PIXELS_PER_MODULE = 4
"""At 300 dots per inch, ICAO's smallest module of 0.3386 mm is four dots."""
READABLE = zxingcpp.BarcodeFormats(
    (zxingcpp.BarcodeFormat.DataMatrix, zxingcpp.BarcodeFormat.QRCode, zxingcpp.BarcodeFormat.Aztec)
)


def as_png(content: bytes) -> bytes:
    """Grey pixels, with the quiet zone of one module. Verifiers find it inside a PDF, too."""
    file = BytesIO()
    Image.fromarray(_code(content).to_image(scale=PIXELS_PER_MODULE)).save(file, "PNG")
    return file.getvalue()


def as_svg(content: bytes) -> bytes:
    """Vectors, one unit per module, with the quiet zone of one module."""
    return str(_code(content).to_svg()).encode()


def read(picture: Image.Image) -> Iterable[bytes]:
    """What the codes in a grey picture hold, of any of the three symbologies that ICAO allows."""
    return [code.bytes for code in zxingcpp.read_barcodes(picture, formats=READABLE) if code.bytes]


def _code(content: bytes) -> zxingcpp.Barcode:
    return zxingcpp.create_barcode(content, zxingcpp.BarcodeFormat.DataMatrix)
