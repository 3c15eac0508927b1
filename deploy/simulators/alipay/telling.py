"""The asynchronous notice: a signed form, again and again until the merchant says ``success``."""

import json
from collections.abc import Callable, Mapping
from datetime import UTC, datetime
from typing import Any
from urllib.parse import urlencode

from deploy.simulators.alipay.moments import DAY, written, yuan
from deploy.simulators.alipay.parties import SELLER, Parties, token
from deploy.simulators.alipay.trades import CLOSED, SUCCESS, WAIT, Refund, Trade
from deploy.simulators.alipay.wire import signature, to_sign
from deploy.simulators.gateway.clock import beijing
from deploy.simulators.gateway.notices import Manner, Notice
from deploy.simulators.gateway.world import World

MINUTE, HOUR = 60, 3600
MANNER = Manner(
    schedule=(4 * MINUTE, 10 * MINUTE, 10 * MINUTE, HOUR, 2 * HOUR, 6 * HOUR, 15 * HOUR),
    is_heard=lambda status, body: (status, body) == (200, b"success"),
)
BUYER = {"buyer_id": "2088000000000202", "buyer_logon_id": "159****0101"}
FORM = {"Content-Type": "application/x-www-form-urlencoded; charset=utf-8"}
Write = Callable[[frozenset[str]], tuple[Mapping[str, str], bytes]]


class Teller:
    """Every notice is an event in the journal, so that a restart tells what was not heard."""

    def __init__(self, world: World, parties: Parties) -> None:
        self._world, self._parties = world, parties

    def resume(self) -> None:
        for id_, event in self._world.journal.rows("event").items():
            if self._world.notices.is_waiting(id_):
                self._send(id_, event)

    def tell(self, kind: str, trade: Trade, refund: Refund | None = None) -> None:
        """How the trade stands now. Of one that a QR code began, only ``TRADE_SUCCESS`` is told."""
        if not trade.offer.notify_url or (trade.offer.product == "qr" and trade.status != SUCCESS):
            return
        day = written(self._world.clock.now().timestamp())[:10].replace("-", "")
        where = {"reference": trade.offer.out_trade_no, "url": trade.offer.notify_url}
        event = {"kind": kind, **where, "fields": told(trade, refund)}
        id_ = f"{day}00222{token()}"
        self._world.journal.write("event", id_, event)
        self._send(id_, event)

    def _send(self, id_: str, event: Mapping[str, Any]) -> None:
        write = self._writer({**event["fields"], "notify_id": id_})
        self._world.notices.send(Notice(id_, event["kind"], event["reference"], event["url"], write))

    def _writer(self, fields: dict[str, str]) -> Write:
        """Signed at each attempt, over all that is sent but ``sign`` and ``sign_type``."""

        def write(faults: frozenset[str]) -> tuple[Mapping[str, str], bytes]:
            now = self._world.clock.now().timestamp() - (2 * DAY if "notice_stale" in faults else 0)
            said = {**fields, **_untrue(faults), "notify_time": written(now)}
            is_wrong = "notice_wrong_signature" in faults
            said["sign"] = signature(self._parties.company, to_sign(said, "sign_type"), is_wrong=is_wrong)
            return FORM, urlencode(said).encode()

        return write


def _untrue(faults: frozenset[str]) -> dict[str, str]:
    """A domestic trade names no currency; one that is named is another one."""
    lies = {
        "notice_wrong_amount": {"total_amount": "0.01", "receipt_amount": "0.01", "buyer_pay_amount": "0.01"},
        "notice_wrong_currency": {"trans_currency": "USD", "settle_currency": "USD"},
        "notice_wrong_merchant": {"seller_id": "2088000000000909"},
        "notice_wrong_app": {"app_id": "2021000000000909", "auth_app_id": "2021000000000909"},
    }
    return {name: value for fault in sorted(faults & set(lies)) for name, value in lies[fault].items()}


def told(trade: Trade, refund: Refund | None) -> dict[str, str]:
    """The fields of a notice but ``notify_id``, ``notify_time`` and ``sign``; none is empty."""
    offer = trade.offer
    fields = {
        "notify_type": "trade_status_sync",
        "app_id": offer.app_id,
        "auth_app_id": offer.app_id,
        "charset": "utf-8",
        "version": "1.0",
        "sign_type": "RSA2",
        "trade_no": trade.trade_no,
        "out_trade_no": offer.out_trade_no,
        **BUYER,
        "seller_id": SELLER,
        "trade_status": trade.status,
        "total_amount": yuan(offer.total),
        "subject": offer.subject,
        "body": offer.body,
        "passback_params": offer.passback_params,
        "gmt_create": written(trade.made),
        "gmt_close": written(trade.closed) if trade.status == CLOSED else "",
        **_paid(trade),
        **_refunded(trade, refund),
    }
    return {name: value for name, value in fields.items() if value}


def _paid(trade: Trade) -> dict[str, str]:
    if trade.status == WAIT or not trade.paid:
        return {}
    amount = yuan(trade.offer.total)
    amounts = dict.fromkeys(("receipt_amount", "invoice_amount", "buyer_pay_amount"), amount)
    channel = [{"amount": amount, "fundChannel": "ALIPAYACCOUNT"}]
    bills = json.dumps(channel, separators=(",", ":"))
    return {**amounts, "point_amount": "0.00", "gmt_payment": written(trade.paid), "fund_bill_list": bills}


def _refunded(trade: Trade, refund: Refund | None) -> dict[str, str]:
    """``refund_fee`` is all that has gone back so far; ``gmt_refund`` has milliseconds."""
    if refund is None:
        return {}
    moment = beijing(datetime.fromtimestamp(refund.at, UTC)).isoformat(" ", "milliseconds")[:23]
    return {"refund_fee": yuan(trade.refunded), "gmt_refund": moment, "out_biz_no": refund.number}
