"""Who deals with whom: the company, one seller, and the seller's two applications with their keys."""

import secrets
from dataclasses import dataclass, field
from datetime import datetime
from pathlib import Path
from typing import Any

from deploy.simulators.alipay.keys import Authority, Pair

SELLER = "2088000000000101"
KEY_APP = "2021000000000001"
CERTIFICATE_APP = "2021000000000002"


@dataclass
class App:
    """An application of the merchant. Its older keys stay valid."""

    app_id: str
    has_certificate: bool
    pairs: list[Pair] = field(default_factory=list)

    def has_signed(self, text: bytes, signature: str, number: str) -> bool:
        """``number`` is the ``app_cert_sn``, which chooses the key where there are certificates."""
        pairs = [pair for pair in self.pairs if not self.has_certificate or pair.number == number]
        return any(pair.has_signed(text, signature) for pair in pairs)


class Parties:
    def __init__(self, folder: Path | None, now: datetime) -> None:
        if folder is not None:
            folder.mkdir(parents=True, exist_ok=True, mode=0o700)
        self.authority = Authority(folder, now)
        self._company = self._generations("alipay")
        self._apps = {
            KEY_APP: App(KEY_APP, has_certificate=False, pairs=self._generations("app-key")),
            CERTIFICATE_APP: App(CERTIFICATE_APP, has_certificate=True, pairs=self._generations("app-certificate")),
        }
        self._stranger: Pair | None = None

    @property
    def company(self) -> Pair:
        """What Alipay signs with now."""
        return self._company[-1]

    @property
    def stranger(self) -> Pair:
        """Someone whom the merchant never heard of, with a certificate that looks right."""
        self._stranger = self._stranger or Authority(None, self.company.certificate.not_valid_before_utc).pair(
            "alipay-1"
        )
        return self._stranger

    def app(self, app_id: str) -> App | None:
        return self._apps.get(app_id)

    def company_certificate(self, number: str) -> str | None:
        """PEM of the one of this ``alipay_cert_sn``, also of an older one."""
        return next((pair.certified for pair in self._company if pair.number == number), None)

    def rotate(self, whose: str) -> None:
        """A new generation; for ``app``, of both applications."""
        if whose == "alipay":
            self._company.append(self._next("alipay", self._company))
            return
        for app, name in ((self._apps[KEY_APP], "app-key"), (self._apps[CERTIFICATE_APP], "app-certificate")):
            app.pairs.append(self._next(name, app.pairs))

    def told(self) -> dict[str, Any]:
        """What the merchant's console hands out, newest generation."""
        key, certified = self._apps[KEY_APP].pairs[-1], self._apps[CERTIFICATE_APP].pairs[-1]
        return {
            "seller_id": SELLER,
            "key": {
                "app_id": KEY_APP,
                "app_private_key": key.private,
                "alipay_public_key": self.company.public,
            },
            "certificate": {
                "app_id": CERTIFICATE_APP,
                "app_private_key": certified.private,
                "app_certificate": certified.certified,
                "alipay_certificate": self.company.certified,
                "alipay_root_certificate": self.authority.bundle,
                "app_cert_sn": certified.number,
                "alipay_cert_sn": self.company.number,
                "alipay_root_cert_sn": self.authority.number,
            },
        }

    def _generations(self, name: str) -> list[Pair]:
        pairs = [self.authority.pair(f"{name}-1")]
        while self.authority.has(f"{name}-{len(pairs) + 1}"):
            pairs.append(self.authority.pair(f"{name}-{len(pairs) + 1}"))
        return pairs

    def _next(self, name: str, pairs: list[Pair]) -> Pair:
        return self.authority.pair(f"{name}-{len(pairs) + 1}")


def token() -> str:
    """Unguessable, of digits and small letters."""
    return secrets.token_hex(12)
