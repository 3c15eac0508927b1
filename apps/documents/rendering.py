"""Data and a Typst template become a PDF/A-2b. The compiler and its fonts are kept for the life of the process.

Everything stays in memory: a worker that is killed leaves nobody's photo in a temporary folder.
"""

import base64
import io
import json
import os
import re
import unicodedata
from collections.abc import Iterator, Mapping
from datetime import UTC, datetime
from functools import cache, lru_cache
from pathlib import Path
from threading import Lock
from typing import Any

import justmytype_intl_cjk
import pylopdf_fonts_zh_cn
import typst
from django.utils.translation import gettext_lazy as _
from PIL import Image

from apps.kernel.errors import Unmet

_NOTO_SANS = Path(justmytype_intl_cjk.__file__).parent / "fonts" / "ofl"
FONTS = (
    _NOTO_SANS / "notosanssc",
    _NOTO_SANS / "notosanstc",  # characters of Hong Kong names that the mainland font lacks
    _NOTO_SANS / "notosansjp",  # and a few more from the supplementary planes
    Path(pylopdf_fonts_zh_cn.__file__).parent,
    Path(__file__).parent / "fonts",
)
UNPRINTABLE = {"Cc", "Cn", "Co", "Cs"}
"""Unicode categories no font can be trusted with: a private-use code point has a glyph, but whose?"""

UNREAD = b"<!--//-->"
"""Typst reads every file it is given as a text of its own, too: behind two slashes, on one line, it is a comment."""

BOM = b"\xef\xbb\xbf"
DECLARATION = re.compile(rb"^(?:\xef\xbb\xbf)?\s*(?:<\?xml.*?\?>)?\s*", re.DOTALL)
"""May stand nowhere but at the very beginning."""

LINE = b'#set document(date: auto)\n#json("data.json")'
EPOCH = datetime(2000, 1, 1, tzinfo=UTC)

_one_at_a_time = Lock()


class GlyphMissing(Unmet):
    """A name or place holds a character that no font of ours can print (domain.md §12). Never says which person's."""

    code = "glyph_missing"
    detail = _("Some of the text holds a character that cannot be printed.")


class Unprintable(Unmet):
    """The template and the data do not fit together."""

    code = "unprintable"
    detail = _("The document cannot be laid out with this data.")


def render(*, template: Path, data: Mapping[str, Any], images: Mapping[str, bytes]) -> bytes:
    """A PDF/A-2b (ISO 19005-2), the same bytes for the same input.

    ``template`` is a ``.typ`` file; the ones beside it may be imported. It finds ``data`` in ``data.json`` (not in
    ``sys.inputs``: a change there makes Typst forget all it has laid out before) and each image (JPEG, PNG or SVG) as
    ``<name>.svg``. ``data["created_at"]``, ISO 8601 with an offset, becomes the date of the file. Raises
    ``GlyphMissing`` or ``Unprintable``.
    """
    if any(unicodedata.category(letter) in UNPRINTABLE for text in _texts(data) for letter in text):
        raise GlyphMissing
    files = _sources(template) | {f"{name}.svg": _as_svg(image) for name, image in images.items()}
    files["data.json"] = json.dumps(data).encode()
    with _one_at_a_time:
        return _compile(files, datetime.fromisoformat(data["created_at"]))


@cache
def draw(template: Path) -> tuple[bytes, ...]:
    """The pages of a template that needs no data, as SVG. Once per process: for what is the same on every document.

    In a document such a picture costs a quarter of the curves it was drawn with.
    """
    with _one_at_a_time:
        compiler: Any = _compiler(os.getpid())
        drawn = compiler.compile(input=_sources(template), format="svg")
    return tuple(drawn) if isinstance(drawn, list) else (drawn,)


@lru_cache(maxsize=2048)
def is_printable(text: str) -> bool:
    """Whether every character of a line has a glyph in our fonts. A few milliseconds the first time."""
    if any(unicodedata.category(letter) in UNPRINTABLE for letter in text):
        return False
    line = {"main.typ": LINE, "data.json": json.dumps(text).encode()}
    try:
        with _one_at_a_time:
            _compile(line, EPOCH)
    except (GlyphMissing, Unprintable):
        return False
    return True


def _compile(files: dict[str, bytes], created_at: datetime) -> bytes:
    compiler: Any = _compiler(os.getpid())
    try:
        pdf: bytes = compiler.compile(
            input=files,
            format="pdf",
            pdf_standards=["a-2b"],
            timestamp=int(created_at.timestamp()),
        )
    except typst.TypstError as error:
        # "from None": Typst quotes the text, and a name has no place in a log
        raise (GlyphMissing if "could not be displayed" in error.message else Unprintable) from None
    return pdf


@cache
def _compiler(pid: int) -> typst.Compiler:
    """One per process: it owns threads, which do not survive a fork."""
    return typst.Compiler(font_paths=[str(folder) for folder in FONTS], ignore_system_fonts=True)


@cache
def _sources(template: Path) -> dict[str, bytes]:
    beside = {path.name: path.read_bytes() for path in template.parent.glob("*.typ")}
    return beside | {"main.typ": template.read_bytes()}


def _as_svg(image: bytes) -> bytes:
    """Typst takes files in memory only as text, so a raster image travels inside an SVG; its bytes stay as they are."""
    if image.lstrip(BOM).lstrip().startswith(b"<"):
        return UNREAD + DECLARATION.sub(b"", image).replace(b"\n", b" ")
    with Image.open(io.BytesIO(image), formats=("JPEG", "PNG")) as opened:
        (width, height), kind = opened.size, opened.get_format_mimetype()
    href = f"data:{kind};base64,{base64.b64encode(image).decode()}"
    return (
        UNREAD
        + (
            f'<svg xmlns="http://www.w3.org/2000/svg" width="{width}" height="{height}">'
            f'<image width="{width}" height="{height}" href="{href}"/></svg>'
        ).encode()
    )


def _texts(value: Any) -> Iterator[str]:
    if isinstance(value, str):
        yield value
    elif isinstance(value, Mapping):
        for inner in value.values():
            yield from _texts(inner)
    elif isinstance(value, (list, tuple)):
        for inner in value:
            yield from _texts(inner)
