"""Signature version 3 of Alibaba Cloud: ACS3-HMAC-SHA256 over the canonical request ("V3 request structure")."""

import hashlib
import hmac
from collections.abc import Mapping
from datetime import UTC, datetime
from urllib.parse import quote

ALGORITHM = "ACS3-HMAC-SHA256"
EMPTY_BODY = hashlib.sha256(b"").hexdigest()


def query_string(values: Mapping[str, str]) -> str:
    """Sorted and percent-encoded by RFC 3986, as it is signed and as it is sent."""
    return "&".join(f"{_encode(name)}={_encode(values[name])}" for name in sorted(values))


def signed_headers(
    *, key: str, secret: str, host: str, action: str, version: str, query: str, nonce: str, at: datetime
) -> dict[str, str]:
    """The headers of one POST to ``/`` without a body. ``nonce`` is used once; ``at`` is not over 15 minutes off."""
    headers = {
        "host": host,
        "x-acs-action": action,
        "x-acs-content-sha256": EMPTY_BODY,
        "x-acs-date": at.astimezone(UTC).strftime("%Y-%m-%dT%H:%M:%SZ"),
        "x-acs-signature-nonce": nonce,
        "x-acs-version": version,
    }
    names = ";".join(sorted(headers))
    lines = "".join(f"{name}:{headers[name].strip()}\n" for name in sorted(headers))
    request = f"POST\n/\n{query}\n{lines}\n{names}\n{EMPTY_BODY}"
    digest = hashlib.sha256(request.encode()).hexdigest()
    mark = hmac.new(secret.encode(), f"{ALGORITHM}\n{digest}".encode(), hashlib.sha256).hexdigest()
    return {**headers, "authorization": f"{ALGORITHM} Credential={key},SignedHeaders={names},Signature={mark}"}


def _encode(text: str) -> str:
    return quote(text, safe="~")
