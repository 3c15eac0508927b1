"""What a letter is, and how it becomes a page."""

import io
from dataclasses import dataclass
from datetime import date, datetime
from pathlib import Path
from typing import Any, NamedTuple

from PIL import Image

from apps.documents.rendering import Unprintable, is_printable, render

TEMPLATE = Path(__file__).parent / "letter.typ"
NUMBERS_BEGIN_WITH = {"loss_certificate": "C", "progress_certificate": "P"}
"""Each kind has a series of its own, apart from the documents people travel with."""

MONTHS = ("Jan", "Feb", "Mar", "Apr", "May", "Jun", "Jul", "Aug", "Sep", "Oct", "Nov", "Dec")
NOTHING = "—"
PIXELS_PER_MODULE, QUIET_MODULES = 4, 8
MODULE_MM, LEAST_MM, ROOM_MM = 0.55, 25.0, 62.0
"""Half a millimetre is three dots of a scan at 150 dpi. The symbol of the longest names still fits in the room."""


class Both(NamedTuple):
    """The same in Chinese and in English."""

    zh: str
    en: str


class Row(NamedTuple):
    """A fact: what it is in both languages, and how it is printed."""

    zh: str
    en: str
    value: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Person:
    """Whom a letter is about. ``surname`` and ``given_names`` as printed in the passport; the second may be empty."""

    name: str
    surname: str
    given_names: str
    born_on: date

    @property
    def spelling(self) -> str:
        return f"{self.surname} {self.given_names}".strip()


@dataclass(frozen=True, slots=True, kw_only=True)
class Origin:
    """Who writes, where and when. ``created_at``, aware, becomes the date of the file.

    ``specimen`` marks what a sandbox makes.
    """

    sender: Both
    city: Both
    issued_on: date
    created_at: datetime
    specimen: bool = False


@dataclass(frozen=True, slots=True, kw_only=True)
class Letter:
    """Everything on the page.

    ``warning`` stands out in red; ``hints`` say how the letter is checked, beside the code.
    """

    kind: str
    number: str
    title: Both
    statement: Both
    rows: tuple[Row, ...]
    notes: tuple[Both, ...]
    origin: Origin
    receiver: Both | None = None
    warning: Both | None = None
    hints: tuple[Both, ...] = ()


def make(letter: Letter, *, code: bytes = b"") -> bytes:
    """The PDF/A-2b of one A4 page, unsigned, the same bytes for the same input.

    ``code`` is a PNG of ``seals.qr`` with its quiet zone, which a verifier finds inside the PDF; without it the letter
    has none. Raises ``GlyphMissing`` for a name that no font of ours prints, ``Unprintable`` for what does not fit.
    """
    modules, origin = _modules(code) if code else 0, letter.origin
    printed: dict[str, Any] = {
        "kind": letter.kind,
        "number": letter.number,
        "title": letter.title._asdict(),
        "sender": origin.sender._asdict(),
        "receiver": letter.receiver._asdict() if letter.receiver else None,
        "statement": letter.statement._asdict(),
        "rows": [row._asdict() for row in letter.rows],
        "notes": [note._asdict() for note in letter.notes],
        "warning": letter.warning._asdict() if letter.warning else None,
        "hints": [hint._asdict() for hint in letter.hints],
        "place": origin.city._asdict(),
        "issued_on": day(origin.issued_on),
        "created_at": origin.created_at.isoformat(),
        "code_mm": min(ROOM_MM, max(LEAST_MM, modules * MODULE_MM)) if modules else 0,
        "specimen": origin.specimen,
    }
    return render(template=TEMPLATE, data=printed, images={"code": code} if code else {})


def day(on: date) -> str:
    """``2026年11月23日 / 23 Nov 2026``."""
    return f"{on.year}年{on.month}月{on.day}日 / {on.day} {MONTHS[on.month - 1]} {on.year}"


def moment(at: datetime) -> str:
    """On the clock that ``at`` carries, with its distance from UTC: ``2026-11-23 10:15 (UTC+01:00)``."""
    offset = at.strftime("%z")
    return f"{at:%Y-%m-%d %H:%M} (UTC{offset[:3]}:{offset[3:]})"


def legible(text: str, *, otherwise: str) -> str:
    """What somebody typed in any script, or something else where our fonts lack it: a letter is not held up by it."""
    line = " ".join(text.split())
    return line if line and is_printable(line) else otherwise


def _modules(code: bytes) -> int:
    """Width of the symbol with its quiet zone, in modules."""
    try:
        with Image.open(io.BytesIO(code), formats=("PNG",)) as symbol:
            modules = symbol.width // PIXELS_PER_MODULE
    except OSError:
        raise Unprintable(code="code_unprintable") from None
    if modules <= QUIET_MODULES:
        raise Unprintable(code="code_unprintable")
    return modules
