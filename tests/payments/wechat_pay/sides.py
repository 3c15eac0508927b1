"""A merchant of ours with its folder of keys, the WeChat Pay it has a contract with, and the public SDK as a judge."""

import base64
import json
import time
from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime, timedelta
from pathlib import Path
from types import SimpleNamespace
from typing import Any

import wechatpayv3.core
import wechatpayv3.utils
from cryptography import x509
from cryptography.hazmat.primitives.asymmetric.padding import PKCS1v15
from cryptography.hazmat.primitives.asymmetric.rsa import RSAPrivateKey
from cryptography.hazmat.primitives.ciphers.aead import AESGCM
from cryptography.hazmat.primitives.hashes import SHA256
from cryptography.hazmat.primitives.serialization import Encoding, load_pem_private_key
from cryptography.x509.oid import NameOID
from django.utils.timezone import now
from wechatpayv3 import WeChatPay as Sdk
from wechatpayv3 import WeChatPayType

from apps.payments import sealing
from apps.payments.models import Merchant, Payment, Quote, Refund
from apps.payments.models.payments import new_reference
from apps.payments.statuses import Channel
from tests.simulators.sides import Steered

LINES = [{"label_zh": "旅行证", "label_en": "Travel document"}, {"label_zh": "加急费", "label_en": "Express fee"}]


@dataclass
class Contract:
    """One merchant; ``info`` is what the console of WeChat Pay shows of it."""

    simulator: Steered
    merchant: Merchant
    folder: Path
    info: dict[str, Any]

    @property
    def now(self) -> datetime:
        """By the clock of the simulator, which tests set ahead."""
        return now() + timedelta(seconds=getattr(self.simulator, "ahead", 0))

    def payment(self, channel: Channel = Channel.QR, **facts: Any) -> Payment:
        payer = facts.pop("payer", {"openid": "oPayer", "ip": "192.0.2.7"})
        given = {
            "reference": new_reference(),
            "merchant": self.merchant,
            "provider": "wechat_pay",
            "quote": Quote(lines=LINES),
            "channel": channel,
            "amount_minor": 1600,
            "currency": self.info["currency"],
            "expires_at": self.now + timedelta(minutes=30),
            "sealed_payer": sealing.seal(json.dumps(payer).encode()),
        }
        return Payment(**given | facts)

    def refund(self, payment: Payment, amount_minor: int = 1600) -> Refund:
        return Refund(payment=payment, amount_minor=amount_minor, currency=payment.currency)

    def pin(self, *kinds: str) -> None:
        """Put what the console shows now into the folder: ``certificate``, ``public_key``, ``merchant``, ``apiv3``."""
        info = self.info = self.simulator.look(f"/merchants/{self.info['mchid']}")
        files = {
            "apiv3": {"apiv3/now.key": info["apiv3_key"] + "\n"},
            "merchant": {f"merchant/{key['serial_no']}.pem": key["private_key"] for key in info["keys"]},
            "public_key": {f"platform/{info['public_key_id']}.pem": info["public_key"]},
            "certificate": {
                f"platform/{one['serial_no']}.pem": one["certificate"] for one in info["platform_certificates"]
            },
        }
        for kind in kinds:
            for name, content in files[kind].items():
                self.put(name, content)

    def put(self, name: str, content: str) -> None:
        path = self.folder / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(content)

    def forget(self, pattern: str) -> None:
        for path in self.folder.glob(pattern):
            path.unlink()

    def sdk(self, monkeypatch: Any, kind: str) -> Sdk:
        """On the clock of the simulator, with the same keys as ours."""
        offset = self.simulator.look("/clock")["offset"]
        monkeypatch.setattr(wechatpayv3.utils, "time", SimpleNamespace(time=lambda: time.time() + offset))
        monkeypatch.setenv("NO_PROXY", "127.0.0.1")
        fetch, info = wechatpayv3.core.Core._init_certificates, self.info

        def fetch_here(core: Any) -> None:
            core._gate_way = self.simulator.url
            fetch(core)

        monkeypatch.setattr(wechatpayv3.core.Core, "_init_certificates", fetch_here)
        public = {"public_key": info["public_key"], "public_key_id": info["public_key_id"]}
        client = Sdk(
            wechatpay_type=WeChatPayType.NATIVE,
            mchid=info["mchid"],
            private_key=info["keys"][-1]["private_key"],
            cert_serial_no=info["keys"][-1]["serial_no"],
            appid=info["appids"][0],
            apiv3_key=info["apiv3_key"],
            timeout=(5, 20),
            **(public if kind == "public_key" else {}),
        )
        client._core._gate_way = self.simulator.url
        return client


def contract(simulator: Steered, info: dict[str, Any], folder: Path, kinds: tuple[str, ...]) -> Contract:
    merchant = Merchant(
        code=folder.name,
        provider="wechat_pay",
        profile="domestic" if info["profile"] == "domestic" else "cross_border",
        merchant_id=info["mchid"],
        app_id=info["appids"][0],
        channels=list(Channel),
    )
    made = Contract(simulator, merchant, folder, info)
    if not folder.exists():
        made.pin("apiv3", "merchant", *kinds)
    return made


class Platform:
    """WeChat Pay played by a test: it can say whatever the simulator never says, well signed."""

    def __init__(self, pem: str) -> None:
        key = load_pem_private_key(pem.encode(), None)
        assert isinstance(key, RSAPrivateKey)
        self.key, self.serial = key, "4F0000000000000000000000000000000000AA01"

    def certificate(self, begins: datetime, ends: datetime, serial: str = "") -> str:
        name = x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, "test")])
        number = int(serial or self.serial, 16)
        built = x509.CertificateBuilder(name, name, self.key.public_key(), number, begins, ends).sign(
            self.key, SHA256()
        )
        return built.public_bytes(Encoding.PEM).decode()

    def headers(self, body: bytes, at: datetime, **other: str) -> dict[str, str]:
        stamp, nonce = str(int(at.timestamp())), "n" * 32
        message = f"{stamp}\n{nonce}\n".encode() + body + b"\n"
        return {
            "wechatpay-timestamp": stamp,
            "wechatpay-nonce": nonce,
            "wechatpay-signature": base64.b64encode(self.key.sign(message, PKCS1v15(), SHA256())).decode(),
            "wechatpay-serial": self.serial,
            "wechatpay-signature-type": "WECHATPAY2-SHA256-RSA2048",
        } | other

    def notice(self, key: str, event: str, told: Any, at: datetime, **other: Any) -> tuple[dict[str, str], bytes]:
        """``told`` is sealed with the APIv3 ``key``; ``other`` replaces fields of the envelope."""
        inside = told if isinstance(told, bytes) else json.dumps(told).encode()
        sealed = base64.b64encode(AESGCM(key.encode()).encrypt(b"n" * 12, inside, b"")).decode()
        said = {
            "id": "EV-1",
            "create_time": at.isoformat(),
            "event_type": event,
            "resource_type": "encrypt-resource",
            "resource": {
                "algorithm": "AEAD_AES_256_GCM",
                "ciphertext": sealed,
                "associated_data": "",
                "nonce": "n" * 12,
            },
        } | other
        body = json.dumps(said).encode()
        return self.headers(body, at), body


def lower(headers: dict[str, str]) -> dict[str, str]:
    return {name.lower(): value for name, value in headers.items()}


def flips(content: bytes, step: int = 1) -> list[bytes]:
    return [
        content[:place] + bytes([content[place] ^ 1]) + content[place + 1 :] for place in range(0, len(content), step)
    ]


Make = Callable[..., Contract]
