"""The sandbox payment company: real HTTP, signatures and notices, no money.

Its API is described in ``deploy/simulators/sandbox_pay``.
"""

import hashlib
import hmac
import json
import logging
from collections.abc import Mapping
from datetime import date, datetime, timedelta
from typing import Any

import httpx
from django.conf import settings
from django.urls import reverse
from django.utils.timezone import now
from django.utils.translation import gettext_lazy as _

from apps.kernel.errors import Conflict, Invalid, Unauthenticated, Unavailable
from apps.payments.models import Merchant, Payment, Refund
from apps.payments.providers.base import Bill, Checkout, Notice, NotReady, RefundNotice, providers
from apps.payments.statuses import Channel, RefundStatus, Status

STAMP, SIGNATURE = "sandbox-timestamp", "sandbox-signature"
TOLERANCE = timedelta(seconds=300)
TIMEOUT = httpx.Timeout(5, connect=2)
STATUSES = {"open": Status.AWAITING_PAYER, "paid": Status.CAPTURED, "closed": Status.CLOSED}
FIELDS = {"reference": str, "status": str, "amount_minor": int, "currency": str, "at": str}
NO_ERRORS = {None, "no_such_order", "no_such_refund", "already_paid"}
MERCHANT = "sandbox"
"""The sandbox has one merchant, and this is its number."""
LONGEST, LARGEST = 64, 2**63 - 1

log = logging.getLogger(__name__)


class Sandbox:
    """Speaks to one sandbox with one shared secret (HMAC-SHA256, RFC 2104)."""

    label = _("Sandbox payment")
    channels = (Channel.PAGE,)
    evidence = (STAMP, SIGNATURE)
    acknowledgement = (204, b"")
    refunds_within = timedelta(days=365)

    def __init__(self, url: str, secret: str) -> None:
        self._url = url
        self._secret = secret.encode()

    def open(self, payment: Payment) -> Checkout:
        answer = self._call("POST", "/orders", payment, order(payment))
        url = answer.get("pay_url")
        if not isinstance(url, str) or not url.startswith(("http://", "https://")):
            raise Unavailable
        return Checkout(url)

    def ask(self, payment: Payment) -> Notice | None:
        answer = self._call("GET", f"/orders/{payment.reference}", payment)
        if answer.get("error") == "no_such_order":
            return None
        try:
            return said(answer)
        except ValueError:
            raise Unavailable from None

    def close(self, payment: Payment) -> None:
        self._call("POST", f"/orders/{payment.reference}/close", payment, {})

    def refund(self, refund: Refund) -> RefundNotice:
        asked = {"number": refund.number, "amount_minor": refund.amount_minor}
        payment = refund.payment
        answer = self._call("POST", f"/orders/{payment.reference}/refunds", payment, asked)
        return _given_back(answer)

    def ask_refund(self, payment: Payment, number: str) -> RefundNotice | None:
        answer = self._call("GET", f"/orders/{payment.reference}/refunds/{number}", payment)
        return None if answer.get("error") == "no_such_refund" else _given_back(answer)

    def bill(self, merchant: Merchant, *, day: date) -> Bill:
        """The sandbox makes no bills."""
        raise NotReady

    def read(self, merchant: Merchant, *, headers: Mapping[str, str], body: bytes, at: datetime) -> Notice:
        if not self._is_genuine(headers, body, at):
            raise Unauthenticated(_("This notice is not signed as it should be."), code="bad_signature")
        try:
            return said(json.loads(body), needs_id=True)
        except (ValueError, RecursionError):
            raise Invalid(_("This notice cannot be understood."), code="malformed") from None

    def _call(self, method: str, path: str, payment: Payment, data: Any = None) -> dict[str, Any]:
        """One signed request. Only a genuine answer about this very order counts; anything else is no answer."""
        body = b"" if data is None else json.dumps(data).encode()
        stamp = str(int(now().timestamp()))
        signed = self._sign(f"{stamp}.{method} {path}.".encode() + body)
        headers = {STAMP: stamp, SIGNATURE: signed, "content-type": "application/json"}
        try:
            with httpx.Client(base_url=self._url, timeout=TIMEOUT, trust_env=False) as client:
                answer = client.request(method, path, content=body, headers=headers)
            known = self._understood(answer, payment)
        except (httpx.HTTPError, ValueError, RecursionError) as error:
            log.warning("provider_silent", extra={"provider": "sandbox", "error": type(error).__name__})
            raise Unavailable from None
        if known.get("error") not in NO_ERRORS:
            log.error("provider_refuses", extra={"provider": "sandbox", "error": str(known["error"])[:100]})
            raise Conflict(code="provider_refuses")
        return known

    def _understood(self, answer: httpx.Response, payment: Payment) -> dict[str, Any]:
        """Raises ``ValueError`` when the answer is not the sandbox's own or about another order."""
        if not self._is_genuine(answer.headers, answer.content, now()):
            raise ValueError("not genuine")
        known = json.loads(answer.content)
        if not isinstance(known, dict) or known.get("reference") != payment.reference:
            raise ValueError("about something else")
        return known

    def _sign(self, message: bytes) -> str:
        return hmac.new(self._secret, message, hashlib.sha256).hexdigest()

    def _is_genuine(self, headers: Mapping[str, str], body: bytes, at: datetime) -> bool:
        """In constant time, and not older or newer than clocks differ."""
        stamp, signature = headers.get(STAMP, ""), headers.get(SIGNATURE, "")
        expected = self._sign(f"{stamp}.".encode(errors="replace") + body)
        if not hmac.compare_digest(expected.encode(), signature.encode(errors="replace")):
            return False
        if not (stamp.isascii() and stamp.isdigit()):
            return False
        return abs(int(at.timestamp()) - int(stamp)) <= TOLERANCE.total_seconds()


def order(payment: Payment) -> dict[str, Any]:
    """What the sandbox is asked to collect: the same for the same payment, whenever it is asked."""
    lines = payment.quote.lines
    notices = reverse("payments_notice", args=[payment.merchant.code])
    return {
        "reference": payment.reference,
        "amount_minor": payment.amount_minor,
        "currency": payment.currency,
        "title": {
            "zh-hans": "、".join(line["label_zh"] for line in lines),
            "en": ", ".join(line["label_en"] for line in lines),
        },
        "notify_url": f"{settings.PUBLIC_URL}{notices}",
        "expires_at": payment.expires_at.isoformat(),
    }


def said(data: Any, *, needs_id: bool = False) -> Notice:
    """An order of the sandbox in our words. Raises ``ValueError`` for anything that is not exactly one."""
    if not isinstance(data, dict):
        raise ValueError("not an object")
    for name, kind in (FIELDS | {"id": str} if needs_id else FIELDS).items():
        _check(name, data.get(name), kind)
    transaction = data.get("transaction")
    if transaction is not None or data["status"] == "paid":
        _check("transaction", transaction, str)
    at = datetime.fromisoformat(data["at"])
    if data["status"] not in STATUSES or at.tzinfo is None:
        raise ValueError("status or time")
    return Notice(
        id=data.get("id", ""),
        reference=data["reference"],
        status=STATUSES[data["status"]],
        amount_minor=data["amount_minor"],
        currency=data["currency"],
        provider_txn=transaction or "",
        at=at,
        merchant_id=MERCHANT,
    )


def _given_back(data: dict[str, Any]) -> RefundNotice:
    """Raises ``Unavailable`` for anything that is no refund of the sandbox."""
    try:
        for name, kind in {"number": str, "amount_minor": int, "currency": str, "transaction": str, "at": str}.items():
            _check(name, data.get(name), kind)
        at = datetime.fromisoformat(data["at"])
    except ValueError:
        raise Unavailable from None
    return RefundNotice(
        id="",
        reference=data["reference"],
        number=data["number"],
        status=RefundStatus.SUCCEEDED,
        amount_minor=data["amount_minor"],
        currency=data["currency"],
        provider_txn=data["transaction"],
        at=at,
        merchant_id=MERCHANT,
    )


def _check(name: str, value: Any, kind: type) -> None:
    """Exactly that type (true is no integer), and of a size and alphabet that a row can hold."""
    if type(value) is not kind:
        raise ValueError(name)
    if isinstance(value, int) and not 0 <= value <= LARGEST:
        raise ValueError(name)
    if isinstance(value, str) and not (0 < len(value) <= LONGEST and value.isascii() and value.isprintable()):
        raise ValueError(name)


if settings.SANDBOX_PAY_URL:
    providers.add("sandbox", Sandbox(settings.SANDBOX_PAY_URL, settings.SANDBOX_PAY_SECRET))
