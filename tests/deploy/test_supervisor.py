import os
import signal
import sys
import threading
import time
from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path

import psutil
import pytest

from deploy.local import signals, warden
from deploy.local.console import LaunchError
from deploy.local.process import Command
from deploy.local.services import Valkey, free_port
from deploy.local.stack import Stack
from deploy.local.supervisor import Supervisor

FOREVER = "import time; print('up', flush=True); time.sleep(60)"


def python(code: str, *arguments: str, grace: float = 5.0) -> Command:
    return Command(argv=[sys.executable, "-c", code, *arguments], environ=dict(os.environ), grace_seconds=grace)


def said(text: bytes, log: Path) -> str | None:
    return None if text in log.read_bytes() else f"not said: {text!r}"


@pytest.fixture
def supervisor(tmp_path: Path) -> Iterator[Supervisor]:
    with Supervisor(tmp_path / "log") as running:
        yield running


def begin(supervisor: Supervisor, name: str, command: Command, word: bytes = b"up") -> int:
    process = supervisor.start(name, command)
    supervisor.wait_ready(process, lambda: said(word, supervisor.log_dir / f"{name}.log"), timeout=10)
    return process.pid


def test_a_child_that_dies_before_it_is_ready_is_reported_with_its_log(supervisor: Supervisor) -> None:
    process = supervisor.start("web", python("import sys; sys.exit('no such setting')"))
    with pytest.raises(LaunchError, match=r"web ended \(exit code 1\); the end of .*\n    no such setting"):
        supervisor.wait_ready(process, lambda: "not yet", timeout=10)


def test_a_probe_that_stays_unhappy_gives_its_reason(supervisor: Supervisor) -> None:
    process = supervisor.start("web", python(FOREVER))
    with pytest.raises(LaunchError, match="web is not ready after 0 s: /readyz answers 503"):
        supervisor.wait_ready(process, lambda: "/readyz answers 503", timeout=0.1)


def test_the_log_of_an_earlier_run_is_not_taken_for_this_one(supervisor: Supervisor) -> None:
    supervisor.run("job", python("print('old news')"))
    process = supervisor.start("job", python("import sys; sys.exit(3)"))
    process.popen.wait()
    assert process.why_it_ended() == "job ended (exit code 3)"


def test_an_unexpected_death_is_noticed(supervisor: Supervisor) -> None:
    os.kill(begin(supervisor, "beat", python(FOREVER)), signal.SIGKILL)
    with pytest.raises(LaunchError, match=r"beat ended \(killed by SIGKILL\)"):
        supervisor.watch()


def test_a_job_fails_when_a_service_dies_under_it(supervisor: Supervisor) -> None:
    begin(supervisor, "job", python(FOREVER))
    supervisor.processes[0].is_job = True
    os.kill(begin(supervisor, "database", python(FOREVER)), signal.SIGKILL)
    with pytest.raises(LaunchError, match="database ended"):
        supervisor.finish(supervisor.processes[0])


SLOW_TO_GO = (
    "import signal, sys, time\n"
    "def end(*_):\n"
    "    open(sys.argv[2], 'a').write('asked ' + sys.argv[1] + '\\n')\n"
    "    time.sleep(float(sys.argv[3]))\n"
    "    open(sys.argv[2], 'a').write('ended ' + sys.argv[1] + '\\n')\n"
    "    sys.exit(0)\n"
    "signal.signal(signal.SIGTERM, end)\nprint('up', flush=True)\ntime.sleep(60)"
)


def test_what_others_need_stops_last_and_the_youngest_first(supervisor: Supervisor, tmp_path: Path) -> None:
    note = tmp_path / "order"
    for name in ("postgres", "valkey"):
        begin(supervisor, name, python(SLOW_TO_GO, name, str(note), "0"))
    for name, seconds in (("web", "0.6"), ("beat", "0.1")):
        begin(supervisor, name, replace(python(SLOW_TO_GO, name, str(note), seconds), leaf=True))
    supervisor.stop()
    steps = note.read_text().split("\n")
    assert set(steps[:2]) == {"asked web", "asked beat"}  # side by side
    assert steps[2:4] == ["ended beat", "ended web"]
    assert steps[4:8] == ["asked valkey", "ended valkey", "asked postgres", "ended postgres"]


def test_a_child_that_ignores_sigterm_is_killed(supervisor: Supervisor) -> None:
    deaf = "import signal; signal.signal(signal.SIGTERM, signal.SIG_IGN)\n" + FOREVER
    pid = begin(supervisor, "deaf", python(deaf, grace=0.2))
    supervisor.stop()
    assert not psutil.pid_exists(pid)


def test_what_a_child_started_goes_with_it(supervisor: Supervisor) -> None:
    parent = (
        "import subprocess, sys, time\n"
        f"child = subprocess.Popen([sys.executable, '-c', {FOREVER!r}])\n"
        "print('child', child.pid, flush=True)\ntime.sleep(60)"
    )
    begin(supervisor, "parent", python(parent), word=b"child ")
    grandchild = psutil.Process(int((supervisor.log_dir / "parent.log").read_text().split()[1]))
    supervisor.stop()
    _, left = psutil.wait_procs([grandchild], timeout=5)
    assert [process for process in left if process.status() != psutil.STATUS_ZOMBIE] == []


def test_the_exit_code_of_a_foreground_child_is_handed_on(supervisor: Supervisor) -> None:
    assert supervisor.foreground("manage.py", python("raise SystemExit(7)")) == 7
    assert supervisor.foreground("manage.py", python("import os; os.kill(os.getpid(), 15)")) == 128 + 15


def step(done: list[str]) -> None:
    with signals.shielded():
        signal.raise_signal(signal.SIGTERM)
        done.append("the step")


def test_a_signal_waits_until_a_shielded_step_is_done() -> None:
    done: list[str] = []
    before = signal.getsignal(signal.SIGTERM)
    signals.install()
    try:
        with pytest.raises(signals.Interrupted):
            step(done)
    finally:
        signals.uninstall()
    assert done == ["the step"]
    assert signal.getsignal(signal.SIGTERM) == before


def test_a_signal_for_the_launcher_goes_to_its_foreground_child(supervisor: Supervisor) -> None:
    signals.install()
    try:
        threading.Timer(0.5, os.kill, (os.getpid(), signal.SIGTERM)).start()
        begun = time.monotonic()
        assert supervisor.foreground("pytest", python("import time; time.sleep(30)")) == 128 + 15
    finally:
        signals.uninstall()
    assert time.monotonic() - begun < 10


def test_the_warden_forgets_what_was_seen_to_end() -> None:
    assert warden.read(["+ 11 15\n", "+ 12 2\n", "- 11\n", "+ 13 15\n"]) == {12: 2, 13: 15}


def test_a_port_that_was_taken_meanwhile_is_replaced(
    stack: Stack, monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    taken = int(stack.settings["REDIS_URL"].rpartition(":")[2].partition("/")[0])
    ports = iter([taken, free_port()])
    monkeypatch.setattr("deploy.local.stack.free_port", lambda: next(ports))
    monkeypatch.setenv("CONSULAR_VAR", str(tmp_path))
    with Stack(type(stack.profile)("other")) as other:
        other.start([Valkey.name])
        assert f":{taken}/" not in other.settings["REDIS_URL"]
