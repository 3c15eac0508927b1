import contextlib
import json
import os
import signal
import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from pathlib import Path

import psutil
import psycopg2
import pytest

from deploy.local.console import LaunchError
from deploy.local.profile import ROOT, Profile
from deploy.local.stack import Stack, first_free

Hold = Callable[[str], "Holder"]


class Holder:
    """A launcher in a process of its own, up and running."""

    def __init__(self, profile: str) -> None:
        self.process = subprocess.Popen(
            [sys.executable, "-m", "tests.deploy.holder", profile],
            stdout=subprocess.PIPE,
            cwd=ROOT,
            env=os.environ | {"PYTHONPATH": str(ROOT)},
        )
        assert self.process.stdout is not None
        self.settings = json.loads(self.process.stdout.readline())
        self.family = psutil.Process(self.process.pid).children(recursive=True)

    def end(self, number: int) -> int:
        self.process.send_signal(number)
        return self.process.wait(20)

    def left(self, *, seconds: float = 15) -> list[str]:
        """What of it still runs after so many seconds (one that only waits to be collected does not)."""
        deadline = time.monotonic() + seconds
        while running := [one for one in self.family if _runs(one)]:
            if time.monotonic() > deadline:
                return [str(one) for one in running]
            time.sleep(0.05)
        return []


def _runs(process: psutil.Process) -> bool:
    with contextlib.suppress(psutil.NoSuchProcess):
        return process.is_running() and process.status() != psutil.STATUS_ZOMBIE
    return False


@contextlib.contextmanager
def database(holder: Holder) -> "Iterator[psycopg2.extensions.cursor]":
    connection = psycopg2.connect(holder.settings["DATABASE_URL"])
    with contextlib.closing(connection), connection, connection.cursor() as cursor:
        yield cursor


@pytest.fixture
def hold(var: Path) -> Iterator[Hold]:
    """Starts launchers, and sees to it that none outlives the test."""
    holders: list[Holder] = []

    def start(profile: str) -> Holder:
        holders.append(Holder(profile))
        return holders[-1]

    yield start
    for holder in holders:
        if holder.process.poll() is None:
            holder.end(signal.SIGTERM)
        assert holder.process.stdout is not None
        holder.process.stdout.close()


def dev(*words: str) -> "subprocess.CompletedProcess[str]":
    return subprocess.run(
        [sys.executable, "-m", "deploy.local", *words],
        env=os.environ | {"PYTHONPATH": str(ROOT)},
        capture_output=True,
        text=True,
        timeout=50,
        check=False,
    )


@pytest.mark.parametrize("number", [signal.SIGINT, signal.SIGTERM, signal.SIGHUP])
def test_a_launcher_told_to_stop_leaves_nothing_behind(hold: Hold, number: signal.Signals) -> None:
    holder = hold("serve")
    assert len(holder.family) > 5
    assert holder.end(number) == 128 + number
    assert holder.left(seconds=0) == []
    assert not (Profile("serve").dir / "state.json").exists()


def test_a_killed_launcher_leaves_nothing_behind_and_the_next_one_goes_on(hold: Hold) -> None:
    holder = hold("serve")
    with database(holder) as cursor:
        cursor.execute("CREATE TABLE IF NOT EXISTS kept (word text)")
        cursor.execute("TRUNCATE kept")
        cursor.execute("INSERT INTO kept VALUES ('before the kill')")
    holder.end(signal.SIGKILL)
    next_one = hold("serve")  # at once: it waits for the rest of the first
    assert holder.left(seconds=0) == []
    with database(next_one) as cursor:
        cursor.execute("SELECT word FROM kept")
        assert cursor.fetchall() == [("before the kill",)]


@pytest.mark.skipif(sys.platform != "linux", reason="the kernel's part of the promise is Linux's")
def test_nothing_is_left_even_when_the_warden_is_killed_too(hold: Hold) -> None:
    holder = hold("serve")
    (guard,) = [one for one in holder.family if any(word.endswith("warden.py") for word in one.cmdline())]
    guard.kill()
    holder.end(signal.SIGKILL)
    assert holder.left() == []


def test_a_second_run_on_the_same_profile_is_told_so_in_one_line(hold: Hold) -> None:
    holder = hold("serve")
    second = dev("serve")
    assert second.returncode == 1
    assert second.stderr == (
        f"./dev: the profile serve is in use by holder.py (process {holder.process.pid}): stop that first\n"
    )


def test_several_test_runs_get_profiles_of_their_own(var: Path) -> None:
    with first_free(["test", "test-2"]) as one, first_free(["test", "test-2"]) as other:
        assert (one.profile.name, other.profile.name) == ("test", "test-2")
        with pytest.raises(LaunchError, match="all of test, test-2 are in use"):
            first_free(["test", "test-2"])


def test_a_stack_that_is_still_starting_is_not_used_yet(var: Path) -> None:
    with Stack(Profile("demo")), pytest.raises(LaunchError, match="is still starting"):
        Profile("demo").running()
    assert Profile("demo").running() is None


def test_an_unknown_command_is_answered_with_the_list() -> None:
    asked = dev("deploy")
    assert asked.returncode == 2
    assert "no command 'deploy'" in asked.stderr
    assert "./dev demo [--once]" in asked.stderr
