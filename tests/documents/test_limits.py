"""Too much is refused before it is read, by the server as it runs (security U1★, U9)."""

import json
import os
import select
import socket
import subprocess
import sys
import time
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from tempfile import TemporaryDirectory

import pytest
from django.test import Client
from django.utils.timezone import now

from apps.documents import services
from apps.documents.models import File
from apps.documents.services import blobs
from apps.documents.store import store
from apps.kernel.errors import Invalid
from tests.accounts.factories import Phone, make_device, make_user
from tests.documents.factories import expected, picture
from tests.processes import ROOT, database_url, wait_until

GIB = 1024**3
MOST_SENT = 1024 * 1024
PROMPTLY = 1.0


@dataclass
class Heard:
    """What came back, after how long, and how much the server let in."""

    status: int
    code: str
    seconds: float
    sent: int


@contextmanager
def web():
    """gunicorn as ``deploy`` starts it. Answers its port."""
    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        port = free.getsockname()[1]
    shape = ["--worker-class", "gthread", "--workers", "1", "--threads", "4", "--no-control-socket"]
    with TemporaryDirectory() as folder, (Path(folder) / "log").open("wb") as log:
        process = subprocess.Popen(
            [sys.executable, "-m", "gunicorn", "consular.wsgi", *shape, "--bind", f"127.0.0.1:{port}"],
            env={**os.environ, "DATABASE_URL": database_url()},
            cwd=ROOT,
            stdout=log,
            stderr=subprocess.STDOUT,
        )
        try:
            wait_until(lambda: is_up(port), why=(Path(folder) / "log").read_text)
            yield port
        finally:
            process.terminate()
            process.wait(30)


def is_up(port):
    try:
        return request(port, "GET", "/livez").status == 200
    except OSError:
        return False


def request(port, method, path, *, body=None, **headers):
    """Headers, then as much of an endless body as the server takes before it answers. Keeps the connection alive."""
    lines = [
        f"{method} {path} HTTP/1.1",
        "Host: 127.0.0.1",
        *(f"{n.replace('_', '-')}: {v}" for n, v in headers.items()),
    ]
    since = time.monotonic()
    with socket.create_connection(("127.0.0.1", port), timeout=20) as server:
        server.setsockopt(socket.SOL_SOCKET, socket.SO_SNDBUF, 65536)
        server.sendall(("\r\n".join(lines) + "\r\n\r\n").encode())
        sent = 0
        server.setblocking(False)
        while body and not select.select([server], [], [], 0)[0] and sent <= 16 * MOST_SENT:
            select.select([server], [server], [], 20)
            try:
                sent += server.send(body)
            except BlockingIOError:
                continue
            except OSError:
                break
        server.settimeout(20)
        answer = everything(server)
    head, _, said = answer.partition(b"\r\n\r\n")
    code = json.loads(said)["code"] if b"problem+json" in head else ""
    return Heard(int(head.split()[1]), code, time.monotonic() - since, sent)


def everything(server):
    """Until it has said all of its Content-Length, or is gone."""
    answer = b""
    while True:
        head, end, said = answer.partition(b"\r\n\r\n")
        length = [
            int(line.split(b":")[1]) for line in head.lower().split(b"\r\n") if line.startswith(b"content-length:")
        ]
        if end and (not length or len(said) >= length[0]):
            return answer
        part = server.recv(65536)
        if not part:
            return answer
        answer += part


ZEROS = bytes(65536)
CHUNK = b"10000\r\n" + ZEROS + b"\r\n"
FORM = "multipart/form-data; boundary=x"


@pytest.mark.django_db(transaction=True)
def test_a_gigabyte_is_refused_at_once_and_unread():
    owner = make_user()
    token = {"Authorization": f"Bearer {make_device(owner)[1]}"}
    file, address = expected(owner, picture())
    upload = address.url[address.url.index("/api/") :]
    jpeg = {"Content_Type": "image/jpeg"}
    with web() as port:
        request(port, "GET", "/api/v1/files", **token)  # the first answer costs imports
        wanted = {
            "anonymous": (request(port, "PUT", upload, body=ZEROS, Content_Length=GIB, **jpeg), 413),
            "hers": (request(port, "PUT", upload, body=ZEROS, Content_Length=GIB, **jpeg, **token), 413),
            "anonymous, of a size we take": (
                request(port, "PUT", upload, body=ZEROS, Content_Length=8_000_000, **jpeg),
                401,
            ),
            "hers, but not announced": (
                request(port, "PUT", upload, body=ZEROS, Content_Length=8_000_000, **jpeg, **token),
                413,
            ),
            "of no length": (
                request(port, "PUT", upload, body=CHUNK, Transfer_Encoding="chunked", **jpeg, **token),
                411,
            ),
            "anonymous, of no length": (
                request(port, "POST", "/api/v1/files", body=CHUNK, Transfer_Encoding="chunked"),
                411,
            ),
            "a form": (
                request(port, "POST", "/api/v1/files", body=ZEROS, Content_Length=GIB, Content_Type=FORM, **token),
                413,
            ),
            "a form at the desk": (
                request(port, "POST", "/admin/login/", body=ZEROS, Content_Length=GIB, Content_Type=FORM),
                413,
            ),
        }
        assert request(port, "GET", "/livez").status == 200
    for name, (heard, status) in wanted.items():
        assert heard.status == status, (name, heard)
        assert heard.sent <= MOST_SENT, (name, heard)
        assert heard.seconds <= PROMPTLY, (name, heard)
    assert not store().size(file.raw_key)


@pytest.mark.django_db(transaction=True)
def test_what_was_announced_goes_through_the_running_server():
    owner = make_user()
    file, address = expected(owner, b"", kind="paper", size=12 * 1024 * 1024)
    with web() as port:
        upload = address.url[address.url.index("/api/") :]
        headers = {
            "Content_Type": "image/jpeg",
            "Content_Length": file.size,
            "Authorization": f"Bearer {make_device(owner)[1]}",
        }
        with socket.create_connection(("127.0.0.1", port), timeout=30) as server:
            lines = [
                f"PUT {upload} HTTP/1.1",
                "Host: 127.0.0.1",
                *(f"{n.replace('_', '-')}: {v}" for n, v in headers.items()),
            ]
            server.sendall(("\r\n".join(lines) + "\r\n\r\n").encode() + bytes(file.size))
            assert everything(server).startswith(b"HTTP/1.1 204")
    assert blobs.size(file.raw_key) == file.size


def many(count, part):
    return b"".join(b"--x\r\n" + part % number + b"\r\n\r\nv\r\n" for number in range(count)) + b"--x--\r\n"


@pytest.mark.django_db
@pytest.mark.parametrize(
    "part",
    [b'Content-Disposition: form-data; name="n%d"', b'Content-Disposition: form-data; name="n%d"; filename="f"'],
    ids=["fields", "files"],
)
def test_ten_thousand_parts_are_refused(part):
    content = many(10_000, part)
    assert len(content) < MOST_SENT
    phone = Phone(make_user())
    assert phone.generic("POST", "files", content, content_type=FORM).status_code == 415
    assert Phone().generic("POST", "files", content, content_type=FORM).status_code == 401
    desk = Client(enforce_csrf_checks=True)
    assert desk.generic("POST", "/admin/login/", content, content_type=FORM).status_code in {400, 403}


@pytest.mark.django_db
def test_uploads_that_broke_off_leave_no_byte():
    owner = make_user()
    files = [
        File(owner=owner, citizen=expected(owner, b"x")[0].citizen, kind="photo", content_type="image/jpeg", size=10)
        for _ in range(50)
    ]
    File.objects.bulk_create(files)
    for file in files[:10]:
        with pytest.raises(Invalid):
            services.receive(file=file, read=lambda size: b"")
    services.purge(at=now())
    assert [key for file in files for key in store().keys(file.raw_key)] == []
