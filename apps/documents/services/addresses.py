"""Addresses that work for one reader and a short while. The token says for whom; the reader must show who they are."""

from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from typing import Any
from uuid import UUID

from django.conf import settings
from django.core.signing import BadSignature, Signer
from django.utils.crypto import salted_hmac

from apps.documents.store import Address
from apps.kernel.errors import Unknown
from apps.kernel.workflow import Actor, By

UPLOAD_FOR = timedelta(minutes=15)
READ_FOR = timedelta(seconds=60)
LONGEST = 1000


@dataclass(frozen=True, slots=True)
class Bearing:
    """What a token leads to: ``what`` is ``upload``, ``file`` or ``document``."""

    what: str
    pk: UUID


def to_upload(*, file: UUID, actor: Actor, at: datetime, headers: dict[str, str]) -> Address:
    """Any device of the account that asked may use it."""
    token = _token("upload", file, _reader(actor, ""), at + UPLOAD_FOR)
    return Address(f"{settings.PUBLIC_URL}/api/v1/uploads/{token}", headers, at + UPLOAD_FOR)


def to_read(*, what: str, pk: UUID, actor: Actor, session: str, at: datetime) -> Address:
    """Only this session may use it: a phone shows its token again, a desk its cookie (security A7).

    At the desk it is a path, so that it works on whatever host the desk has.
    """
    token = _token(what, pk, _reader(actor, session), at + READ_FOR)
    path = f"/admin/content/{token}" if actor.by == By.OFFICER else f"{settings.PUBLIC_URL}/api/v1/readings/{token}"
    return Address(path, {}, at + READ_FOR)


def follow(*, token: str, actor: Actor, session: str, at: datetime) -> Bearing:
    """Where it leads. Raises ``Unknown`` when it is not ours, somebody else's, or too old, without saying which."""
    found = _unsigned(token)
    if found["r"] != _reader(actor, session) or datetime.fromtimestamp(found["x"], UTC) < at:
        raise Unknown
    return Bearing(found["w"], UUID(found["i"]))


def _unsigned(token: str) -> dict[str, Any]:
    if len(token) > LONGEST:
        raise Unknown
    try:
        found: dict[str, Any] = _signer().unsign_object(token)
    except BadSignature:
        raise Unknown from None
    return found


def _token(what: str, pk: UUID, reader: str, until: datetime) -> str:
    return str(_signer().sign_object({"w": what, "i": str(pk), "r": reader, "x": until.timestamp()}))


def _reader(actor: Actor, session: str) -> str:
    """Who it is for, unreadable: an address ends up in logs."""
    return salted_hmac("documents.reader", f"{actor.by}:{actor.user.pk}:{session}", algorithm="sha256").hexdigest()


def _signer() -> Signer:
    return Signer(salt="documents.address")
