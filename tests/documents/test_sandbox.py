"""A stranger's file is opened by a process that can do nothing else, and is not believed (security U3, U4)."""

import json
import os
import subprocess
import sys
import textwrap

import pytest

from apps.documents import cleaner, sandbox
from apps.documents.cleaned import READY, Unusable
from apps.documents.cleaning import clean
from apps.documents.services import blobs
from apps.outbox.models import Delivery
from apps.outbox.services import drain
from tests.accounts.factories import make_user
from tests.documents.factories import picture, received
from tests.documents.test_cleaning import png_that_claims
from tests.documents.test_papers import armed


@pytest.fixture
def instead(monkeypatch, tmp_path):
    """Another program in place of the cleaner, shut in like it."""

    def put(body):
        program = tmp_path / "other.py"
        start = "import os, socket, sys, time\nfrom apps.documents import cleaner\ncleaner._shut_in()\nos.write(1, b'ready\\n')\n"
        program.write_text(f"import sys; sys.path.insert(0, {str(sandbox.ROOT)!r})\n{start}{textwrap.dedent(body)}")
        run = sandbox._run
        monkeypatch.setattr(
            sandbox, "_run", lambda command, given, result: run([sys.executable, str(program)], given, result)
        )

    return put


def refused(content=b"x", kind="paper"):
    with pytest.raises(Unusable) as reason:
        sandbox.clean(content, kind=kind)
    return reason.value.code


@pytest.mark.parametrize("make", [picture, armed])
def test_it_answers_what_the_function_answers(make):
    assert sandbox.clean(make(), kind="paper") == clean(make(), kind="paper")
    assert refused(b"GIF89a") == "not_a_picture"


def test_what_is_said_of_a_photo_comes_through():
    assert sandbox.clean(picture((300, 400)), kind="photo") == clean(picture((300, 400)), kind="photo")


@pytest.mark.parametrize(
    "body",
    [
        "open('/etc/passwd')",
        "open('/proc/%d/environ' % os.getppid())",
        "socket.socket()",
        "os.dup(0)",
        "os.pipe()",
        "bytearray(2 * 1024 ** 3)",
        "import resource; resource.setrlimit(resource.RLIMIT_NOFILE, (9, 9))" if os.getuid() else "open('/etc/passwd')",
    ],
)
def test_it_can_open_nothing_and_take_no_more(instead, body):
    instead(f"""
        try:
            {body}
        except (OSError, MemoryError, ValueError):
            os.write(1, b'{{"reason": "not_a_picture"}}')
        else:
            os.write(1, b'{{"reason": "infected"}}')
    """)
    assert refused() == "not_a_picture"


@pytest.mark.parametrize(
    "body",
    [
        "os.kill(os.getpid(), 11)",
        "os._exit(3)",
        "os.write(1, b'\\x00' * 100)",
        "os.write(1, b'{}')",
        "os.write(1, b'[]')",
        'os.write(1, b\'{"reason": ["x"]}\')',
        'os.write(1, b\'{"type": "text/html"}\\n<script>\')',
        'os.write(1, b\'{"type": "image/jpeg"}\\n<script>\')',
        'os.write(1, b\'{"type": "image/jpeg", "size": "xy"}\\n\\xff\\xd8\\xff\')',
        'os.write(1, b\'{"type": "image/jpeg", "remarks": [7]}\\n\\xff\\xd8\\xff\')',
        "while True: os.write(1, b' ' * 1048576)",
    ],
)
def test_what_it_makes_up_is_not_believed(instead, body):
    instead(body)
    assert refused() == "unreadable"


def test_what_takes_too_long_is_ended(instead, monkeypatch):
    monkeypatch.setattr(sandbox, "PATIENCE", 2.0)
    instead("time.sleep(60)")
    assert refused() == "took_too_long"


def test_a_cleaner_that_does_not_start_is_no_fault_of_the_files(monkeypatch, instead):
    monkeypatch.setattr(sandbox, "_run", lambda command, given, result: True)
    with pytest.raises(sandbox.CleanerFailed):
        sandbox.clean(picture(), kind="photo")


LAUNCH = """
import os, subprocess, sys
process = subprocess.Popen([sys.executable, "-m", "apps.documents.cleaner", "paper"])
_, _, used = os.wait4(process.pid, 0)
print(used.ru_maxrss * 1024, used.ru_utime, file=sys.stderr)
"""


def test_a_bomb_costs_little_memory():
    """Started by a small process: what a large one has taken before is counted as its children's."""
    done = subprocess.run(
        [sys.executable, "-c", LAUNCH],
        input=png_that_claims(30_000, 30_000),
        capture_output=True,
        cwd=sandbox.ROOT,
        check=True,
    )
    memory, seconds = map(float, done.stderr.split())
    assert json.loads(done.stdout.removeprefix(READY)) == {"reason": "too_many_pixels"}
    assert memory < 150 * 1024 * 1024
    assert seconds < cleaner.SECONDS


@pytest.mark.django_db
def test_a_file_that_kills_its_process_is_rejected_and_the_worker_goes_on(instead):
    instead("os.kill(os.getpid(), 9)")
    owner = make_user()
    files = [received(owner, picture()) for _ in range(2)]
    drain(queue="files")
    for file in files:
        file.refresh_from_db()
        assert (file.status, file.reason) == ("rejected", "unreadable")
    assert not Delivery.objects.open().filter(queue="files").exists()


@pytest.mark.django_db
def test_what_was_changed_in_quarantine_is_rejected(monkeypatch):
    file = received(make_user(), picture())
    stored = b"".join(blobs.store().open(file.raw_key)[1])
    blobs.store().put(file.raw_key, stored[:-1] + bytes([stored[-1] ^ 1]), content_type="image/jpeg")
    drain(queue="files")
    file.refresh_from_db()
    assert (file.status, file.reason) == ("rejected", "unreadable")
