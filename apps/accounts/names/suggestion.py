"""A guess at the printed spelling. Never authoritative: the last passport and the person decide."""

import re
from dataclasses import dataclass

from pypinyin import Style, lazy_pinyin

from apps.accounts.names import printed
from apps.accounts.names.surnames import COMPOUND, SINGLE

PARTS = re.compile(r"[· ]")
OLD_SPELLINGS = (("LYU", ("LU", "LV")), ("NYU", ("NU", "NV")))
"""Passports before GB/T 28039-2011 printed ü as U or V; who has that spelling keeps it."""
USUAL_GIVEN = 2


@dataclass(frozen=True, slots=True)
class Suggestion:
    """``also`` lists other spellings of the surname in use; ``unread`` the characters without known reading."""

    surname: str
    given_names: str
    also: tuple[str, ...] = ()
    unread: tuple[str, ...] = ()
    unsure: bool = False


@dataclass(frozen=True, slots=True)
class _Spelled:
    text: str
    unread: tuple[str, ...]


def suggest(name: str) -> Suggestion:
    """From a name as ``names.written.read`` answers it. Always an answer, ``unsure`` where it is a weak one."""
    parts = PARTS.split(name)
    if len(parts) > 1:
        return _answer(_spell(parts[0]), [_spell(part) for part in parts[1:]], weak=True)
    if name.isascii():
        return _answer(_spell(name), [], weak=True)
    surname, given = _divided(name)
    first = _surname(surname)
    return _answer(
        first[0],
        [_spell(given)],
        also=tuple(spelled.text for spelled in first[1:]),
        weak=name in COMPOUND or len(name) > len(surname) + USUAL_GIVEN,
    )


def _divided(name: str) -> tuple[str, str]:
    """Into surname and given names; a compound surname only where something is left for the given name."""
    length = next((size for size in (4, 3, 2) if name[:size] in COMPOUND and len(name) > size), 1)
    return name[:length], name[length:]


def _surname(characters: str) -> list[_Spelled]:
    """Every reading in use, the commonest first."""
    if characters in COMPOUND:
        return [_Spelled(COMPOUND[characters], ())]
    readings = [_Spelled(reading, ()) for reading in SINGLE.get(characters, ())]
    return readings or [_spell(characters)]


def _answer(surname: _Spelled, given: list[_Spelled], *, also: tuple[str, ...] = (), weak: bool = False) -> Suggestion:
    whole = " ".join(part.text for part in given if part.text)
    unread = surname.unread + tuple(character for part in given for character in part.unread)
    old = tuple(
        surname.text.replace(now, before) for now, earlier in OLD_SPELLINGS for before in earlier if now in surname.text
    )
    too_long = max(len(surname.text), len(whole)) > printed.LONGEST
    return Suggestion(
        surname=surname.text[: printed.LONGEST],
        given_names=whole[: printed.LONGEST].strip(),
        also=also + old,
        unread=unread,
        unsure=bool(weak or also or unread or too_long),
    )


def _spell(text: str) -> _Spelled:
    syllables = lazy_pinyin(text, style=Style.NORMAL, errors=list)  # type: ignore[arg-type]  # it takes lists as well
    readable = [_with_yu(one) for one in syllables if one.isascii() and one.isalpha()]
    unread = tuple(one for one in syllables if not one.isascii())
    return _Spelled("".join(readable), unread)


def _with_yu(syllable: str) -> str:
    """ü after L and N: YU when it stands alone (LYU), U before another vowel (LUE). A Latin V is no ü."""
    if len(syllable) == 1:
        return syllable.upper()
    return syllable.upper().replace("VE", "UE").replace("V", "YU")
