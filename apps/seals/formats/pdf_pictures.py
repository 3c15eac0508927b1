"""Codes in the pictures of a PDF, where they are kept as plain pixels; a page is not drawn for it."""

from collections.abc import Iterator

from PIL import Image
from pyhanko.pdf_utils import generic
from pyhanko.pdf_utils.reader import PdfFileReader

from apps.seals import datamatrix

PAGES, DEPTH = 4, 4
LARGEST = 4_000_000
BITS = 8


def codes(reader: PdfFileReader) -> Iterator[bytes]:
    """From the first pages, as far as they can be read."""
    for number in range(min(PAGES, int(reader.root["/Pages"]["/Count"]))):
        _page, resources = reader.find_page_for_modification(number)
        for picture in _pictures(resources.get_object(), DEPTH):
            yield from datamatrix.read(picture)


def _pictures(resources: generic.DictionaryObject, depth: int) -> Iterator[Image.Image]:
    """Forms may hold pictures, and forms."""
    for name in resources.get("/XObject", {}):
        item = resources["/XObject"][name]
        if item.get("/Subtype") == "/Image":
            yield from _grey(item)
        elif depth and "/Resources" in item:
            yield from _pictures(item["/Resources"], depth - 1)


def _grey(image: generic.StreamObject) -> Iterator[Image.Image]:
    """One byte per pixel: colours and JPEG are photographs."""
    width, height = image["/Width"], image["/Height"]
    plain = image.get("/BitsPerComponent") == BITS and image.get("/Filter") == "/FlateDecode"
    if plain and 0 < width * height <= LARGEST and len(image.data) == width * height:
        yield Image.frombytes("L", (width, height), image.data)
