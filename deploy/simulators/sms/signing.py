"""Whether a request bears a genuine signature, version 3 ("V3 request structure and signature")."""

import hashlib
import hmac
import re
import threading
import time
from calendar import timegm
from collections.abc import Mapping
from urllib.parse import quote

ALGORITHM = "ACS3-HMAC-SHA256"
AUTHORIZATION = re.compile(rf"{ALGORITHM} Credential=([^,]+),\s*SignedHeaders=([^,]+),\s*Signature=([0-9a-f]{{64}})")
TOLERANCE_SECONDS = 15 * 60
NEEDED = ("x-acs-action", "x-acs-content-sha256", "x-acs-date", "x-acs-signature-nonce", "x-acs-version")


class Forged(Exception):
    """Refused at the door: HTTP status and the company's code."""

    def __init__(self, status: int, code: str) -> None:
        self.status, self.code = status, code
        super().__init__(code)


class Door:
    def __init__(self, key: str, secret: str) -> None:
        self._key, self._secret = key, secret.encode()
        self._lock = threading.Lock()
        self._nonces: dict[str, float] = {}

    def check(self, *, headers: Mapping[str, str], query: Mapping[str, str], body: bytes) -> None:
        """``headers`` by lower-case name, ``query`` decoded. Raises ``Forged``."""
        if absent := [name for name in NEEDED if not headers.get(name)]:
            raise Forged(400, f"Missing{absent[0].title().replace('-', '')}")
        given = AUTHORIZATION.fullmatch(headers.get("authorization", ""))
        if given is None:
            raise Forged(400, "IncompleteSignature")
        key, names, mark = given[1], given[2].split(";"), given[3]
        if key != self._key:
            raise Forged(404, "InvalidAccessKeyId.NotFound")
        must = {"host"} | {name for name in headers if name.startswith("x-acs-")}
        if not must <= set(names) or names != sorted(names) or headers["x-acs-content-sha256"] != _sha256(body):
            raise Forged(400, "IncompleteSignature")
        if not hmac.compare_digest(mark, self._sign(headers, query, names)):
            raise Forged(400, "SignatureDoesNotMatch")
        self._check_fresh(headers["x-acs-date"], headers["x-acs-signature-nonce"])

    def _sign(self, headers: Mapping[str, str], query: Mapping[str, str], names: list[str]) -> str:
        asked = "&".join(f"{quote(name, safe='~')}={quote(query[name], safe='~')}" for name in sorted(query))
        lines = "".join(f"{name}:{headers.get(name, '').strip()}\n" for name in names)
        request = f"POST\n/\n{asked}\n{lines}\n{';'.join(names)}\n{headers['x-acs-content-sha256']}"
        return hmac.new(self._secret, f"{ALGORITHM}\n{_sha256(request.encode())}".encode(), hashlib.sha256).hexdigest()

    def _check_fresh(self, date: str, nonce: str) -> None:
        try:
            sent = timegm(time.strptime(date, "%Y-%m-%dT%H:%M:%SZ"))
        except ValueError:
            raise Forged(400, "InvalidTimeStamp.Format") from None
        clock = time.time()
        if abs(clock - sent) > TOLERANCE_SECONDS:
            raise Forged(400, "InvalidTimeStamp.Expired")
        with self._lock:
            if nonce in self._nonces:
                raise Forged(400, "SignatureNonceUsed")
            # a date may be as far ahead as behind, so a nonce is remembered for twice the tolerance
            self._nonces = {one: at for one, at in self._nonces.items() if clock - at < 2 * TOLERANCE_SECONDS}
            self._nonces[nonce] = clock


def _sha256(content: bytes) -> str:
    return hashlib.sha256(content).hexdigest()
