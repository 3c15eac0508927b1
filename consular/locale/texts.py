"""Finds every translatable text without gettext's own tools: Python by its syntax tree, templates by Django's lexer."""

import ast
import re
from collections.abc import Iterator
from dataclasses import dataclass
from importlib.util import find_spec
from pathlib import Path

from django.utils.translation.template import templatize

ROOT = Path(__file__).resolve().parents[2]
OURS = ("apps", "consular")

SHAPES = {
    "gettext": ("one",),
    "gettext_lazy": ("one",),
    "gettext_noop": ("one",),
    "ngettext": ("one", "many"),
    "ngettext_lazy": ("one", "many"),
    "pgettext": ("context", "one"),
    "pgettext_lazy": ("context", "one"),
    "npgettext": ("context", "one", "many"),
    "npgettext_lazy": ("context", "one", "many"),
}
"""What the first arguments of Django's translation functions mean."""

CALL = re.compile(r"\b(_|n?p?gettext)\(((?:\s*u?(?:\"(?:[^\"\\]|\\.)*\"|'(?:[^'\\]|\\.)*')\s*,?)+)")
LITERAL = re.compile(r"\"(?:[^\"\\]|\\.)*\"|'(?:[^'\\]|\\.)*'")


@dataclass(frozen=True, slots=True, order=True)
class Text:
    """One entry of a catalogue; ``many`` is empty without a plural, ``context`` without one."""

    one: str
    many: str = ""
    context: str = ""


def in_python(source: str) -> Iterator[Text]:
    tree = ast.parse(source)
    names = _imported(tree)
    for node in ast.walk(tree):
        if isinstance(node, ast.Call) and (shape := SHAPES.get(_called(node, names))):
            literals = [arg.value for arg in node.args if isinstance(arg, ast.Constant) and isinstance(arg.value, str)]
            if len(literals) >= len(shape):
                yield Text(**dict(zip(shape, literals, strict=False)))


def _imported(tree: ast.Module) -> dict[str, str]:
    """Local names of translation functions, such as ``_`` for ``gettext_lazy``."""
    return {
        alias.asname or alias.name: alias.name
        for node in ast.walk(tree)
        if isinstance(node, ast.ImportFrom) and node.module == "django.utils.translation"
        for alias in node.names
    }


def _called(call: ast.Call, names: dict[str, str]) -> str:
    if isinstance(call.func, ast.Name):
        return names.get(call.func.id, "")
    return call.func.attr if isinstance(call.func, ast.Attribute) else ""


def in_template(source: str) -> Iterator[Text]:
    for found in CALL.finditer(templatize(source)):
        shape = SHAPES[found[1].replace("_", "gettext")]
        literals = [ast.literal_eval(literal) for literal in LITERAL.findall(found[2])]
        yield Text(**dict(zip(shape, literals, strict=False)))


def in_folder(folder: Path) -> Iterator[tuple[Path, Text]]:
    for path in sorted([*folder.rglob("*.py"), *folder.rglob("*.html")]):
        read = in_python if path.suffix == ".py" else in_template
        yield from ((path, text) for text in read(path.read_text(encoding="utf-8")))


def ours() -> dict[Text, list[str]]:
    """Every text of the project, with the files that say it."""
    found: dict[Text, list[str]] = {}
    for folder in OURS:
        for path, text in in_folder(ROOT / folder):
            places = found.setdefault(text, [])
            if (place := path.relative_to(ROOT).as_posix()) not in places:
                places.append(place)
    return found


def of_the_theme() -> dict[Text, list[str]]:
    """Every text of the admin's theme, which ships no translations."""
    theme = find_spec("unfold")
    places = theme.submodule_search_locations if theme else None
    return {text: ["unfold"] for place in places or [] for _, text in in_folder(Path(place))}


def all_texts() -> dict[Text, list[str]]:
    return of_the_theme() | ours()
