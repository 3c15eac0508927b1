import os
import shutil
import subprocess
from pathlib import Path

import pytest

from deploy.local.profile import ROOT

NEEDED = ("dirname", "date", "cksum", "cat", "mktemp", "rm", "tail", "head", "sh")


@pytest.fixture
def tree(tmp_path: Path) -> Path:
    """A checkout with the script and a lock, a stand-in for Python, and stamps as if it were set up."""
    shutil.copy(ROOT / "dev", tmp_path)
    (tmp_path / "requirements.lock").write_text("django==5.2\n")
    (tmp_path / ".venv" / "bin").mkdir(parents=True)
    program(tmp_path / ".venv" / "bin" / "python", 'echo "$PYTHONPATH" "$@"; exit 7')
    return tmp_path


def program(path: Path, script: str) -> None:
    path.write_text(f"#!/bin/sh\n{script}\n")
    path.chmod(0o755)


def stamp(tree: Path) -> None:
    with (tree / "requirements.lock").open() as lock:
        sums = subprocess.run(["cksum"], stdin=lock, capture_output=True, text=True, check=True)
    (tree / ".venv" / ".installed").write_text(f"{tree}\n{sums.stdout}")


def dev(tree: Path, *words: str, path: Path | None = None) -> "subprocess.CompletedProcess[str]":
    environ = {"PATH": str(path) if path else os.environ["PATH"]}
    return subprocess.run([tree / "dev", *words], env=environ, cwd="/", capture_output=True, text=True, check=False)


@pytest.fixture
def no_python(tmp_path: Path) -> Path:
    """A PATH of an ordinary user's machine that has no Python."""
    folder = tmp_path / "bin"
    folder.mkdir()
    for name in NEEDED:
        (folder / name).symlink_to(str(shutil.which(name)))
    program(folder / "id", "echo 1000")
    return folder


def test_a_tree_that_is_set_up_goes_straight_to_the_launcher(tree: Path) -> None:
    stamp(tree)
    ran = dev(tree, "test", "-k", "a b")
    assert (ran.returncode, ran.stderr) == (7, "")
    assert ran.stdout == f"{tree} -m deploy.local test -k a b\n"


@pytest.mark.skipif(not Path("/etc/debian_version").exists(), reason="the sentence for Debian")
def test_an_ordinary_user_without_python_is_told_the_line_that_helps(tree: Path, no_python: Path) -> None:
    ran = dev(tree, "help", path=no_python)
    assert ran.returncode == 1
    assert ran.stdout == ""
    assert "apt-get install python3 python3-venv" in ran.stderr
    assert ran.stderr.count("\n") == 1


def test_another_lock_means_another_set_up(tree: Path, no_python: Path) -> None:
    stamp(tree)
    (tree / "requirements.lock").write_text("django==5.3\n")
    assert dev(tree, "help", path=no_python).returncode == 1


def test_a_tree_that_was_moved_is_set_up_again(tree: Path, no_python: Path) -> None:
    stamp(tree)
    moved = tree / "moved"
    moved.mkdir()
    for name in ("dev", "requirements.lock", ".venv"):
        (tree / name).rename(moved / name)
    assert dev(moved, "help", path=no_python).returncode == 1
