"""Codes in the pictures of a PDF, where they are kept as plain pixels; a page is not drawn for it."""

from collections.abc import Iterator

from PIL import Image
from pyhanko.pdf_utils import generic
from pyhanko.pdf_utils.reader import PdfFileReader

from apps.seals import datamatrix

PAGES = 4
LARGEST = 4_000_000


def codes(reader: PdfFileReader) -> Iterator[bytes]:
    """From the first pages, as far as they can be read."""
    for number in range(min(PAGES, int(reader.root["/Pages"]["/Count"]))):
        _page, resources = reader.find_page_for_modification(number)
        for picture in _pictures(resources):
            yield from datamatrix.read(picture)


def _pictures(resources: generic.DictionaryObject) -> Iterator[Image.Image]:
    for item in resources.get("/XObject", {}).values():
        image = item.get_object()
        if not isinstance(image, generic.StreamObject) or image.get("/Subtype") != "/Image":
            continue
        width, height = image.get("/Width", 0), image.get("/Height", 0)
        if image.get("/BitsPerComponent") == 8 and width * height <= LARGEST:  # noqa: PLR2004
            yield from _grey(image.data, (width, height))


def _grey(data: bytes, size: tuple[int, int]) -> Iterator[Image.Image]:
    """One byte per pixel; colours and JPEG are photographs."""
    if len(data) == size[0] * size[1]:
        yield Image.frombytes("L", size, data)
