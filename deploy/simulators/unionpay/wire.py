"""Messages on the wire: forms in, ``k=v&k=v`` out, and the text that both sides sign."""

import hashlib
from collections.abc import Mapping
from urllib.parse import parse_qsl, urlencode

FORM = "application/x-www-form-urlencoded"


def read(content_type: str, body: bytes) -> dict[str, str]:
    """The fields of a form in UTF-8. Raises ``ValueError`` for anything else, repeated names included."""
    if content_type.partition(";")[0].strip().lower() != FORM:
        raise ValueError("not a form")
    pairs = parse_qsl(body.decode("ascii"), keep_blank_values=True, strict_parsing=True, errors="strict")
    fields = dict(pairs)
    if len(fields) != len(pairs):
        raise ValueError("a name appears twice")
    return fields


def signed_text(fields: Mapping[str, str]) -> bytes:
    """What RSA-SHA256 signs: the SHA-256, in lower-case hex, of every field that says something, sorted by name."""
    said = {name: value for name, value in fields.items() if value and name != "signature"}
    return hashlib.sha256(plain(said)).hexdigest().encode()


def plain(fields: Mapping[str, str]) -> bytes:
    """``a=1&b=2`` in the order of the names, nothing encoded."""
    return "&".join(f"{name}={fields[name]}" for name in sorted(fields)).encode()


def form(fields: Mapping[str, str]) -> bytes:
    """As a notice carries it: url-encoded."""
    return urlencode(dict(fields)).encode()
