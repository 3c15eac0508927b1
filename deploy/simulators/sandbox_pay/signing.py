"""HMAC-SHA256 (RFC 2104) over a time and what was sent at it."""

import hashlib
import hmac
import time
from email.message import Message

STAMP, SIGNATURE = "Sandbox-Timestamp", "Sandbox-Signature"
TOLERANCE_SECONDS = 300


class Signer:
    def __init__(self, secret: str) -> None:
        self._secret = secret.encode()

    def headers(self, body: bytes) -> dict[str, str]:
        """For an answer or a notice with this body, sent now."""
        stamp = str(int(time.time()))
        return {STAMP: stamp, SIGNATURE: self._sign(f"{stamp}.".encode() + body)}

    def is_genuine(self, headers: "Message[str, str]", method: str, path: str, body: bytes) -> bool:
        """Whether a request was signed with our secret, and not long ago."""
        stamp = str(headers.get(STAMP, ""))
        expected = self._sign(f"{stamp}.{method} {path}.".encode(errors="replace") + body)
        given = str(headers.get(SIGNATURE, "")).encode(errors="replace")
        if not hmac.compare_digest(expected.encode(), given) or not (stamp.isascii() and stamp.isdigit()):
            return False
        return abs(int(time.time()) - int(stamp)) <= TOLERANCE_SECONDS

    def _sign(self, message: bytes) -> str:
        return hmac.new(self._secret, message, hashlib.sha256).hexdigest()
