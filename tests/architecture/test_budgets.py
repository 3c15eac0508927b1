"""The suite is the linter: sizes, shapes and directions that the house keeps."""

import ast
import json
import statistics
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parents[2]
PRODUCT = [
    path
    for folder in ("apps", "consular")
    for path in sorted((ROOT / folder).rglob("*.py"))
    if "migrations" not in path.parts
]
TREES = {path: ast.parse(path.read_text(encoding="utf-8")) for path in PRODUCT}
FUNCTION = (ast.FunctionDef, ast.AsyncFunctionDef)


def nodes(*kinds: type) -> Iterator[tuple[Path, ast.AST]]:
    for path, tree in TREES.items():
        for node in ast.walk(tree):
            if isinstance(node, kinds):
                yield path.relative_to(ROOT), node


def lines(node: ast.AST) -> int:
    return node.end_lineno - node.lineno + 1


def percentile(values: list[int], share: float) -> int:
    return sorted(values)[int(len(values) * share)]


def run(*command: str) -> subprocess.CompletedProcess[str]:
    return subprocess.run(command, cwd=ROOT, capture_output=True, text=True, timeout=300, check=False)


def test_files_are_short():
    lengths = {path.relative_to(ROOT): len(path.read_text().splitlines()) for path in PRODUCT}

    assert {path: length for path, length in lengths.items() if length > 300} == {}
    assert percentile(list(lengths.values()), 0.95) <= 200


def test_functions_are_short():
    found = {f"{path}:{node.name}": lines(node) for path, node in nodes(*FUNCTION)}

    assert {name: length for name, length in found.items() if length > 50} == {}
    assert percentile(list(found.values()), 0.95) <= 25
    assert statistics.mean(found.values()) <= 9


def test_classes_are_short():
    assert {node.name: lines(node) for _, node in nodes(ast.ClassDef) if lines(node) > 150} == {}


def test_imports_stand_at_the_top():
    hidden = [
        f"{path}:{inner.lineno}"
        for path, node in nodes(*FUNCTION)
        for inner in ast.walk(node)
        if isinstance(inner, (ast.Import, ast.ImportFrom))
    ]
    assert hidden == []


def test_no_function_goes_without_a_return_type():
    bare = [f"{path}:{node.name}" for path, node in nodes(*FUNCTION) if node.returns is None]
    assert bare == []


def test_serializers_do_not_write():
    """House rule: services write; a serializer only reads and shows."""
    writers = [
        f"{path}:{node.name}.{method.name}"
        for path, node in nodes(ast.ClassDef)
        if path.name == "serializers.py"
        for method in node.body
        if isinstance(method, FUNCTION) and method.name in {"create", "update", "save"}
    ]
    assert writers == []


def test_only_the_edge_reads_the_clock():
    """Services and tables take the time as an argument; see the house rules, 5.2."""
    middle = {"services", "models", "workflow", "statuses", "events", "procedure"}
    readers = [
        f"{path}:{node.lineno}"
        for path, node in nodes(ast.Call)
        if middle & {*path.parts, path.stem}
        and isinstance(node.func, (ast.Name, ast.Attribute))
        and getattr(node.func, "id", getattr(node.func, "attr", "")) in {"now", "today", "utcnow", "localdate"}
        and not (isinstance(node.func, ast.Attribute) and getattr(node.func.value, "id", "") in {"post", "self"})
        and node.args == []
    ]
    assert readers == []


def test_a_status_has_one_writer():
    writers = {
        str(path)
        for path, node in nodes(ast.Assign)
        for target in node.targets
        if isinstance(target, ast.Attribute) and target.attr == "status" and getattr(target.value, "id", "") == "case"
    }
    assert writers == {"apps/cases/services/move.py"}


def test_every_app_says_what_it_owns():
    for package in sorted((ROOT / "apps").glob("*/__init__.py")):
        said = ast.get_docstring(ast.parse(package.read_text(encoding="utf-8"))) or ""
        assert said, package
        assert len(said.splitlines()) <= 8, package


def test_there_is_more_test_than_product():
    product = sum(len(path.read_text().splitlines()) for path in PRODUCT)
    tests = sum(len(path.read_text().splitlines()) for path in (ROOT / "tests").rglob("*.py"))
    assert tests / product >= 1.0


def test_imports_go_down_only():
    checked = run(str(Path(sys.executable).with_name("lint-imports")), "--no-cache")
    assert checked.returncode == 0, checked.stdout[-3000:]


def test_ruff_has_nothing_to_say():
    checked = run(str(Path(sys.executable).with_name("ruff")), "check", ".")
    assert checked.returncode == 0, checked.stdout[-3000:]


def test_the_code_is_formatted():
    checked = run(str(Path(sys.executable).with_name("ruff")), "format", "--check", ".")
    assert checked.returncode == 0, checked.stdout[-3000:]


@pytest.mark.timeout(300)
def test_mypy_strict_has_nothing_to_say():
    checked = run(sys.executable, "-m", "mypy")
    assert checked.returncode == 0, checked.stdout[-3000:]


def test_the_lock_has_hashes_and_no_addresses():
    lock = (ROOT / "requirements.lock").read_text()
    assert "http://" not in lock
    assert "https://" not in lock
    pinned = [line for line in lock.splitlines() if "==" in line and not line.lstrip().startswith("#")]
    assert all(line.rstrip().endswith("\\") for line in pinned), "every pin is followed by its hashes"
    assert json.dumps(lock).count("--hash=sha256:") >= len(pinned)
