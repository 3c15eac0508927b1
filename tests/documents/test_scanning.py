"""Nothing is served that the virus scanner has not called clean (security U6), with clamd itself where it is installed."""

import io
import shutil
import socket
import subprocess
import threading
import zipfile
from contextlib import contextmanager
from pathlib import Path
from tempfile import mkdtemp

import pytest

from apps.documents import scanning
from apps.documents.models import File
from apps.outbox.models import Delivery
from apps.outbox.services import drain
from tests.accounts.factories import make_user
from tests.documents.factories import picture, received
from tests.processes import wait_until

EICAR = b"X5O!P%@AP[4\\PZX54(P^)7CC)7}$EICAR-STANDARD-ANTIVIRUS-TEST-FILE!$H+H*"


@pytest.fixture(scope="module")
def clamd():
    """The real one, with a signature of our own and nothing downloaded."""
    if not shutil.which("clamd"):
        pytest.skip("clamd is not installed (Debian: clamav-daemon)")
    folder = Path(mkdtemp(prefix="clamd", dir="/tmp"))  # a socket's path may not be long
    folder.chmod(0o755)
    (folder / "db").mkdir()
    (folder / "db" / "own.ndb").write_text(f"Eicar-Test:0:*:{EICAR[:44].hex()}\n")
    conf = {"DatabaseDirectory": folder / "db", "LocalSocket": folder / "s", "Foreground": "yes", "StreamMaxLength": "3M",
            "LogFile": folder / "log", "TemporaryDirectory": folder}  # fmt: skip
    (folder / "conf").write_text("".join(f"{name} {value}\n" for name, value in conf.items()))
    process = subprocess.Popen(
        ["clamd", "-c", str(folder / "conf")], stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL
    )
    try:
        wait_until((folder / "s").exists, why=lambda: (folder / "log").read_text() if (folder / "log").exists() else "")
        yield f"unix://{folder / 's'}"
    finally:
        process.kill()
        process.wait()
        shutil.rmtree(folder, ignore_errors=True)


def zipped(content):
    out = io.BytesIO()
    with zipfile.ZipFile(out, "w", zipfile.ZIP_DEFLATED) as archive:
        archive.writestr("inside", content)
    return out.getvalue()


@pytest.mark.parametrize("make", [lambda: EICAR, lambda: picture() + EICAR, lambda: zipped(zipped(EICAR))])
def test_clamd_finds_what_it_knows(clamd, make):
    assert "Eicar-Test" in scanning.found(make(), url=clamd)


def test_clamd_lets_a_picture_pass(clamd):
    assert scanning.found(picture(), url=clamd) == ""
    assert scanning.found(b"", url=clamd) == ""


def test_what_is_too_large_for_clamd_is_not_clean(clamd):
    with pytest.raises(scanning.NoScan):
        scanning.found(bytes(8 * 1024 * 1024), url=clamd)


@pytest.mark.django_db
def test_an_infected_file_is_rejected_by_name(clamd, settings):
    settings.CLAMAV_URL = clamd
    file, other = received(make_user(), picture() + EICAR), received(make_user(), picture())
    drain(queue="files")
    for found in (file, other):
        found.refresh_from_db()
    assert (file.status, file.reason, other.status) == ("rejected", "infected", "clean")


@contextmanager
def answering(*answers):
    """A scanner that says something else, over TCP."""
    with socket.create_server(("127.0.0.1", 0)) as server:

        def serve():
            for answer in answers:
                caller, _ = server.accept()
                with caller:
                    while not caller.recv(65536).endswith(b"\0\0\0\0"):
                        pass
                    caller.sendall(answer)

        threading.Thread(target=serve, daemon=True).start()
        yield f"tcp://127.0.0.1:{server.getsockname()[1]}"


@pytest.mark.parametrize(
    "answer",
    [b"", b"OK", b"stream: OK", b"INSTREAM size limit exceeded. ERROR\0", b"stream: x ERROR\0", b"stream: OK\0x\0"],
)
def test_anything_but_a_plain_yes_is_no(answer):
    with answering(answer) as url, pytest.raises(scanning.NoScan):
        scanning.found(b"x", url=url)


def test_it_speaks_over_tcp_too():
    with answering(b"stream: OK\0", b"stream: Win.Test FOUND\0") as url:
        assert [scanning.found(b"x", url=url) for _ in range(2)] == ["", "Win.Test"]


@pytest.mark.django_db
@pytest.mark.parametrize("url", ["unix:///nowhere/clamd", "tcp://127.0.0.1:1"])
def test_without_a_scanner_nothing_leaves_quarantine_and_it_is_tried_again(settings, url):
    settings.CLAMAV_URL = url
    file = received(make_user(), picture())
    drain(queue="files")
    assert File.objects.get(pk=file.pk).status == "received"
    owed = Delivery.objects.get(reaction="documents.clean_the_upload")
    assert owed.error == "NoScan: virus_scanner_unavailable"
    assert owed.due_at is not None
    settings.CLAMAV_URL = ""
    Delivery.objects.filter(pk=owed.pk).update(due_at=owed.created_at)
    drain(queue="files")
    assert File.objects.get(pk=file.pk).status == "clean"
