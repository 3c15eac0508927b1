"""Pictures, files and documents as tests want them."""

import io
from datetime import UTC, date, datetime
from itertools import count
from typing import Any
from urllib.parse import urlsplit

import httpx
from django.utils.timezone import now
from PIL import Image

from apps.accounts.models import Citizen, User
from apps.documents import services
from apps.documents.models import File, Issue
from apps.documents.store import Address
from apps.kernel.workflow import Actor, By
from apps.outbox.services import drain
from tests.accounts.factories import Phone, make_citizen

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


def citizen_of(owner: User) -> Citizen:
    """Themselves; made when there is nobody yet."""
    return Citizen.objects.of(owner).first() or make_citizen(owner)


def put(phone: Phone, address: Any, content: bytes, **headers: Any) -> Any:
    """As a phone does: to the address it was given, with the headers it was given and its own."""
    url, given = (address["url"], address["headers"]) if isinstance(address, dict) else (address.url, address.headers)
    sent = {"content_type": given["Content-Type"], **headers}
    return phone.generic("PUT", urlsplit(url).path.removeprefix("/api/v1/"), content, **sent)


def get(phone: Phone, url: str, **headers: Any) -> Any:
    """Follow an address; ``body`` is all that came."""
    answer = phone.generic("GET", urlsplit(url).path.removeprefix("/api/v1/"), **headers)
    answer.body = b"".join(answer.streaming_content) if answer.streaming else answer.content
    return answer


def actor(user: User) -> Actor:
    return Actor(By.APPLICANT, user)


def expected(owner: User, content: bytes, *, kind: str = "photo", **facts: Any) -> tuple[File, Address]:
    return services.expect(
        owner=owner,
        **{
            "citizen": facts.pop("citizen", None) or citizen_of(owner),
            "kind": kind,
            "content_type": "image/jpeg",
            "size": len(content),
            "at": now(),
        }
        | facts,
    )


def sent(file: File, content: bytes) -> None:
    """The bytes are in quarantine, without HTTP."""
    services.receive(file=file, read=io.BytesIO(content).read)


def received(owner: User, content: bytes, **facts: Any) -> File:
    file, _address = expected(owner, content, **facts)
    sent(file, content)
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
            "citizen": facts.pop("citizen", None) or citizen_of(owner),
            "issued_on": date(2026, 12, 1),
            "expires_on": date(2026, 12, 31),
        }
        | facts
    )


def issued(owner: User, pdf: bytes = b"%PDF-1.7 a document", seal: bytes = b"\xdc\x03", **facts: Any) -> Issue:
    issue = reserved(owner, **facts)
    sha256 = services.store_paper(issue=issue, pdf=pdf)
    return services.mark_issued(issue=issue, sha256=sha256, seal=seal, at=AT)
