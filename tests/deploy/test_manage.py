import json
import os
import subprocess
import sys
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit

import pytest

from deploy.local import manage
from deploy.local.profile import ROOT, Profile
from deploy.local.services import NOWHERE
from deploy.local.stack import start_services

STAND_IN = """
import json, os, sys
import psycopg2
def answer():
    try:
        with psycopg2.connect(os.environ["DATABASE_URL"]) as connection, connection.cursor() as cursor:
            cursor.execute("SELECT 6 * 7")
            return cursor.fetchone()[0]
    except psycopg2.OperationalError:
        return None
print(json.dumps({"words": sys.argv[1:], "typed": sys.stdin.read(), "database": answer(), **os.environ}))
sys.exit(7)
"""


@pytest.fixture
def project(tmp_path: Path) -> Path:
    """A project whose manage.py tells what it was given, and ends with 7."""
    (tmp_path / "manage.py").write_text(STAND_IN)
    return tmp_path


def run(project: Path, *words: str, typed: str = "", **environ: str) -> tuple[dict[str, Any], str]:
    """What manage.py was given, and standard error."""
    code = f"""
import pathlib, sys
from deploy.local import manage
manage.ROOT = pathlib.Path({str(project)!r})
sys.exit(manage.run({list(words)!r}))
"""
    ran = subprocess.run(
        [sys.executable, "-c", code],
        input=typed,
        env=os.environ | {"PYTHONPATH": str(ROOT)} | environ,
        capture_output=True,
        text=True,
        timeout=50,
        check=False,
    )
    assert ran.returncode == 7, ran.stderr
    return json.loads(ran.stdout), ran.stderr


def test_a_command_without_need_starts_nothing_and_adds_nothing(var: Path, project: Path) -> None:
    given, remarks = run(project, "verify", "--batch", typed="一行\n", CONSULAR_VAR=str(var / "untouched"))
    assert (given["words"], given["typed"], remarks) == (["verify", "--batch"], "一行\n", "")
    assert given["database"] is None
    assert not (var / "untouched").exists()


def test_a_command_on_data_gets_postgresql_alone_and_hands_everything_through(var: Path, project: Path) -> None:
    given, remarks = run(project, "migrate", "--plan", typed="y\n")
    assert (given["words"], given["typed"], given["database"]) == (["migrate", "--plan"], "y\n", 42)
    assert urlsplit(given["REDIS_URL"]).port == NOWHERE
    assert "ready: postgres\n" in remarks
    assert Profile("serve").running() is None


def test_a_command_on_data_uses_the_stack_that_runs(var: Path, project: Path) -> None:
    with start_services("demo", ["postgres"]) as stack:
        stack.publish()
        given, remarks = run(project, "migrate")
    assert given["DATABASE_URL"] == stack.settings["DATABASE_URL"]
    assert (given["database"], remarks) == (42, "")


def test_the_profile_that_ran_last_is_meant_unless_one_is_chosen(var: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("CONSULAR_VAR", str(var / "others"))
    assert manage.last_used().name == "serve"
    start_services("demo", []).stop()
    assert manage.last_used().name == "demo"
    monkeypatch.setenv("CONSULAR_PROFILE", "serve")
    assert manage.last_used().name == "serve"


@pytest.mark.parametrize(
    ("words", "nothing"),
    [
        ([], True),
        (["verify", "--batch"], True),
        (["migrate", "--help"], True),
        (["check"], True),
        (["check", "--database=default"], False),
        (["migrate"], False),
    ],
)
def test_which_commands_need_no_service(words: list[str], nothing: bool) -> None:
    assert manage.needs_nothing(words) is nothing
