"""The part of `requirements.lock` that a server needs, hashes and all, on standard output.

The lock says of every package who asked for it ("via"): kept is what the product asks for, and what that asks for.
The standard library alone: this runs before anything is installed.
"""

import re
import sys
from pathlib import Path

_PRODUCT = "consular (pyproject.toml)"
_PACKAGE = re.compile(r"^([a-z0-9][a-z0-9._-]*)(?:\[[^\]]*\])?==", re.MULTILINE)


def production(lock: str) -> str:
    """The packages that `lock` holds for production. Raises ValueError when it does not say who asked."""
    blocks = _blocks(lock)
    kept: set[str] = {_PRODUCT}
    while more := {name for name, block in blocks.items() if name not in kept and kept & _askers(block)}:
        kept |= more
    if len(kept) == 1:
        raise ValueError("requirements.lock names nobody who asked for its packages")
    return "".join(block for name, block in blocks.items() if name in kept)


def _blocks(lock: str) -> dict[str, str]:
    starts = list(_PACKAGE.finditer(lock))
    ends = [each.start() for each in starts[1:]] + [len(lock)]
    return {start.group(1): lock[start.start() : end] for start, end in zip(starts, ends, strict=True)}


def _askers(block: str) -> set[str]:
    lines = [line.strip() for line in block.splitlines() if line.lstrip().startswith("#")]
    return {line.removeprefix("#").strip().removeprefix("via").strip() for line in lines} - {""}


if __name__ == "__main__":
    sys.stdout.write(production(Path(sys.argv[1]).read_text(encoding="utf-8")))
