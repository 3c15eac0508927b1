"""The real nginx with our configuration, in front of the real gunicorn with ours, on this machine."""

import os
import shutil
import socket
import ssl
import subprocess
import sys
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from dataclasses import dataclass
from pathlib import Path
from string import Template

import trustme

from deploy.local.services import answers, free_port
from tests.processes import ROOT, wait_until

NGINX = shutil.which("nginx") or (shutil.which("nginx", path="/usr/sbin:/usr/local/sbin"))
TOKEN = "sandbox-metrics-of-a-test"
PUBLIC, STAFF = "consulate.example", "staff.consulate.example"


@dataclass(frozen=True, slots=True)
class Door:
    """Where nginx and gunicorn listen, whom to trust, and what gunicorn says."""

    port: int
    back: int
    trust: ssl.SSLContext
    log: Path

    def connect(self, *, source: str = "127.0.0.1", host: str = PUBLIC, timeout: float = 10) -> ssl.SSLSocket:
        """``source``: every address of 127/8 is ours, so there can be strangers."""
        line = socket.create_connection(("127.0.0.1", self.port), timeout, (source, 0))
        return self.trust.wrap_socket(line, server_hostname=host)

    def ask(self, head: str, *, source: str = "127.0.0.1", host: str = PUBLIC, body: bytes = b"") -> tuple[int, str]:
        """One request on a line of its own; the status (0 when none came) and all that was said."""
        with self.connect(source=source, host=host) as line:
            return exchange(line, f"{head}\r\nHost: {host}\r\nConnection: close\r\n\r\n".encode() + body)

    def product_said(self) -> str:
        return self.log.read_text(errors="replace")


def exchange(line: ssl.SSLSocket, request: bytes) -> tuple[int, str]:
    """Send it as far as the other side listens, and read to the end."""
    with suppress(BrokenPipeError, ConnectionResetError):
        line.sendall(request)
    return answer(line)


def answer(line: ssl.SSLSocket) -> tuple[int, str]:
    said = b""
    with suppress(ConnectionResetError, ssl.SSLEOFError, TimeoutError):
        while part := line.recv(65536):
            said += part
    words = said.split(b" ", 2)
    return (int(words[1]) if len(words) > 1 else 0), said.decode(errors="replace")


@contextmanager
def opened(folder: Path) -> Iterator[Door]:
    """Both servers, until the block ends."""
    back, front = free_port(), free_port()
    authority = trustme.CA()
    _write_certificate(folder, authority)
    _write_configuration(folder, front=front, back=back)
    log = folder / "gunicorn.log"
    trust = ssl.create_default_context()
    authority.configure_trust(trust)
    rules = "daemon off;" + (" user root;" if os.getuid() == 0 else "")
    nginx = [str(NGINX), "-p", str(folder), "-c", str(folder / "nginx.conf"), "-g", rules]
    config = str(ROOT / "deploy/docker/gunicorn.conf.py")
    gunicorn = [sys.executable, "-m", "gunicorn", "consular.wsgi", "-c", config, "-b", f"127.0.0.1:{back}"]
    hosts = {"ALLOWED_HOSTS": "127.0.0.1,localhost", "WEB_CONCURRENCY": "2"}
    hosts |= {"PROMETHEUS_MULTIPROC_DIR": str(folder / "counters"), "METRICS_TOKEN": TOKEN}
    with (
        _running(gunicorn, log, {**os.environ, **hosts}),
        _running(nginx, folder / "nginx.log", {"PATH": os.environ["PATH"]}),
    ):
        wait_until(lambda: answers(back) is None, why=log.read_text)
        wait_until(lambda: answers(front) is None, why=(folder / "nginx.log").read_text)
        yield Door(front, back, trust, log)


def _write_certificate(folder: Path, authority: trustme.CA) -> None:
    (folder / "tls").mkdir()
    certificate = authority.issue_cert(PUBLIC, STAFF, "unknown.example")
    certificate.private_key_pem.write_to_path(folder / "tls/tls.key")
    certificate.private_key_and_cert_chain_pem.write_to_path(folder / "tls/tls.crt")


def _write_configuration(folder: Path, *, front: int, back: int) -> None:
    """Ours, word for word, but for the places of files. The product answers to 127.0.0.1 only, in the sandbox."""
    ours = ROOT / "deploy/nginx"
    shutil.copytree(ours / "snippets", folder / "snippets")
    (folder / "conf.d").mkdir()
    facts = {"PUBLIC_HOST": PUBLIC, "STAFF_HOST": STAFF, "LISTEN": f"127.0.0.1:{front} ssl", "TRANSPORT": "tls"}
    facts |= dict.fromkeys(("API_SERVERS", "STAFF_SERVERS"), f"127.0.0.1:{back}")
    filled = _fill((ours / "templates/consular.conf.template").read_text(), facts)
    (folder / "conf.d/consular.conf").write_text(filled)
    shutil.copy(ours / "nginx.conf", folder / "nginx.conf")
    for file in [folder / "nginx.conf", *folder.glob("conf.d/*"), *folder.glob("snippets/*")]:
        text = file.read_text().replace("/etc/nginx/mime.types", "\0").replace("/etc/nginx", str(folder))
        text = text.replace("/tmp/nginx", str(folder / "nginx")).replace("/dev/stdout", str(folder / "access.log"))
        text = text.replace("Host $host", "Host 127.0.0.1").replace("\0", "/etc/nginx/mime.types")
        file.write_text(text)


def _fill(template: str, facts: dict[str, str]) -> str:
    """As nginx's own image does: only these names, for nginx has variables too."""

    class Ours(Template):
        pattern = r"\$\{(?:(?P<braced>[A-Z_]+)|(?P<named>\b\B)|(?P<escaped>\b\B)|(?P<invalid>\b\B))\}"

    return Ours(template).substitute(facts)


@contextmanager
def _running(argv: list[str], log: Path, environ: dict[str, str]) -> Iterator[None]:
    with log.open("wb") as output:
        process = subprocess.Popen(argv, env=environ, cwd=ROOT, stdout=output, stderr=subprocess.STDOUT)
    try:
        yield
    finally:
        process.terminate()
        try:
            process.wait(20)
        except subprocess.TimeoutExpired:
            process.kill()
            process.wait(10)
