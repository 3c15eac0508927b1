"""Notices of WeChat Pay: what happened, encrypted for the merchant and signed by the platform."""

import json
import secrets
import uuid
from collections.abc import Mapping
from typing import Any

from deploy.simulators.gateway.clock import rfc3339
from deploy.simulators.gateway.notices import Manner, Notice
from deploy.simulators.gateway.world import World
from deploy.simulators.wechat_pay import shown
from deploy.simulators.wechat_pay.merchants import Merchant, Merchants
from deploy.simulators.wechat_pay.orders import Order
from deploy.simulators.wechat_pay.platform import Platform
from deploy.simulators.wechat_pay.refunds import Refund
from deploy.simulators.wechat_pay.signing import SCHEMA, lines, seal, sign

MINUTE, HOUR = 60, 3600
FIRST_HOURS = (15, 15, 30, 3 * MINUTE, 10 * MINUTE, 20 * MINUTE, 30 * MINUTE, 30 * MINUTE, 30 * MINUTE, 60 * MINUTE)
MANNER = Manner(
    schedule=(*FIRST_HOURS, 3 * HOUR, 3 * HOUR, 3 * HOUR, 6 * HOUR, 6 * HOUR),
    is_heard=lambda status, body: status in {200, 204},
    timeout=5,
)
PROBE = "WECHATPAY/SIGNTEST/"
SAID = {
    "TRANSACTION.SUCCESS": "支付成功",
    "REFUND.SUCCESS": "退款成功",
    "REFUND.ABNORMAL": "退款异常",
    "REFUND.CLOSED": "退款关闭",
}
AGE = {"stale": -600, "notice_stale": -600, "future": 600}


class Teller:
    def __init__(self, world: World, platform: Platform, merchants: Merchants) -> None:
        self._world, self._platform, self._merchants = world, platform, merchants
        self._turns: dict[str, int] = {}

    def again(self, orders: list[Order], refunds: list[tuple[Refund, Order]]) -> None:
        """After a restart: what merchants have not yet acknowledged."""
        for order in orders:
            if self._world.notices.is_waiting(_id("TRANSACTION.SUCCESS", order)):
                self.tell_payment(order)
        for refund, order in refunds:
            if self._world.notices.is_waiting(_id(f"REFUND.{refund.status}", refund)):
                self.tell_refund(refund, order)

    def tell_payment(self, order: Order) -> None:
        told = {**shown.order(order), "trade_state": "SUCCESS", "trade_state_desc": shown.SAID["SUCCESS"]}
        id_ = _id("TRANSACTION.SUCCESS", order)
        self._send("TRANSACTION.SUCCESS", order, id_, str(order.asked["notify_url"]), told)

    def tell_refund(self, refund: Refund, order: Order) -> None:
        url = str(refund.asked.get("notify_url", ""))
        if url:
            event = f"REFUND.{refund.status}"
            self._send(event, order, _id(event, refund), url, shown.refund_notice(refund, order))

    def headers(self, body: bytes, serial: str, faults: frozenset[str]) -> dict[str, str]:
        """Signed by the key of this name, over ``body``, unless ``faults`` spoil it."""
        late = next((seconds for name, seconds in AGE.items() if name in faults), 0)
        stamp = str(int(self._world.clock.now().timestamp()) + late)
        nonce = secrets.token_urlsafe(24)
        key = self._platform.key(serial)
        if key is None:
            raise KeyError(serial)
        signature = sign(key, lines(stamp, nonce, body))
        if faults & {"wrong_signature", "notice_wrong_signature"}:
            signature = sign(key, lines(stamp, nonce, body + b" "))
        if "notice_signtest" in faults:
            signature = PROBE + signature[len(PROBE) :]
        headers = {
            "Wechatpay-Timestamp": stamp,
            "Wechatpay-Nonce": nonce,
            "Wechatpay-Signature": signature,
            "Wechatpay-Serial": secrets.token_hex(20).upper() if "unknown_serial" in faults else serial,
            "Wechatpay-Signature-Type": SCHEMA,
        }
        if "no_signature" in faults:
            del headers["Wechatpay-Signature"]
        return headers

    def serial(self, merchant: Merchant, asked: str = "") -> str:
        """Which key signs for this merchant: the one it asked for, else by its mode."""
        newest = self._platform.certificates[-1].serial
        if asked and self._platform.key(asked) is not None:
            return asked
        return newest if merchant.key_mode != "public_key" else self._platform.public_id

    def _send(self, event: str, order: Order, id_: str, url: str, told: dict[str, Any]) -> None:
        """While a merchant moves from one kind of key to the other, its notices are signed by both in turns."""
        moment = rfc3339(self._world.clock.now())
        merchant = self._merchants.find(order.mchid)
        if merchant is None:
            return
        turn = self._turns[order.mchid] = self._turns.get(order.mchid, 0) + 1
        is_new_way = merchant.key_mode == "both" and turn % 2 == 0
        original = "refund" if event.startswith("REFUND") else "transaction"

        def write(faults: frozenset[str]) -> tuple[Mapping[str, str], bytes]:
            said = {"id": id_, "create_time": moment, "event_type": event, "resource_type": "encrypt-resource"}
            inside = json.dumps(_spoiled(told, faults), ensure_ascii=False)
            sealed = {"original_type": original, **seal(merchant.apiv3_key, inside, original)}
            body = json.dumps({**said, "summary": SAID[event], "resource": sealed}, ensure_ascii=False).encode()
            serial = self._platform.public_id if is_new_way else self.serial(merchant)
            signed = self.headers(body, serial, faults)
            return {"Content-Type": "application/json", "User-Agent": "Mozilla/4.0", **signed}, body

        kind = "payment" if original == "transaction" else "refund"
        self._world.notices.send(Notice(id_, kind, order.number, url, write))


def _id(event: str, about: Order | Refund) -> str:
    """The same for every attempt to tell the same thing, also after a restart."""
    thing = about.transaction_id if isinstance(about, Order) else f"{about.refund_id}/{about.channel}"
    return str(uuid.uuid5(uuid.NAMESPACE_OID, f"{event}/{thing}"))


def _spoiled(told: dict[str, Any], faults: frozenset[str]) -> dict[str, Any]:
    """Well signed, and untrue."""
    told = json.loads(json.dumps(told))
    if "notice_wrong_amount" in faults:
        told["amount"]["total"] -= 1
    if "notice_wrong_currency" in faults:
        told["amount"]["currency"] = "XTS"
    if "notice_wrong_merchant" in faults:
        told["sp_mchid" if "sp_mchid" in told else "mchid"] = "1999999999"
    if "notice_wrong_app" in faults:
        told["sp_appid" if "sp_appid" in told else "appid"] = "wx0000000000000000"
    return told
