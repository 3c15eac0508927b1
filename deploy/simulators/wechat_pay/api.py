"""What merchants do with orders and refunds. Every method raises ``Trouble`` for what it refuses."""

from collections.abc import Mapping
from datetime import datetime
from typing import Any

from deploy.simulators.gateway.plug import Answer
from deploy.simulators.gateway.world import World
from deploy.simulators.wechat_pay import shown, specs
from deploy.simulators.wechat_pay.fields import body, check, check_url, text
from deploy.simulators.wechat_pay.merchants import INSTITUTION, Merchant
from deploy.simulators.wechat_pay.orders import Order, Orders, code_url
from deploy.simulators.wechat_pay.owners import check_owner, check_query, in_bodies
from deploy.simulators.wechat_pay.platform import Platform
from deploy.simulators.wechat_pay.refunds import Refund, Refunds
from deploy.simulators.wechat_pay.routes import Call
from deploy.simulators.wechat_pay.sensitive import check_sealed
from deploy.simulators.wechat_pay.till import Till
from deploy.simulators.wechat_pay.trouble import Trouble, answer, wrong


class Api:
    def __init__(self, world: World, platform: Platform, orders: Orders, refunds: Refunds, till: Till) -> None:
        self._world, self._platform = world, platform
        self._orders, self._refunds, self._till = orders, refunds, till

    def create(self, merchant: Merchant, call: Call) -> Answer:
        asked, kind = body(call.request.body), call.parts["kind"]
        check(asked, specs.global_order(kind, in_bodies(merchant)) if call.is_global else specs.order(kind))
        check_owner(merchant, asked)
        check_url(asked["notify_url"], "/notify_url")
        self._check_end(asked)
        if asked["amount"].get("currency", "CNY") != merchant.currency:
            raise wrong("/amount/currency", "与商户的标价币种不一致")
        identity = asked.get("payer", {}).get("identity", {})
        check_sealed(self._platform, call.request, identity, ("number", "name"))
        order = self._orders.open(merchant.mchid, kind, asked, is_global=call.is_global)
        return answer(200, self._opened(order))

    def query(self, merchant: Merchant, call: Call) -> Answer:
        check_query(merchant, call.request.query, {})
        number = call.parts.get("number")
        if number is not None:
            return answer(200, shown.order(self._orders.find(merchant.mchid, number)))
        return answer(200, shown.order(self._orders.by_transaction(merchant.mchid, call.parts["id"])))

    def close(self, merchant: Merchant, call: Call) -> Answer:
        asked = body(call.request.body)
        names = ("sp_mchid", "sub_mchid") if merchant.profile == INSTITUTION else ("mchid",)
        check(asked, {name: text(32, required=True) for name in names})
        check_owner(merchant, asked)
        order, is_late = self._orders.close(merchant.mchid, call.parts["number"])
        if is_late:
            self._till.pay_soon(order)
        return Answer(204)

    def refund(self, merchant: Merchant, call: Call) -> Answer:
        asked = body(call.request.body)
        check(asked, specs.global_refund(in_bodies(merchant)) if call.is_global else specs.REFUND)
        if call.is_global:
            check_owner(merchant, asked)
        if "notify_url" in asked:
            check_url(asked["notify_url"], "/notify_url")
        if ("transaction_id" in asked) == ("out_trade_no" in asked):
            raise wrong("/transaction_id", "transaction_id和out_trade_no二选一")
        order = self._refundable(merchant, asked)
        return answer(200, shown.refund(self._refunds.open(order, asked), order))

    def refund_query(self, merchant: Merchant, call: Call) -> Answer:
        if call.is_global:
            check_query(merchant, call.request.query, {})
        else:
            check(call.request.query, {}, "query")
        number = call.parts.get("refund")
        found = self._refunds.find(merchant.mchid, number) if number else None
        return self._told(self._refunds.ask(found or self._refunds.by_id(merchant.mchid, call.parts["id"])))

    def abnormal(self, merchant: Merchant, call: Call) -> Answer:
        asked = body(call.request.body)
        check(asked, specs.ABNORMAL)
        refund = self._refunds.by_id(merchant.mchid, call.parts["id"])
        if refund.number != asked["out_refund_no"]:
            raise Trouble(400, "INVALID_REQUEST", "退款单号不匹配")
        card = ("bank_type", "bank_account", "real_name") if asked["type"] == "USER_BANK_CARD" else ()
        for name in card:
            if name not in asked:
                raise wrong(f"/{name}", "缺少必填字段")
        check_sealed(self._platform, call.request, asked, ("bank_account", "real_name"))
        return self._told(self._refunds.help(refund, by=asked["type"]))

    def _opened(self, order: Order) -> dict[str, str]:
        if order.kind == "native":
            return {"code_url": code_url(order)}
        if order.kind in {"h5", "mweb"}:
            return {f"{order.kind}_url": f"{self._world.url}/h5/{order.code}"}
        return {"prepay_id": order.prepay_id}

    def _told(self, refund: Refund) -> Answer:
        return answer(200, shown.refund(refund, self._orders.by_key(refund.order_key)))

    def _refundable(self, merchant: Merchant, asked: Mapping[str, Any]) -> Order:
        try:
            if "transaction_id" in asked:
                return self._orders.by_transaction(merchant.mchid, asked["transaction_id"])
            return self._orders.find(merchant.mchid, asked["out_trade_no"])
        except Trouble:
            raise Trouble(404, "RESOURCE_NOT_EXISTS", "订单不存在") from None

    def _check_end(self, asked: Mapping[str, Any]) -> None:
        """Raises ``Trouble`` for an end that is no moment, or has passed."""
        try:
            ends = datetime.fromisoformat(asked.get("time_expire", "9999-12-31T00:00:00+08:00"))
        except ValueError:
            raise wrong("/time_expire", "格式错误") from None
        if ends <= self._world.clock.now():
            raise wrong("/time_expire", "订单失效时间已过")
