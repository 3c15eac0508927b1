"""Money is integers. A float in this app is a mistake waiting for a rounding."""

import ast
from pathlib import Path

import pytest

APP = Path(__file__).resolve().parents[2] / "apps" / "payments"
FILES = sorted(path for path in APP.rglob("*.py") if "migrations" not in path.parts)
INEXACT = {"float", "Fraction", "round", "FloatField", "DecimalField"}
"""``Decimal`` is exact, and what the companies' texts are read with; no column and no sum of ours is one."""


def inexact(tree: ast.AST) -> list[str]:
    """Every place that makes or could make a number that is not an integer."""
    found = []
    for node in ast.walk(tree):
        if isinstance(node, ast.Constant) and isinstance(node.value, (float, complex)):
            found.append(f"{node.lineno}: {node.value}")
        if isinstance(node, (ast.BinOp, ast.AugAssign)) and isinstance(node.op, ast.Div):
            found.append(f"{node.lineno}: /")
        name = getattr(node, "id", getattr(node, "attr", ""))
        if isinstance(node, (ast.Name, ast.Attribute)) and name in INEXACT:
            found.append(f"{node.lineno}: {name}")
    return found


@pytest.mark.parametrize("path", FILES, ids=lambda path: str(path.relative_to(APP)))
def test_no_number_here_is_inexact(path):
    assert inexact(ast.parse(path.read_text(encoding="utf-8"))) == []


@pytest.mark.parametrize("code", ["1.5", "a / 2", "a /= 2", "float(a)", "models.FloatField()", "1e3"])
def test_the_test_itself_sees(code):
    assert inexact(ast.parse(code)) != []


def test_there_is_something_to_look_at():
    assert len(FILES) > 15
