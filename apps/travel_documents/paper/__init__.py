"""The paper of the emergency travel document: one A4 sheet, bilingual, machine readable at the foot.

Door: ``sheet``. It must not know cases, keys or storage.
"""

import io
import re
from collections.abc import Iterable
from dataclasses import asdict, dataclass
from datetime import date, datetime
from pathlib import Path

from PIL import Image

from apps.documents.rendering import Unprintable, draw, render
from apps.seals.datamatrix import PIXELS_PER_MODULE

TEMPLATE = Path(__file__).parent / "sheet.typ"
ORNAMENTS = Path(__file__).parent / "ornaments.typ"
SEXES = {"F": "女 / F", "M": "男 / M", "X": "X"}
NATIONALITIES = {"CHN": "中国 / CHINESE"}
MONTHS = ("JAN", "FEB", "MAR", "APR", "MAY", "JUN", "JUL", "AUG", "SEP", "OCT", "NOV", "DEC")
NOTHING = "—"

SEAL_ROOM_MM = 34.5
MODULE_MM = 0.75
LEAST_MODULE_MM = 0.3386
"""Doc 9303-13 §2.4: four dots of a 300 dpi printer."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Sheet:
    """What is printed. Places are bilingual as they should appear, ``"北京 / BEIJING"``.

    ``surname`` is the primary identifier and is never empty; ``given_names`` may be. ``lost_passport`` is the whole
    number, printed with its middle hidden. ``mrz`` is the two lines of a TD2 (Doc 9303-6 §4.2). ``created_at``, aware,
    becomes the date of the PDF. ``signs`` is false for a child whose signature is not printed (R6). ``specimen`` marks
    everything that a sandbox makes.
    """

    number: str
    surname: str
    given_names: str
    chinese_name: str
    sex: str
    born_on: date
    place_of_birth: str
    issued_on: date
    expires_on: date
    place_of_issue: str
    authority_zh: str
    authority_en: str
    destination: str
    mrz: tuple[str, str]
    created_at: datetime
    transit: tuple[str, ...] = ()
    lost_passport: str = ""
    nationality: str = "CHN"
    signs: bool = True
    specimen: bool = False


def sheet(*, data: Sheet, photo: bytes, seal: bytes) -> bytes:
    """The PDF/A-2b, unsigned, the same bytes for the same input.

    ``photo`` is a JPEG, cropped to 33 × 48 mm (R24); ``seal`` a PNG of ``apps.seals.datamatrix``, which a verifier
    finds inside the PDF. Printed as Doc 9303-8 §5 wants a single sheet: "Emergency" in the title, one journey,
    destination and transit points.
    Raises ``GlyphMissing``, or ``Unprintable`` when the machine readable zone or the seal does not fit the sheet.
    """
    _check_mrz(data)
    modules = _modules(seal)
    printed = asdict(data) | {
        "sex": SEXES.get(data.sex, data.sex),
        "nationality": NATIONALITIES.get(data.nationality, data.nationality),
        "born_on": _day(data.born_on),
        "issued_on": _day(data.issued_on),
        "expires_on": _day(data.expires_on),
        "given_names": data.given_names or NOTHING,
        "chinese_name": data.chinese_name or NOTHING,
        "transit": _listed(data.transit),
        "lost_passport": _half_hidden(data.lost_passport),
        "created_at": data.created_at.isoformat(),
        "seal_modules": modules,
        "module_mm": min(MODULE_MM, SEAL_ROOM_MM / modules),
    }
    ground, mark = draw(ORNAMENTS)
    images = {"photo": photo, "seal": seal, "ground": ground, "mark": mark}
    return render(template=TEMPLATE, data=printed, images=images)


def _check_mrz(data: Sheet) -> None:
    """What the machine reads and what the officer reads must be one document."""
    if not all(re.fullmatch(r"[A-Z0-9<]{36}", line) for line in data.mrz):
        raise Unprintable(code="mrz_unprintable")
    if data.mrz[1][:9] != data.number or data.mrz[1][21:27] != data.expires_on.strftime("%y%m%d"):
        raise Unprintable(code="mrz_of_another_document")


def _modules(seal: bytes) -> int:
    """Width of the symbol with its quiet zone, in modules."""
    try:
        with Image.open(io.BytesIO(seal), formats=("PNG",)) as symbol:
            modules = symbol.width // PIXELS_PER_MODULE
    except OSError:
        raise Unprintable(code="seal_unprintable") from None
    if not modules or SEAL_ROOM_MM / modules < LEAST_MODULE_MM:
        raise Unprintable(code="seal_unprintable")
    return modules


def _day(day: date) -> str:
    """Doc 9303-3 §3.2: day, month in words in both languages, year."""
    return f"{day.day:02} {day.month}月 / {MONTHS[day.month - 1]} {day.year}"


def _listed(places: Iterable[str]) -> str:
    return "，".join(places) or "无 / NONE"


def _half_hidden(number: str) -> str:
    """Enough for an officer to match a record, not enough to abuse a lost sheet."""
    return f"{number[:3]}***{number[-3:]}" if number else NOTHING
