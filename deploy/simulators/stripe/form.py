"""Parameters as Stripe takes them: ``a[b][0][c]=d`` in a form or a query."""

import re
from typing import Any
from urllib.parse import parse_qsl

from deploy.simulators.stripe.errors import Invalid

NAME = re.compile(r"([^\[\]]+)((?:\[[^\[\]]*\])*)")
DEEPEST = 8


def read(text: str) -> dict[str, Any]:
    """Nested objects and lists, their leaves text. Raises ``Invalid``."""
    try:
        pairs = parse_qsl(text, keep_blank_values=True, strict_parsing=bool(text), errors="strict")
    except ValueError:
        raise Invalid("Invalid request: the parameters are not form-encoded.") from None
    tree: dict[str, Any] = {}
    for name, value in pairs:
        _put(tree, name, value)
    told: dict[str, Any] = {name: _with_lists(branch, name) for name, branch in tree.items()}
    return told


def _put(tree: dict[str, Any], name: str, value: str) -> None:
    match = NAME.fullmatch(name)
    parts = [match[1], *re.findall(r"\[([^\[\]]*)\]", match[2])] if match else []
    if not 0 < len(parts) <= DEEPEST:
        raise Invalid(f"Invalid parameter name: {name}", name)
    for part in parts[:-1]:
        tree = tree.setdefault(part or str(len(tree)), {})
        if not isinstance(tree, dict):
            raise Invalid(f"Invalid object: {name}", name)
    last = parts[-1] or str(len(tree))
    if last in tree:
        raise Invalid(f"Received {name} more than once", name)
    tree[last] = value


def _with_lists(branch: Any, name: str) -> Any:
    """What is numbered from nought is a list."""
    if not isinstance(branch, dict):
        return branch
    read_ = {part: _with_lists(inner, f"{name}[{part}]") for part, inner in branch.items()}
    if not all(part.isascii() and part.isdigit() for part in read_):
        return read_
    if sorted(map(int, read_)) != list(range(len(read_))):
        raise Invalid(f"Invalid array: {name}", name)
    return [read_[str(number)] for number in range(len(read_))]
