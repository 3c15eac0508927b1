"""A merchant of WeChat Pay, written by hand from the protocol: signs requests, verifies answers, opens notices."""

import base64
import itertools
import json
import secrets
from datetime import datetime
from functools import lru_cache
from typing import Any

import httpx
from cryptography.exceptions import InvalidSignature
from cryptography.hazmat.primitives.asymmetric.padding import PKCS1v15
from cryptography.hazmat.primitives.ciphers.aead import AESGCM
from cryptography.hazmat.primitives.hashes import SHA256
from cryptography.hazmat.primitives.serialization import load_pem_private_key, load_pem_public_key
from cryptography.x509 import load_pem_x509_certificate

from tests.simulators.sides import Steered

HEADERS = {"Accept": "application/json", "User-Agent": "test", "Content-Type": "application/json"}
NUMBERS = itertools.count(1)
WEB = httpx.Client(trust_env=False, timeout=20)


@lru_cache
def loaded(pem: str) -> Any:
    """Reading a key takes longer than a test."""
    return load_pem_private_key(pem.encode(), None)


class Shop:
    """One merchant at one simulator; ``notify_url`` is where it listens."""

    def __init__(
        self, simulator: Steered, info: dict[str, Any], notify_url: str = "http://127.0.0.1:9/notices"
    ) -> None:
        self.simulator, self.info, self.notify_url = simulator, info, notify_url
        self.mchid, self.appid = info["mchid"], info["appids"][0]
        self.key = loaded(info["keys"][-1]["private_key"])

    def sign(self, message: bytes) -> str:
        return base64.b64encode(self.key.sign(message, PKCS1v15(), SHA256())).decode()

    def authorization(self, method: str, target: str, body: bytes, **other: str) -> str:
        """``other`` replaces parts, after signing."""
        stamp, nonce = other.pop("timestamp", self.time()), other.pop("nonce_str", secrets.token_hex(16))
        message = f"{method}\n{target}\n{stamp}\n{nonce}\n".encode() + body + b"\n"
        parts = {
            "mchid": self.mchid,
            "nonce_str": nonce,
            "signature": self.sign(message),
            "timestamp": stamp,
            "serial_no": self.info["keys"][-1]["serial_no"],
        } | other
        return "WECHATPAY2-SHA256-RSA2048 " + ",".join(f'{name}="{value}"' for name, value in parts.items())

    def time(self, later: int = 0) -> str:
        now = datetime.fromisoformat(self.simulator.look("/clock")["now"])
        return str(int(now.timestamp()) + later)

    def call(
        self,
        method: str,
        target: str,
        data: Any = None,
        *,
        body: bytes | None = None,
        headers: dict[str, str | None] | None = None,
        **other: str,
    ) -> httpx.Response:
        content = body if body is not None else b"" if data is None else json.dumps(data).encode()
        sent = {"Authorization": self.authorization(method, target, content, **other), **HEADERS, **(headers or {})}
        request = httpx.Request(method, self.simulator.url + target, content=content)
        for name, value in sent.items():
            if value is None:
                request.headers.pop(name, None)
            else:
                request.headers[name] = value
        return WEB.send(request)

    def order(self, **changes: Any) -> dict[str, Any]:
        """A complete body; a change to None leaves the field out."""
        whole = {
            "appid": self.appid,
            "mchid": self.mchid,
            "description": "证件费",
            "out_trade_no": f"order{next(NUMBERS):05}{secrets.token_hex(4)}",
            "notify_url": self.notify_url,
            "amount": {"total": 1600, "currency": self.info["currency"]},
        } | changes
        return {name: value for name, value in whole.items() if value is not None}

    def open(self, **changes: Any) -> str:
        """A native order; its number."""
        order = self.order(**changes)
        answer = self.call("POST", "/v3/pay/transactions/native", order)
        assert answer.status_code == 200, answer.text
        return order["out_trade_no"]

    def query(self, number: str) -> dict[str, Any]:
        return self.call("GET", f"/v3/pay/transactions/out-trade-no/{number}?mchid={self.mchid}").json()

    def close(self, number: str) -> httpx.Response:
        return self.call("POST", f"/v3/pay/transactions/out-trade-no/{number}/close", {"mchid": self.mchid})

    def paid(self, **changes: Any) -> str:
        """An order that was paid; its number."""
        number = self.open(**changes)
        self.simulator.pay(number)
        return number

    def refund(self, number: str, refund: int = 1600, total: int = 1600, **changes: Any) -> httpx.Response:
        body = {
            "out_trade_no": number,
            "out_refund_no": f"back{secrets.token_hex(8)}",
            "amount": {"refund": refund, "total": total, "currency": "CNY"},
        } | changes
        return self.call("POST", "/v3/refund/domestic/refunds", body)

    def refunded(self, number: str) -> dict[str, Any]:
        return self.call("GET", f"/v3/refund/domestic/refunds/{number}").json()

    def is_genuine(self, headers: Any, body: bytes) -> bool:
        """Whether WeChat Pay signed this, by either kind of key."""
        serial = headers.get("Wechatpay-Serial", "")
        info = self.simulator.look(f"/merchants/{self.mchid}")
        keys = {info["public_key_id"]: load_pem_public_key(info["public_key"].encode())}
        for one in info["platform_certificates"]:
            keys[one["serial_no"]] = load_pem_x509_certificate(one["certificate"].encode()).public_key()
        message = f"{headers['Wechatpay-Timestamp']}\n{headers['Wechatpay-Nonce']}\n".encode() + body + b"\n"
        try:
            signature = base64.b64decode(headers.get("Wechatpay-Signature", ""), validate=True)
            keys[serial].verify(signature, message, PKCS1v15(), SHA256())
        except (InvalidSignature, KeyError, ValueError):
            return False
        return True

    def opened(self, sealed: dict[str, str]) -> dict[str, Any]:
        """What is inside a notice."""
        text = AESGCM(self.info["apiv3_key"].encode()).decrypt(
            sealed["nonce"].encode(), base64.b64decode(sealed["ciphertext"]), sealed["associated_data"].encode()
        )
        return json.loads(text)

    def inside(self, notice: tuple[dict[str, str], bytes]) -> dict[str, Any]:
        return self.opened(json.loads(notice[1])["resource"])


def code(answer: httpx.Response) -> tuple[int, str]:
    return answer.status_code, answer.json()["code"]
