"""Pictures, files and documents as tests want them."""

import io
from datetime import UTC, date, datetime
from itertools import count
from typing import Any

import httpx
from django.utils.timezone import now
from PIL import Image

from apps.accounts.models import User
from apps.documents import services
from apps.documents.models import File, Issue
from apps.documents.store import Address
from apps.outbox.services import drain

AT = datetime(2026, 12, 1, 8, 0, tzinfo=UTC)
_turn = count()


def picture(
    size: tuple[int, int] = (420, 560), kind: str = "JPEG", mode: str = "RGB", colour: Any = 120, **options: Any
) -> bytes:
    """A plain picture of one colour."""
    colour = colour if isinstance(colour, tuple) or mode in {"L", "1", "P", "I;16"} else (colour,) * len(mode)
    out = io.BytesIO()
    Image.new(mode, size, colour).save(out, kind, **options)
    return out.getvalue()


def ask(method: str, url: str, **options: Any) -> httpx.Response:
    """Plain HTTP to the embedded store; reading the machine's certificates would take longer than the request."""
    with httpx.Client(trust_env=False, verify=False) as client:
        return client.request(method, url, **options)


def put(address: Address, content: bytes, **headers: str) -> httpx.Response:
    """As a phone does: the address and the headers it was given, and nothing else."""
    return ask("PUT", address.url, content=content, headers=address.headers | headers)


def expected(owner: User, content: bytes, *, kind: str = "photo", **facts: Any) -> tuple[File, Address]:
    return services.expect(
        owner=owner, **{"kind": kind, "content_type": "image/jpeg", "size": len(content), "at": now()} | facts
    )


def received(owner: User, content: bytes, **facts: Any) -> File:
    file, address = expected(owner, content, **facts)
    assert put(address, content).status_code == 200
    return services.complete(file=file, at=now())


def cleaned(owner: User, content: bytes | None = None, **facts: Any) -> File:
    file = received(owner, content or picture(), **facts)
    drain(queue="files")
    file.refresh_from_db()
    return file


def reserved(owner: User, **facts: Any) -> Issue:
    turn = next(_turn)
    return services.reserve(
        **{
            "kind": "travel_document",
            "subject": f"case:{turn}",
            "holder": f"person-{turn}",
            "owner": owner,
            "issued_on": date(2026, 12, 1),
            "expires_on": date(2026, 12, 31),
        }
        | facts
    )


def issued(owner: User, pdf: bytes = b"%PDF-1.7 a document", seal: bytes = b"\xdc\x03", **facts: Any) -> Issue:
    issue = reserved(owner, **facts)
    sha256 = services.store_paper(issue=issue, pdf=pdf)
    return services.mark_issued(issue=issue, sha256=sha256, seal=seal, at=AT)
