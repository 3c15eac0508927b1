"""What can be told wrong about a lost passport; every problem at once."""

import re
import unicodedata
from collections.abc import Iterator
from dataclasses import dataclass, replace
from datetime import date, datetime

from django.utils.translation import gettext_lazy as _
from django_countries import countries

from apps.accounts.names.written import is_han_extension
from apps.accounts.particulars import latest_day
from apps.kernel.errors import Fault, Invalid

NUMBER = re.compile(r"[A-Z0-9]{1,9}")
"""ICAO Doc 9303-4 §4.2.2: the document number of a TD3 has at most nine characters."""
FOUNDED = date(1949, 10, 1)
"""No passport of the People's Republic is older."""


@dataclass(frozen=True, slots=True)
class Loss:
    """``country`` is ISO 3166-1 alpha-2; ``issued_on`` None when nobody remembers."""

    passport_number: str
    passport_issued_by: str
    lost_on: date
    place: str
    country: str
    circumstances: str
    issued_on: date | None = None


def read(given: Loss, *, born_on: date, at: datetime) -> Loss:
    """The same, tidied up. Raises ``Invalid`` with one fault for each thing that is wrong."""
    loss = replace(
        given,
        passport_number=re.sub(r"[\s-]", "", unicodedata.normalize("NFKC", given.passport_number)).upper(),
        passport_issued_by=" ".join(given.passport_issued_by.split()),
        place=" ".join(given.place.split()),
        country=given.country.upper(),
        circumstances=given.circumstances.strip(),
    )
    faults = (*_texts(loss), *_dates(loss, born_on=born_on, at=at))
    if faults:
        raise Invalid(faults=faults)
    return loss


def _texts(loss: Loss) -> Iterator[Fault]:
    if not NUMBER.fullmatch(loss.passport_number):
        yield Fault(
            "/passport_number",
            "passport_number_form",
            _("A passport number has at most nine letters A to Z and digits."),
        )
    if loss.country not in countries:
        yield Fault("/country", "unknown_country", _("There is no such country or region code."))
    for field in ("passport_issued_by", "place", "circumstances"):
        text = getattr(loss, field)
        if not text:
            yield Fault(f"/{field}", "blank", _("Please fill this in."))
        elif not all(_is_legible(character) for character in text):
            yield Fault(f"/{field}", "invisible_character", _("This contains an invisible character. Type it again."))


def _dates(loss: Loss, *, born_on: date, at: datetime) -> Iterator[Fault]:
    """A day is in the future only when it has begun nowhere on earth."""
    latest, earliest = latest_day(at), max(FOUNDED, born_on)
    for field in ("lost_on", "issued_on"):
        day = getattr(loss, field)
        if day and day > latest:
            yield Fault(f"/{field}", "in_the_future", _("This day has not come yet."))
        elif day and day < earliest:
            yield Fault(f"/{field}", "too_long_ago", _("This is too long ago."))
    if loss.issued_on and loss.issued_on > loss.lost_on:
        yield Fault("/issued_on", "issued_after_loss", _("The passport was issued before it was lost."))


def _is_legible(character: str) -> bool:
    return character == "\n" or character.isprintable() or is_han_extension(character)
