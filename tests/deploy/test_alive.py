"""Processes without HTTP show that they live, and the probe believes the right ones."""

import os
import socket
import subprocess
import sys
import time
from pathlib import Path

import pytest

from tests.processes import ROOT, beat, wait_until, worker

PROBE = ROOT / "deploy/docker/alive.py"
NOWHERE = "redis://127.0.0.1:1/0"


def probe(file: Path, *, broker: str, seconds: int = 60) -> "subprocess.CompletedProcess[str]":
    argv = [sys.executable, "-I", str(PROBE), str(file), str(seconds)]
    environ = {"PATH": os.environ["PATH"], "REDIS_URL": broker}
    return subprocess.run(argv, env=environ, capture_output=True, text=True, check=False, timeout=20)


@pytest.fixture
def broker():
    with socket.create_server(("127.0.0.1", 0)) as listening:
        yield f"redis://127.0.0.1:{listening.getsockname()[1]}/0"


def test_a_file_touched_lately_is_life(tmp_path, broker):
    (tmp_path / "alive").touch()

    assert probe(tmp_path / "alive", broker=broker).returncode == 0


@pytest.mark.parametrize("age", [120, None])
def test_a_loop_that_stands_still_is_found_out(tmp_path, broker, age):
    file = tmp_path / "alive"
    if age:
        file.touch()
        os.utime(file, (time.time() - age, time.time() - age))

    found = probe(file, broker=broker)

    assert (found.returncode, "not alive" in found.stdout) == (1, True)


def test_a_worker_that_waits_for_the_broker_is_left_alone(tmp_path):
    found = probe(tmp_path / "never", broker=NOWHERE)

    assert (found.returncode, found.stdout) == (0, "alive: waiting for the broker\n")


@pytest.mark.stack
@pytest.mark.django_db(transaction=True)
@pytest.mark.timeout(120)
@pytest.mark.parametrize("start", [worker, beat])
def test_workers_and_beat_touch_the_file_again_and_again(tmp_path, start):
    file = tmp_path / "alive"
    with start(env={"HEARTBEAT_FILE": str(file)}) as running:
        wait_until(file.exists, why=running.said)
        first = file.stat().st_mtime_ns
        wait_until(lambda: file.stat().st_mtime_ns > first, why=running.said)
