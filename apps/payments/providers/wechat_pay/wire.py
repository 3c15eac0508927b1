"""One signed request, and what its answer is worth: an answer counts only when its signature is proven."""

import json
import logging
import re
import ssl
from functools import cache
from typing import Any

import httpx
from django.utils.timezone import now

from apps.kernel.errors import Conflict, Unavailable
from apps.payments.models import Merchant
from apps.payments.providers.wechat_pay import keyring
from apps.payments.providers.wechat_pay.fields import whole_object
from apps.payments.providers.wechat_pay.products import address
from apps.payments.providers.wechat_pay.signing import authorization, is_genuine

TIMEOUT = httpx.Timeout(5, connect=2)
HEADERS = {"Accept": "application/json", "Content-Type": "application/json", "User-Agent": "consular/1"}
AGAIN = {"SYSTEM_ERROR", "BANK_ERROR", "SERVICE_UNAVAILABLE", "FREQUENCY_LIMITED", "RATE_LIMITED"}
"""Refusals of the moment: the same request later is answered otherwise."""
STABLE = {
    "ORDERPAID": "already_paid",
    "ORDER_CLOSED": "order_closed",
    "OUT_TRADE_NO_USED": "reference_used",
    "USER_ACCOUNT_ABNORMAL": "payer_account_abnormal",
}

log = logging.getLogger(__name__)


class Refused(Conflict):
    """A proven refusal; ``said`` is the code of WeChat Pay, ``code`` ours."""

    def __init__(self, said: str) -> None:
        super().__init__(code=STABLE.get(said, "provider_refuses"))
        self.said = said


def call(merchant: Merchant, method: str, target: str, data: Any = None) -> dict[str, Any]:
    """Raises ``Unavailable`` and ``Refused``."""
    answer = send(merchant, method, target, data)
    prove(merchant, answer, answer.content)
    return told(answer)


def send(merchant: Merchant, method: str, target: str, data: Any = None) -> httpx.Response:
    """What is signed is what is sent, byte by byte. Nothing is proven yet. Raises ``Unavailable``."""
    body = b"" if data is None else json.dumps(data, ensure_ascii=False).encode()
    wanted = keyring.public_key_id(merchant)
    headers = {**HEADERS, "Wechatpay-Serial": wanted} if wanted else HEADERS
    try:
        with httpx.Client(base_url=address(merchant), timeout=TIMEOUT, verify=_trusted(), trust_env=False) as client:
            request = client.build_request(method, target, content=body, headers=headers)
            signed = authorization(merchant, method, request.url.raw_path, body, at=now())
            request.headers["Authorization"] = signed
            return client.send(request)
    except httpx.HTTPError as error:
        raise silence(merchant, type(error).__name__) from None


def prove(merchant: Merchant, answer: httpx.Response, signed: bytes) -> None:
    """Raises ``Unavailable``: whoever that was, it need not have been WeChat Pay.

    What is answered to a wrong key or clock of ours is not even signed: somebody has to look.
    """
    if answer.status_code == httpx.codes.UNAUTHORIZED:
        log.error("provider_disowns_us", extra={"provider": "wechat_pay", "merchant": merchant.code})
    if not is_genuine(merchant, answer.headers, signed, at=now()):
        raise silence(merchant, f"unproven_{answer.status_code}")


def told(answer: httpx.Response) -> dict[str, Any]:
    """What a proven answer says; nothing of one without a body. Raises ``Unavailable`` and ``Refused``."""
    if answer.status_code == httpx.codes.TOO_MANY_REQUESTS:
        raise Unavailable
    try:
        known = whole_object(answer.content) if answer.content else {}
    except ValueError:
        raise Unavailable from None
    if answer.is_success:
        return known
    said = known.get("code")
    if not answer.is_client_error or not isinstance(said, str) or said in AGAIN:
        raise Unavailable
    log.info("provider_refuses", extra={"provider": "wechat_pay", "error": _plain(said)})
    raise Refused(said)


def silence(merchant: Merchant, why: str) -> Unavailable:
    log.warning("provider_silent", extra={"provider": "wechat_pay", "merchant": merchant.code, "error": why})
    return Unavailable()


@cache
def _trusted() -> ssl.SSLContext:
    """The authorities of the web, read once: that takes longer than a call."""
    return httpx.create_ssl_context(trust_env=False)


def _plain(said: str) -> str:
    return said if re.fullmatch("[A-Z_]{1,40}", said) else "unreadable"
