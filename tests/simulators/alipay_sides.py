"""A merchant of Alipay, written by hand: neither the simulator's code nor the SDK's."""

import base64
import itertools
import json
from collections.abc import Mapping
from datetime import datetime
from functools import cache
from typing import Any
from urllib.parse import parse_qsl, urlencode

import httpx
from cryptography.exceptions import InvalidSignature
from cryptography.hazmat.primitives.asymmetric import padding
from cryptography.hazmat.primitives.hashes import SHA256
from cryptography.hazmat.primitives.serialization import load_pem_private_key, load_pem_public_key

from tests.simulators.sides import Steered

MODULE = "deploy.simulators.alipay"
NUMBERS = itertools.count(1)
PRECREATE, QUERY, CLOSE = "alipay.trade.precreate", "alipay.trade.query", "alipay.trade.close"
CANCEL, REFUND, REFUND_QUERY = "alipay.trade.cancel", "alipay.trade.refund", "alipay.trade.fastpay.refund.query"
APP, WAP, BILL = "alipay.trade.app.pay", "alipay.trade.wap.pay", "alipay.data.dataservice.bill.downloadurl.query"


def number() -> str:
    return f"fee_{next(NUMBERS):06}"


@cache
def private(pem: str) -> Any:
    """Reading one takes longer than using it."""
    return load_pem_private_key(pem.encode(), None)


def joined(params: Mapping[str, str]) -> bytes:
    return "&".join(f"{name}={params[name]}" for name in sorted(params) if params[name]).encode()


class Shop:
    """Calls by POST; an answer that is signed is verified over its raw bytes."""

    def __init__(self, simulator: Steered, mode: str = "key") -> None:
        self.simulator = simulator
        self.console = simulator.look("/merchant")
        self.own = self.console[mode]
        self.web = httpx.Client(base_url=simulator.url, trust_env=False, verify=False)
        self.notify_url = ""

    @property
    def now(self) -> datetime:
        """In Beijing, without a zone, as it is sent."""
        return datetime.fromisoformat(self.simulator.look("/clock")["beijing"]).replace(tzinfo=None)

    def params(self, method: str, biz: Any, /, **change: str | None) -> dict[str, str]:
        """Signed; what is changed to None is left out."""
        said = {
            "app_id": self.own["app_id"],
            "method": method,
            "format": "JSON",
            "charset": "utf-8",
            "sign_type": "RSA2",
            "timestamp": f"{self.now:%Y-%m-%d %H:%M:%S}",
            "version": "1.0",
            "notify_url": self.notify_url,
            "biz_content": json.dumps(biz, ensure_ascii=False),
            **{name: value for name, value in self.own.items() if name in {"app_cert_sn", "alipay_root_cert_sn"}},
            **change,
        }
        params = {name: value for name, value in said.items() if value}
        return {**params, "sign": self.sign(joined(params))}

    def sign(self, text: bytes) -> str:
        key = private(self.own["app_private_key"])
        return base64.b64encode(key.sign(text, padding.PKCS1v15(), SHA256())).decode()

    def send(self, params: Mapping[str, str]) -> httpx.Response:
        kind = {"Content-Type": "application/x-www-form-urlencoded;charset=utf-8"}
        return self.web.post("/gateway.do", content=urlencode(params), headers=kind)

    def call(self, method: str, biz: Any = None, /, **change: str | None) -> dict[str, Any]:
        return self.read(method, self.send(self.params(method, biz, **change)))

    def read(self, method: str, answer: httpx.Response) -> dict[str, Any]:
        said = answer.json()
        name = f"{method.replace('.', '_')}_response"
        if "sign" in said:
            assert self.has_signed(raw(answer.content, name), said["sign"])
        else:
            assert said.get(name, said.get("error_response"))["code"] in {"40001", "40002", "40006"}
        return said.get(name) or said["error_response"]

    def has_signed(self, text: bytes, signature: str) -> bool:
        key = load_pem_public_key(self.console["key"]["alipay_public_key"].encode())
        try:
            key.verify(base64.b64decode(signature), text, padding.PKCS1v15(), SHA256())
        except InvalidSignature:
            return False
        return True

    def code(self, method: str, biz: Any = None, /, **change: str | None) -> str:
        """What went wrong, or nothing."""
        return self.call(method, biz, **change).get("sub_code", "")

    def order(self, amount: str = "16.00", **more: Any) -> str:
        """The number of a QR code that can be scanned."""
        reference = number()
        biz = {"out_trade_no": reference, "total_amount": amount, "subject": "护照换发", **more}
        answer = self.call(PRECREATE, biz)
        assert answer["code"] == "10000", answer
        return reference

    def order_string(self, reference: str, amount: str = "16.00", **more: Any) -> str:
        """For the app on a phone."""
        biz = {"out_trade_no": reference, "total_amount": amount, "subject": "护照换发", **more}
        return urlencode(self.params(APP, {**biz, "product_code": "QUICK_MSECURITY_PAY"}))

    def paid(self, amount: str = "16.00", **more: Any) -> str:
        reference = self.order(amount, **more)
        self.simulator.pay(reference)
        return reference

    def paid_by_app(self, amount: str = "16.00", **more: Any) -> str:
        reference = number()
        self.simulator.do("/payer/pay", code=self.order_string(reference, amount, **more))
        return reference

    def status(self, reference: str) -> str:
        said = self.call(QUERY, {"out_trade_no": reference})
        return said.get("trade_status") or said["sub_code"]

    def refund(self, reference: str, amount: str, request: str) -> dict[str, Any]:
        biz = {"out_trade_no": reference, "refund_amount": amount, "out_request_no": request}
        return self.call(REFUND, biz)


def raw(content: bytes, name: str) -> bytes:
    """The bytes of the node, by a decoder that knows what a string is."""
    text = content.decode()
    start = text.index(f'"{name}":') + len(name) + 3
    _, end = json.JSONDecoder().raw_decode(text, start)
    return text[start:end].encode()


def fields(body: bytes) -> dict[str, str]:
    """Of a notice."""
    return dict(parse_qsl(body.decode(), keep_blank_values=True))
