"""A PDF from a stranger becomes a PDF of nothing but pages: what acts, is attached or tells of its maker stays behind.

A pure function of bytes, for a process of its own. What stays as it was sent are page contents, fonts and images; an
image keeps its pixels and loses its metadata.
"""

import io
import re
import zlib
from collections.abc import Iterator
from typing import Any

import pikepdf
from pikepdf import Dictionary, Name, Pdf

from apps.documents.cleaned import Unusable

MOST_PAGES = 30
MOST_UNPACKED = 256 * 1024 * 1024
"""Bytes of all streams together: thirty pages scanned at 200 dpi in grey."""
MOST_OBJECTS = 50_000
PAGE = {"/Type", "/Parent", "/MediaBox", "/CropBox", "/Rotate", "/Resources", "/Contents", "/UserUnit", "/Group"}
RESOURCES = {"/Font", "/XObject", "/ExtGState", "/ColorSpace", "/Pattern", "/Shading", "/ProcSet"}
FORBIDDEN = (
    "/AA", "/AF", "/Alternates", "/Annots", "/EF", "/JS", "/Metadata", "/OC", "/OPI", "/OpenAction", "/PieceInfo",
    "/Ref", "/Thumb", "/URI", "/XFA", "/LastModified", "/StructParent", "/StructParents",
)  # fmt: skip
"""ISO 32000-2 §12.6 actions, §7.11.4 embedded files, §14.3 metadata, §8.10.4 reference XObjects and the like."""
EXPANDS = {"/FlateDecode": 0, "/DCTDecode": 1, "/CCITTFaxDecode": 1, "/RunLengthDecode": 64, "/ASCII85Decode": 4,
           "/ASCIIHexDecode": 1}  # fmt: skip
"""How many times its size a stream can unpack to, for each filter we take; 0 is measured, pictures are by their pixels.

Not taken: JPX, whose metadata cannot be told from its pixels here, JBIG2, whose readers have been broken into, and LZW.
"""
MOST_PIXELS = 60_000_000
WITHOUT_PIXELS = {*range(0xE1, 0xEE), 0xEF, 0xFE}
"""JPEG segments nobody needs to see it: APP1 to APP13, APP15, comments. APP14 says what the colours are."""
START_OF_SCAN = 0xDA
MARKER = re.compile(rb"\xff[^\x00\xd0-\xd7\xff]")
"""What ends the entropy-coded data of a scan."""
MOST_SCANS = 100


def rebuild(content: bytes) -> bytes:
    """The pages alone; equal input gives equal output. Raises ``Unusable``, or whatever qpdf thinks of it."""
    try:
        source = Pdf.open(io.BytesIO(content), suppress_warnings=True)
    except pikepdf.PasswordError:
        raise Unusable("pdf_locked") from None
    with source, Pdf.new() as fresh:
        if not 0 < len(source.pages) <= MOST_PAGES:
            raise Unusable("pdf_too_many_pages" if len(source.pages) else "pdf_damaged")
        if len(source.objects) > MOST_OBJECTS:
            raise Unusable("pdf_too_complex")
        for page in source.pages:
            _keep(page.obj, PAGE)
            fresh.pages.append(page)
        _scrub(fresh)
        out = io.BytesIO()
        fresh.save(out, deterministic_id=True, object_stream_mode=pikepdf.ObjectStreamMode.disable)
    return out.getvalue()


def _scrub(fresh: Pdf) -> None:
    """Everything the pages lead to; what nothing leads to is not written at all."""
    left = MOST_UNPACKED
    for found in list(fresh.objects):
        for part in _within(found):
            _disarm(part)
        if isinstance(found, pikepdf.Stream):
            left -= _unpacked(found, left)
            if _filters(found) == ["/DCTDecode"]:
                _strip(found)


def _strip(picture: pikepdf.Stream) -> None:
    how: Any = picture.get("/DecodeParms")
    picture.write(strip_jpeg(picture.read_raw_bytes()), filter=Name.DCTDecode, decode_parms=how)


def _within(found: Any) -> Iterator[Any]:
    """A dictionary or stream and all that stands directly in it; what is referred to has its own turn."""
    if isinstance(found, (Dictionary, pikepdf.Stream)):
        yield found
        inner = [found[key] for key in found.keys()]  # noqa: SIM118  a stream is no mapping
    else:
        inner = list(found) if isinstance(found, pikepdf.Array) else []
    for part in inner:
        if isinstance(part, pikepdf.Object) and not part.is_indirect:
            yield from _within(part)


def _disarm(part: Any) -> None:
    for key in FORBIDDEN:
        if key in part:
            del part[key]
    action = part.get("/A")  # which may be the name of a glyph as well
    if isinstance(action, Dictionary) and "/S" in action:
        del part["/A"]
    if isinstance(part, pikepdf.Stream):
        _disarm_stream(part)
    resources = part.get("/Resources")
    if isinstance(resources, Dictionary):
        _keep(resources, RESOURCES)


def _disarm_stream(part: pikepdf.Stream) -> None:
    """No content from a file elsewhere (§7.3.8), no PostScript."""
    for key in ("/F", "/FFilter", "/FDecodeParms"):
        if key in part:
            del part[key]
    if part.get("/Subtype") == Name.PS:
        part["/Subtype"] = Name.Form
        part.write(b"")


def _keep(part: Any, wanted: set[str]) -> None:
    for key in set(part.keys()) - wanted:
        del part[key]


def _filters(stream: pikepdf.Stream) -> list[str]:
    found = stream.get("/Filter", pikepdf.Array())
    return [str(name) for name in (found if isinstance(found, pikepdf.Array) else [found])]


def _unpacked(stream: pikepdf.Stream, most: int) -> int:
    """How many bytes it unpacks to at most, found without keeping them. Raises ``Unusable`` for too much."""
    filters, raw = _filters(stream), stream.read_raw_bytes()
    pixels = int(stream.get("/Width", 0)) * int(stream.get("/Height", 0))
    if set(filters) - EXPANDS.keys() or len(filters) > 1 or pixels > MOST_PIXELS:
        raise Unusable("pdf_too_complex")
    total = _inflated(raw, most) if filters == ["/FlateDecode"] else len(raw) * EXPANDS.get("".join(filters), 1)
    if total > most:
        raise Unusable("pdf_too_complex")
    return total


def _inflated(raw: bytes, most: int) -> int:
    inflater, total, rest = zlib.decompressobj(), 0, raw
    while rest and not inflater.eof and total <= most:
        try:
            total += len(inflater.decompress(rest, 1024 * 1024))
        except zlib.error:
            break  # whatever shows it will stop here as well
        rest = inflater.unconsumed_tail
    return total


def strip_jpeg(content: bytes) -> bytes:
    """The same pixels without EXIF, comments and whatever follows the end: ITU-T T.81 Annex B, segment by segment."""
    kept, at, scans = bytearray(content[:2]), 2, 0
    while content[at : at + 1] == b"\xff" and content[at + 1 : at + 2] != b"\xd9":
        end = at + 2 + int.from_bytes(content[at + 2 : at + 4])
        if content[at + 1] == START_OF_SCAN:
            scans += 1
            following = MARKER.search(content, end)
            end = following.start() if following else len(content)
        if content[at + 1] not in WITHOUT_PIXELS:
            kept += content[at:end]
        at = end
    if content[:2] != b"\xff\xd8" or not 0 < scans <= MOST_SCANS:
        raise Unusable("pdf_damaged")
    return bytes(kept) + b"\xff\xd9"
