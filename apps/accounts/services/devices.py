"""Tokens: made once, kept as a hash, found by it."""

import hashlib
import secrets
from datetime import datetime

from apps.accounts.models import Device, User


def new_token() -> str:
    """256 random bits; the prefix lets scanners of leaked secrets know one of ours."""
    return f"cc_{secrets.token_urlsafe(32)}"


def sha256(token: str) -> str:
    """Plain SHA-256 is enough for a random token: there is nothing to guess."""
    return hashlib.sha256(token.encode()).hexdigest()


def add(*, user: User, token: str, name: str, language: str, channel: str, trusted_by: str, at: datetime) -> Device:
    """``channel`` is the kind of address it came in by; with ``trusted_by`` empty it is on probation."""
    return Device.objects.create(
        user=user,
        token_sha256=sha256(token),
        name=name,
        language=language,
        channel=channel,
        trusted_at=at if trusted_by else None,
        trusted_by=trusted_by,
        created_at=at,
        last_seen_at=at,
        expires_at=at + Device.STAYS,
    )


def find(token: str) -> Device | None:
    return Device.objects.live().select_related("user").filter(token_sha256=sha256(token)).first()


def seen(*, device: Device, at: datetime) -> None:
    """Keep a used device signed in; written now and then, not on every request."""
    if at - device.last_seen_at < Device.SEEN_EVERY:
        return
    device.last_seen_at, device.expires_at = at, at + Device.STAYS
    Device.objects.live().filter(pk=device.pk).update(last_seen_at=at, expires_at=device.expires_at)
