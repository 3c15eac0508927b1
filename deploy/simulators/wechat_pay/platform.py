"""The keys of WeChat Pay itself: certificates that overlap while they rotate, and the public key with an id."""

import json
from datetime import datetime, timedelta
from typing import Any

from cryptography.hazmat.primitives.asymmetric.rsa import RSAPrivateKey

from deploy.simulators.gateway.clock import rfc3339
from deploy.simulators.gateway.world import World
from deploy.simulators.wechat_pay.keys import Key, Safe, make, row
from deploy.simulators.wechat_pay.signing import seal

OVERLAP_SECONDS = 24 * 3600
"""How long an old certificate stays valid after a new one signs."""


class Platform:
    def __init__(self, world: World, safe: Safe) -> None:
        self._world = world
        self._safe = safe
        held = safe.get("platform") or {}
        now = world.clock.now()
        self._certificates = [(Key(**kept), ends) for kept, ends in held.get("certificates", [])]
        self._public = [(name, Key(**kept), ends) for name, kept, ends in held.get("public", [])]
        if not self._certificates:
            self._certificates = [(make("Tenpay.com Root CA", now), "")]
            self._public = [("PUB_KEY_ID_0000000000000000000000000000001", make("WeChat Pay", now), "")]
            self._keep()

    @property
    def certificates(self) -> list[Key]:
        """Those valid now; the last one signs."""
        return [key for key, ends in self._certificates if self._is_on(ends)]

    @property
    def public_id(self) -> str:
        return str(self._public[-1][0])

    @property
    def public_pem(self) -> str:
        return str(self._public[-1][1].public_pem)

    def key(self, serial: str) -> RSAPrivateKey | None:
        """The valid key of this name, either kind."""
        for key in self.certificates:
            if key.serial == serial.upper():
                return key.private
        for name, key, ends in self._public:
            if name == serial and self._is_on(ends):
                return key.private
        return None

    def rotate(self, kind: str) -> dict[str, Any]:
        """A new certificate or public key signs from now on; the old one is valid for another day."""
        now = self._world.clock.now()
        ends = (now + timedelta(seconds=OVERLAP_SECONDS)).isoformat()
        if kind == "public_key":
            fresh = f"PUB_KEY_ID_{len(self._public) + 1:031}"
            self._public = [(name, key, old or ends) for name, key, old in self._public]
            self._public.append((fresh, make("WeChat Pay", now), ""))
        else:
            self._certificates = [(key, old or ends) for key, old in self._certificates]
            self._certificates.append((make("Tenpay.com Root CA", now), ""))
        self._keep()
        return {"certificates": [key.serial for key in self.certificates], "public_key_id": self.public_id}

    def published(self, apiv3_key: str) -> dict[str, Any]:
        """``GET /v3/certificates``: only who knows the APIv3 key can read them."""
        return {"data": [_published(key, apiv3_key) for key in self.certificates]}

    def _is_on(self, ends: str) -> bool:
        return not ends or datetime.fromisoformat(ends) > self._world.clock.now()

    def _keep(self) -> None:
        held = {
            "certificates": [(row(key), ends) for key, ends in self._certificates],
            "public": [(name, row(key), ends) for name, key, ends in self._public],
        }
        self._safe.put("platform", json.loads(json.dumps(held)))


def _published(key: Key, apiv3_key: str) -> dict[str, Any]:
    return {
        "serial_no": key.serial,
        "effective_time": rfc3339(datetime.fromisoformat(key.made_at)),
        "expire_time": rfc3339(datetime.fromisoformat(key.ends_at)),
        "encrypt_certificate": seal(apiv3_key, key.certificate_pem, "certificate"),
    }
