"""Alibaba Cloud SMS: Dysmsapi 2017-05-25, SendSms and QuerySendDetails."""

import json
import uuid
from collections.abc import Iterator
from datetime import datetime, timedelta
from typing import Any, Self
from urllib.parse import parse_qs, unquote, urlsplit
from zoneinfo import ZoneInfo

import httpx
from django.utils.timezone import now

from apps.kernel.errors import Unavailable
from apps.sms.gateways.base import Receipt, Text, Uncertain, Undeliverable, gateways
from apps.sms.gateways.signature import query_string, signed_headers

VERSION = "2017-05-25"
TIMEOUT = httpx.Timeout(8, connect=5)
BEIJING = ZoneInfo("Asia/Shanghai")
PAGE = 50
RECEIPTS = {1: Receipt.WAITING, 2: Receipt.FAILED, 3: Receipt.DELIVERED}
MAINLAND = "+86"

LATER = (
    "Throttling", "InvalidAccessKeyId", "SignatureDoesNotMatch", "InvalidTimeStamp", "SignatureNonceUsed", "Forbidden",
    "isp.RAM_PERMISSION_DENY", "isv.AMOUNT_NOT_ENOUGH", "isv.OUT_OF_SERVICE", "isv.ACCOUNT_ABNORMAL",
    "isv.PRODUCT_UN_SUBSCRIPT",
)  # fmt: skip
"""Refused before anything left, and somebody can put it right: our account, our clock, too many at once."""
NOT_SURE = ("isp.", "ServiceUnavailable", "InternalError")
"""The company broke down over it."""


class Aliyun:
    """From ``aliyun://KEY:SECRET@dysmsapi.aliyuncs.com/?sign=…``; ``aliyun+http`` speaks plain HTTP to a simulator."""

    def __init__(self, *, url: str, key: str, secret: str, sign: str) -> None:
        self._url, self._host = url, urlsplit(url).netloc
        self._key, self._secret, self._sign = key, secret, sign

    @classmethod
    def from_url(cls, address: str) -> Self:
        parts = urlsplit(address)
        scheme = "http" if parts.scheme.endswith("+http") else "https"
        return cls(
            url=f"{scheme}://{parts.netloc.rpartition('@')[2]}",
            key=unquote(parts.username or ""),
            secret=unquote(parts.password or ""),
            sign=parse_qs(parts.query).get("sign", [""])[0],
        )

    def send(self, text: Text) -> None:
        asked = {"PhoneNumbers": _number(text.to), "SignName": self._sign, "TemplateCode": text.template}
        if text.facts:
            asked["TemplateParam"] = json.dumps(dict(text.facts), ensure_ascii=False)
        _check(self._call("SendSms", asked | {"OutId": text.reference}))

    def find(self, *, to: str, reference: str, at: datetime) -> Receipt | None:
        """The company keeps its books by Beijing days; near midnight it may be either."""
        nearby = (at - timedelta(minutes=5), at + timedelta(minutes=5))
        for day in sorted({one.astimezone(BEIJING).strftime("%Y%m%d") for one in nearby}):
            for row in self._sent_to(_number(to), day):
                if row.get("OutId") == reference:
                    return RECEIPTS.get(int(row.get("SendStatus", 1)), Receipt.WAITING)
        return None

    def _sent_to(self, number: str, day: str) -> Iterator[dict[str, Any]]:
        page, seen = 1, 0
        while True:
            asked = {"PhoneNumber": number, "SendDate": day, "PageSize": str(PAGE), "CurrentPage": str(page)}
            told = self._ask("QuerySendDetails", asked)
            rows = (told.get("SmsSendDetailDTOs") or {}).get("SmsSendDetailDTO") or []
            yield from rows
            page, seen = page + 1, seen + len(rows)
            if not rows or seen >= int(told.get("TotalCount") or 0):
                return

    def _ask(self, action: str, asked: dict[str, str]) -> dict[str, Any]:
        """A question changes nothing: whatever goes wrong, it is put again later."""
        try:
            told = self._call(action, asked)
            _check(told)
        except Undeliverable as trouble:
            raise Unavailable(code=_short(trouble.code)) from None
        return told

    def _call(self, action: str, asked: dict[str, str]) -> dict[str, Any]:
        query = query_string(asked)
        headers = signed_headers(
            key=self._key, secret=self._secret, host=self._host, action=action, version=VERSION, query=query,
            nonce=uuid.uuid4().hex, at=now(),
        )  # fmt: skip
        try:
            answer = httpx.post(f"{self._url}/?{query}", headers=headers, timeout=TIMEOUT)
            told = answer.json()
        except (httpx.ConnectError, httpx.ConnectTimeout):
            raise Unavailable(code="sms_unreachable") from None
        except (httpx.TransportError, ValueError) as error:
            raise Uncertain(type(error).__name__) from None
        if not isinstance(told, dict):
            raise Uncertain("answer")
        return told


def _check(told: dict[str, Any]) -> None:
    """Raises what the answer's ``Code`` means. The texts beside it may hold a number; the code never does."""
    code = str(told.get("Code", ""))
    if code == "OK":
        return
    if code.startswith(LATER):
        raise Unavailable(code=_short(code))
    if not code or code.startswith(NOT_SURE):
        raise Uncertain(_short(code or "answer"))
    raise Undeliverable(_short(code))


def _number(to: str) -> str:
    """Mainland numbers go without a country code, all others with it and without the plus."""
    return to.removeprefix(MAINLAND) if to.startswith(MAINLAND) else to.removeprefix("+")


def _short(code: str) -> str:
    return code[:64]


for scheme in ("aliyun", "aliyun+http"):
    gateways.add(scheme, Aliyun.from_url)
