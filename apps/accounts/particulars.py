"""What is known about a person, checked as a whole: every problem at once."""

from collections.abc import Callable
from dataclasses import dataclass, replace
from datetime import date, datetime, timedelta
from typing import Any

from django.utils.translation import gettext_lazy as _

from apps.accounts import identity_number
from apps.accounts.names import printed, written
from apps.kernel.errors import Fault, Invalid

EASTERNMOST = timedelta(hours=14)
"""Where on earth a day begins first (UTC+14)."""
OLDEST = 150


@dataclass(frozen=True, slots=True)
class Particulars:
    """``sex`` is F, M or X; ``identity_number`` None for those who have none, such as children born abroad."""

    name: str
    surname: str
    given_names: str
    born_on: date
    sex: str
    place_of_birth: str
    identity_number: str | None = None


def read(given: Particulars, *, at: datetime) -> Particulars:
    """The same, tidied up. Raises ``Invalid`` with one fault for each thing that is wrong."""
    faults: list[Fault] = []
    tidy: dict[str, Any] = {}
    for field, reader in READERS.items():
        try:
            tidy[field] = reader(getattr(given, field))
        except Invalid as error:
            faults.append(Fault(f"/{field}", error.code, error.detail))
    faults += _birth(given.born_on, at)
    if tidy.get("identity_number"):
        faults += _contradictions(given, tidy["identity_number"])
    if faults:
        raise Invalid(faults=tuple(faults))
    return replace(given, **tidy)


def latest_day(at: datetime) -> date:
    """The latest date it can be anywhere at this moment: a day after it is in the future for everybody."""
    return (at + EASTERNMOST).date()


def _birth(born_on: date, at: datetime) -> list[Fault]:
    today = latest_day(at)
    if born_on > today:
        return [Fault("/born_on", "in_the_future", _("This day has not come yet."))]
    if today.year - born_on.year > OLDEST:
        return [Fault("/born_on", "too_long_ago", _("This is too long ago."))]
    return []


def _contradictions(given: Particulars, number: str) -> list[Fault]:
    faults = []
    if identity_number.born_on(number) != given.born_on:
        detail = _("The identity number contains another date of birth.")
        faults.append(Fault("/identity_number", "identity_number_born_on", detail))
    if given.sex in {"F", "M"} and identity_number.sex(number) != given.sex:
        detail = _("The identity number belongs to a person of the other sex.")
        faults.append(Fault("/identity_number", "identity_number_sex", detail))
    return faults


def _place(text: str) -> str:
    place = " ".join(text.split())
    if not place:
        raise Invalid(_("Tell where the person was born."), code="place_empty")
    if not all(character.isprintable() or written.is_han_extension(character) for character in place):
        raise Invalid(_("The place contains an invisible or private character. Type it again."), code="place_character")
    return place


READERS: dict[str, Callable[[Any], Any]] = {
    "name": written.read,
    "surname": printed.read_surname,
    "given_names": printed.read,
    "place_of_birth": _place,
    "identity_number": lambda text: identity_number.read(text) if text else None,
}
