"""Names longer than their field (ICAO Doc 9303-3 §4.6, 9303-4 §4.2.3)."""

import re

ROOM_FOR_SECONDARY = 3
"""``<<`` and the first letter of the secondary identifier."""

END_OF_LAST_LONG_COMPONENT = re.compile(r"(.*[A-Z])[A-Z]")


def fit(primary: list[str], secondary: list[str], width: int) -> str:
    """The name field, ``width`` characters, from components of A-Z; ``primary`` is not empty.

    A name that does not fit loses the ends of its primary components, the last first, until the secondary
    identifier has room to begin; then everything beyond the width. The field ends with a letter, so that a
    border sees that something is missing. (Only a long row of single letters may have none in that place.)
    """
    if len(_joined(primary, secondary)) <= width:
        return _joined(primary, secondary).ljust(width, "<")
    if secondary:
        whole = primary
        primary = _shortened(whole, width - ROOM_FOR_SECONDARY)
        primary = _lengthened(primary, whole, by=width - len(_joined(primary, secondary)))
    return _cut(_joined(primary, secondary), width)


def is_permitted(field: str, *, primary: list[str], secondary: list[str], width: int) -> bool:
    """Whether ICAO's rules allow ``field`` for this name.

    A name that fits is whole; another fills the field, keeps the order, ends in a letter, begins both parts.
    """
    whole = _joined(primary, secondary)
    if len(whole) <= width:
        return field == whole.ljust(width, "<")
    kept, parted, second = field.partition("<<")
    return (
        len(field) == width
        and field[-1] != "<"
        and bool(parted) is bool(secondary)
        and _abbreviates(kept.split("<"), primary)
        and (not secondary or _abbreviates(second.split("<"), secondary))
    )


def _abbreviates(kept: list[str], whole: list[str]) -> bool:
    """Whether ``kept`` are beginnings of components of ``whole``, in order, the first of the first."""
    if not all(kept) or not whole[0].startswith(kept[0]):
        return False
    remaining = iter(whole)
    return all(any(component.startswith(part) for component in remaining) for part in kept)


def _joined(primary: list[str], secondary: list[str]) -> str:
    return "<<".join("<".join(components) for components in (primary, secondary) if components)


def _shortened(primary: list[str], limit: int) -> list[str]:
    kept = list(primary)
    for index in range(len(kept) - 1, 0, -1):
        if len("<".join(kept)) <= limit:
            return kept
        kept[index] = kept[index][0]
    excess = max(0, len("<".join(kept)) - limit)
    kept[0] = kept[0][: max(1, len(kept[0]) - excess)]
    while len("<".join(kept)) > limit:
        kept.pop()
    return kept


def _lengthened(kept: list[str], whole: list[str], *, by: int) -> list[str]:
    """Letters given back, first component first, where the secondary identifier leaves room."""
    result = []
    for short, long in zip(kept, whole, strict=False):
        longer = long[: len(short) + max(0, by)]
        by -= len(longer) - len(short)
        result.append(longer)
    return result


def _cut(name: str, width: int) -> str:
    if name[width - 1 : width] == "<" and (found := END_OF_LAST_LONG_COMPONENT.match(name[:width])):
        name = found[1] + name[found.end() :]
    return name[:width].ljust(width, "<")
