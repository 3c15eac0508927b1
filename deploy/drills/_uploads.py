"""Too much, and more than a picture: U1, U2, U5 against the server as it runs."""

import io
import json
import select
import shutil
import socket
import subprocess
import tempfile
import time
import zipfile
from collections.abc import Iterator
from pathlib import Path
from typing import NamedTuple

import pikepdf
from PIL import Image

from deploy.drills import _people as people
from deploy.drills._site import Found, Site
from deploy.local.services import HOST

GIB, MIB = 1024**3, 1024**2
PROMPTLY = 1.0
ZEROS = bytes(65536)
CHUNK = b"10000\r\n" + ZEROS + b"\r\n"
PART = b'--x\r\nContent-Disposition: form-data; name="p"; filename="p"\r\n\r\nx\r\n'
EXIFTOOL = shutil.which("exiftool")
MARK = b"PAYLOAD-8c1f"
HARMLESS = ("clean", "rejected")


class Heard(NamedTuple):
    status: int
    seconds: float
    sent: int


def too_much(site: Site) -> Found:
    """U1: refused within a second, a megabyte at most let in; directly and through the door."""
    caller = people.newcomer(site.http)
    announced = caller.made("POST", "/api/v1/files", **_announcement(caller, 2000))["upload"]["url"]
    path = announced[announced.index("/api/") :]
    heard = {}
    for where, port in (("gunicorn", site.api_port), ("nginx", site.door)):
        for what, (method, address, body, headers) in _floods(path, caller.token) if port else ():
            heard[f"{what}, {where}"] = flood(port, method, address, body, headers)
    bad = {what: one for what, one in heard.items() if not _is_refusal(one)}
    slowest, most = max(one.seconds for one in heard.values()), max(one.sent for one in heard.values())
    told = f"{len(heard)} floods refused; slowest {slowest:.2f} s, most let in {most // 1024} KiB"
    return Found("U1", not bad, told if not bad else f"{told}; BAD: {bad}")


def _is_refusal(heard: Heard) -> bool:
    return heard.status in {401, 411, 413, 415} and heard.seconds <= PROMPTLY and heard.sent <= MIB


def _floods(path: str, token: str) -> Iterator[tuple[str, tuple[str, str, bytes, dict[str, str]]]]:
    form = {"Content-Type": "multipart/form-data; boundary=x"}
    jpeg, long = {"Content-Type": "image/jpeg"}, {"Content-Length": str(GIB)}
    chunked, hers = {"Transfer-Encoding": "chunked"}, {"Authorization": f"Bearer {token}"}
    part = f"{len(PART * 500):x}\r\n".encode() + PART * 500 + b"\r\n"
    for who, more in (("anonymous", {}), ("signed in", hers)):
        yield f"1 GiB, {who}", ("PUT", path, ZEROS, jpeg | long | more)
        yield f"1 GiB form, {who}", ("POST", "/api/v1/files", ZEROS, form | long | more)
        yield f"no length, {who}", ("PUT", path, CHUNK, jpeg | chunked | more)
        yield f"10,000 parts, {who}", ("POST", "/api/v1/files", PART * 10_000, form | long | more)
        yield f"10,000 parts of no length, {who}", ("POST", "/api/v1/files", part, form | chunked | more)


def flood(port: int, method: str, path: str, body: bytes, headers: dict[str, str]) -> Heard:
    """Headers, then as much of an endless body as is taken before the answer comes."""
    lines = [f"{method} {path} HTTP/1.1", f"Host: {HOST}", *(f"{name}: {value}" for name, value in headers.items())]
    since, sent = time.monotonic(), 0
    with socket.create_connection((HOST, port), timeout=20) as line:
        line.setsockopt(socket.SOL_SOCKET, socket.SO_SNDBUF, 65536)
        line.sendall(("\r\n".join(lines) + "\r\n\r\n").encode())
        line.settimeout(0)
        while not select.select([line], [], [], 0)[0] and sent < 64 * MIB:
            select.select([line], [line], [], 20)
            try:
                sent += line.send(body)
            except BlockingIOError:
                continue
            except OSError:
                break
        line.settimeout(20)
        said = line.recv(4096)
    return Heard(int(said.split()[1]) if said else 0, time.monotonic() - since, sent)


def polyglots(site: Site) -> Found:
    """U2: refused, or made anew without a byte of the payload."""
    caller = people.newcomer(site.http)
    sent = {
        what: (people.upload(caller, body, kind=kind, content_type=of), of) for what, kind, of, body in _disguised()
    }
    fates = {what: _fate(caller, file) for what, (file, _of) in sent.items()}
    bad = [what for what, (status, body) in fates.items() if status not in HARMLESS or MARK in body or b"/JS" in body]
    told = ", ".join(f"{what}: {status}" for what, (status, _body) in fates.items())
    return Found("U2", not bad, told + (f"; BAD: {bad}" if bad else ""))


def metadata(site: Site) -> Found:
    """U5: nothing of where and with what it was taken, neither stored nor served."""
    caller = people.newcomer(site.http)
    status, body = _fate(caller, people.upload(caller, _photographed()))
    if EXIFTOOL is None:
        clean = MARK not in body and b"Exif" not in body
        return Found(
            "U5", status == "clean" and clean, "exiftool is not installed (Debian package exiftool): bytes only"
        )
    tags = _tags(body)
    bad = [tag for tag in tags if tag.split(":")[0] in {"EXIF", "XMP", "IPTC", "GPS", "ICC_Profile", "Photoshop"}]
    bad += [tag for tag in tags if tag.endswith((":Comment", ":ThumbnailImage"))]
    return Found("U5", status == "clean" and not bad and MARK not in body, f"{status}; {len(tags)} tags, bad: {bad}")


def _tags(body: bytes) -> list[str]:
    with tempfile.NamedTemporaryFile(suffix=".jpg") as file:
        Path(file.name).write_bytes(body)
        ran = subprocess.run([str(EXIFTOOL), "-json", "-G", "-a", file.name], capture_output=True, check=True)
    return sorted(json.loads(ran.stdout)[0])


def _fate(caller: people.Caller, file: str) -> tuple[str, bytes]:
    """What the worker made of it, and the bytes that are served."""
    until = time.monotonic() + people.PATIENCE
    while (status := caller.made("GET", f"/api/v1/files/{file}")["status"]) not in HARMLESS:
        if time.monotonic() > until:
            return status, b""
        time.sleep(0.2)
    if status != "clean":
        return status, b""
    address = caller.made("GET", f"/api/v1/files/{file}/content")["url"]
    return status, caller.send("GET", address).raise_for_status().content


def _announcement(caller: people.Caller, size: int) -> dict[str, object]:
    return {"citizen": caller.ids["citizens"], "kind": "photo", "content_type": "image/jpeg", "size": size}


def _disguised() -> Iterator[tuple[str, str, str, bytes]]:
    """Name, kind of paper, declared type, bytes."""
    picture, archive = people.portrait(), io.BytesIO()
    with zipfile.ZipFile(archive, "w") as packed:
        packed.writestr("x.html", MARK)
    comment = b"\xff\xfe" + (len(MARK) + 24).to_bytes(2, "big") + b"<?php system('" + MARK + b"') ?>12"
    yield "JPEG+ZIP", "photo", "image/jpeg", picture + archive.getvalue()
    yield "JPEG+HTML", "photo", "image/jpeg", picture + b"<script>" + MARK + b"</script>"
    yield "JPEG+PHP comment", "photo", "image/jpeg", picture[:2] + comment + picture[2:]
    yield "PDF in JPEG", "photo", "image/jpeg", picture + b"%PDF-1.4 " + MARK
    yield "GIF/JS", "photo", "image/jpeg", b"GIF89a/*" + MARK + b"*/=alert(1)"
    yield "SVG", "photo", "image/png", b"<svg xmlns='http://www.w3.org/2000/svg'><script>" + MARK + b"</script></svg>"
    yield "ZIP as PDF", "paper", "application/pdf", b"%PDF-1.7\n" + archive.getvalue()
    yield "PDF+JS", "paper", "application/pdf", _scripted_pdf()


def _scripted_pdf() -> bytes:
    out = io.BytesIO()
    with pikepdf.new() as pdf:
        pdf.add_blank_page(page_size=(200, 300))
        script = pikepdf.Dictionary(S=pikepdf.Name.JavaScript, JS=pikepdf.String(MARK.decode()))
        pdf.Root.OpenAction = script
        pdf.save(out)
    return out.getvalue() + MARK


def _photographed() -> bytes:
    """A portrait with a place, a maker, a comment, a profile's name and a thumbnail's worth of text."""
    facts = Image.Exif()
    facts[0x010F], facts[0x9286] = MARK.decode(), MARK.decode()
    facts.get_ifd(0x8825).update({1: "N", 2: (48.0, 51.0, 29.0), 3: "E", 4: (2.0, 17.0, 40.0)})
    out = io.BytesIO()
    xmp = b"<x:xmpmeta xmlns:x='adobe:ns:meta/'>" + MARK + b"</x:xmpmeta>"
    with Image.open(io.BytesIO(people.portrait())) as picture:
        picture.save(out, "JPEG", exif=facts, comment=MARK, xmp=xmp, icc_profile=b"\0" * 128 + MARK)
    return out.getvalue()
