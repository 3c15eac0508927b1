"""WeChat Pay as one object between two ports."""

import json
import secrets
from collections.abc import Mapping
from typing import Any

from deploy.simulators.gateway import faults
from deploy.simulators.gateway.plug import Answer, Payable, Request
from deploy.simulators.gateway.world import World
from deploy.simulators.wechat_pay.api import Api
from deploy.simulators.wechat_pay.bill_api import BillApi
from deploy.simulators.wechat_pay.bills import Bills
from deploy.simulators.wechat_pay.console import Console
from deploy.simulators.wechat_pay.days import Days
from deploy.simulators.wechat_pay.gate import Gate
from deploy.simulators.wechat_pay.keys import Safe
from deploy.simulators.wechat_pay.merchants import DOMESTIC, Merchant, Merchants
from deploy.simulators.wechat_pay.money import RATES
from deploy.simulators.wechat_pay.orders import Orders
from deploy.simulators.wechat_pay.payer_page import PAGE, PayerPage
from deploy.simulators.wechat_pay.platform import Platform
from deploy.simulators.wechat_pay.purse import Purse
from deploy.simulators.wechat_pay.refunds import Refunds
from deploy.simulators.wechat_pay.routes import ANY, UNSIGNED, Call, find
from deploy.simulators.wechat_pay.routes import DOMESTIC as INLAND
from deploy.simulators.wechat_pay.signing import Authorization
from deploy.simulators.wechat_pay.statements import HASH, Statements
from deploy.simulators.wechat_pay.telling import Teller
from deploy.simulators.wechat_pay.till import Till
from deploy.simulators.wechat_pay.trouble import Trouble


class WeChatPay:
    name = "wechat_pay"
    faults = faults.EVERY | {"coupon"}
    """``coupon``: a tenth of the amount is paid by one, so that the payer pays less than the total."""

    def __init__(self, world: World) -> None:
        self._world = world
        safe, rates = Safe(world.folder), dict(RATES)
        self._platform, self._merchants = Platform(world, safe), Merchants(world, safe)
        self._gate = Gate(world, self._merchants, self._platform)
        self._teller = Teller(world, self._platform, self._merchants)
        self._orders = Orders(world, rates)
        purse = Purse(world)
        self._refunds = Refunds(world, self._orders, purse, rates, self._teller.tell_refund)
        self._till = Till(world, self._orders, purse, self._teller)
        self._page = PayerPage(self)
        days = Days(world, self._orders, self._refunds)
        api = Api(world, self._platform, self._orders, self._refunds, self._till)
        more = BillApi(world, self._platform, Bills(world, days), Statements(world, days))
        self._verbs = {name: getattr(part, name) for part in (api, more) for name in dir(part) if name[0] != "_"}
        self._console = Console(world, self._platform, self._merchants, self._orders, self._refunds, purse, rates)
        self._teller.again(
            self._orders.paid(), [(one, self._orders.by_key(one.order_key)) for one in self._refunds.all()]
        )

    def route(self, request: Request) -> tuple[str, str]:
        call = find(request)
        return (call.route.name, self._reference(call)) if call else ("", "")

    def answer(self, request: Request) -> Answer:
        if request.path.startswith(PAGE):
            return self._page.answer(request)
        try:
            merchant, call = self._gate.admit(request), find(request)
            if call is None:
                raise Trouble(404, "NOT_FOUND")
            if call.route.side not in {ANY, INLAND if merchant.profile == DOMESTIC else "global"}:
                raise Trouble(403, "NO_AUTH")
            answered = self._verbs[call.route.verb](merchant, call)
        except Trouble as trouble:
            return trouble.answer()
        return answered if isinstance(answered, Answer) else Answer(500)

    def failure(self, request: Request) -> Answer:
        return Trouble(500, "SYSTEM_ERROR").answer()

    def seal(self, request: Request, answer: Answer, faults: frozenset[str]) -> Answer:
        """Refusals are signed as well, but not what is told to somebody unknown. A statement is signed by its hash."""
        merchant, call = self._asking(request), find(request)
        if merchant is None or answer.status == 401 or (call and call.route.name in UNSIGNED):  # noqa: PLR2004
            return answer
        serial = self._teller.serial(merchant, request.headers.get("Wechatpay-Serial", ""))
        signed = answer.headers[HASH].encode() if HASH in answer.headers else answer.body
        named = {"Request-ID": f"08{secrets.token_hex(16).upper()}-0", **answer.headers}
        return answer.but(headers={**named, **self._teller.headers(signed, serial, faults)})

    def payables(self) -> list[Payable]:
        return [order.payable() for order in self._orders.all()]

    def scan(self, asked: Mapping[str, Any]) -> Payable:
        return self._orders.scan(self._orders.by_code(asked)).payable()

    def confirm(self, asked: Mapping[str, Any]) -> Payable:
        return self._till.pay(self._orders.by_code(asked)).payable()

    def cancel(self, asked: Mapping[str, Any]) -> Payable:
        return self._orders.leave(self._orders.by_code(asked)).payable()

    def refund_in_console(self, asked: Mapping[str, Any]) -> dict[str, Any]:
        return self._console.refund(asked)

    def rotate(self, asked: Mapping[str, Any]) -> dict[str, Any]:
        return self._console.rotate(asked)

    def set_balance(self, asked: Mapping[str, Any]) -> dict[str, Any]:
        return self._console.set_balance(asked)

    def control(self, method: str, path: str, asked: Mapping[str, Any]) -> dict[str, Any] | list[Any]:
        return self._console.do(method, path, asked)

    def _asking(self, request: Request) -> Merchant | None:
        given = Authorization.read(request.headers.get("Authorization", ""))
        return self._merchants.find(given.mchid) if given else None

    def _reference(self, call: Call) -> str:
        """The order's number, also when it is named by a transaction or a refund."""
        try:
            asked = json.loads(call.request.body or b"{}")
        except (ValueError, RecursionError):
            asked = {}
        asked = asked if isinstance(asked, dict) else {}
        number = call.parts.get("number") or asked.get("out_trade_no")
        names = {call.parts.get("id"), call.parts.get("refund"), str(asked.get("transaction_id"))}
        return str(number or self._refunds.reference(names) or "")
