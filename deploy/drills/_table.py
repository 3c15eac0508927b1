"""What a drill found, line by line, beside what was claimed."""

from collections.abc import Sequence
from typing import NamedTuple


class Line(NamedTuple):
    """One line of the table."""

    what: str
    found: str
    wanted: str = ""
    is_good: bool = True


def none_of(what: str, found: int) -> Line:
    """Something of which there may be nothing at all."""
    return Line(what, str(found), "0", found == 0)


def show(lines: Sequence[Line]) -> int:
    """Print the table; the exit code of the drill."""
    print("\n".join(f"{'ok ' if one.is_good else 'BAD'}  {one.what:<44} {one.found:<24} {one.wanted}" for one in lines))
    return 0 if all(one.is_good for one in lines) else 1
