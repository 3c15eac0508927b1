"""A guess at the printed spelling. Never authoritative: the last passport and the person decide."""

import re
from dataclasses import dataclass

from pypinyin import Style, lazy_pinyin

from apps.accounts.names import printed
from apps.accounts.names.surnames import COMPOUND, SINGLE

PARTS = re.compile(r"[· ]")
OLD_SPELLINGS = (("LYU", ("LU", "LV")), ("NYU", ("NU", "NV")))
"""Passports before GB/T 28039-2011 printed ü as U or V; who has that spelling keeps it."""
USUAL_LENGTH = 3


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
        return _of_parts(parts)
    for length in (4, 3, 2):
        if name[:length] in COMPOUND and len(name) > length:
            return _of(COMPOUND[name[:length]], name[length:])
    readings = SINGLE.get(name[0]) or (_spell(name[0]).text,)
    weak = len(name) > USUAL_LENGTH or name in COMPOUND or len(readings) > 1 or name.isascii()
    if name.isascii():
        return _of(name.upper(), "", weak=True)
    return _of(readings[0], name[1:], also=readings[1:], weak=weak, unread=_spell(name[0]).unread)


def _of_parts(parts: list[str]) -> Suggestion:
    """With interpunct (GB/T 28039 names them part by part). Which spelling applies depends on the language."""
    first, *rest = [_spell(part) for part in parts]
    return Suggestion(
        surname=first.text,
        given_names=_fitting(" ".join(part.text for part in rest)),
        unread=first.unread + tuple(character for part in rest for character in part.unread),
        unsure=True,
    )


def _of(
    surname: str, given: str, *, also: tuple[str, ...] = (), weak: bool = False, unread: tuple[str, ...] = ()
) -> Suggestion:
    spelled = _spell(given)
    unread += spelled.unread
    old = tuple(
        surname.replace(now, before)
        for now, earlier in OLD_SPELLINGS
        for before in earlier
        if now in surname
    )
    return Suggestion(surname, _fitting(spelled.text), also + old, unread, unsure=weak or bool(unread))


def _spell(text: str) -> _Spelled:
    syllables = lazy_pinyin(text, style=Style.NORMAL, errors=list)
    readable = [_with_yu(one) for one in syllables if one.isascii() and one.isalpha()]
    unread = tuple(one for one in syllables if not one.isascii())
    return _Spelled("".join(readable), unread)


def _with_yu(syllable: str) -> str:
    """ü after L and N: YU when it stands alone (LYU), U before another vowel (LUE)."""
    return syllable.upper().replace("VE", "UE").replace("V", "YU")


def _fitting(spelling: str) -> str:
    return spelling[: printed.LONGEST].strip()
