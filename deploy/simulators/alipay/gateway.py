"""The company between its two ports."""

from collections.abc import Mapping
from typing import Any

from deploy.simulators.alipay import bills, cashier, openapi, wire
from deploy.simulators.alipay.asking import Asking
from deploy.simulators.alipay.bills import Bills
from deploy.simulators.alipay.cashier import Cashier
from deploy.simulators.alipay.dealing import Dealing
from deploy.simulators.alipay.offering import Offering
from deploy.simulators.alipay.openapi import OpenApi
from deploy.simulators.alipay.parties import Parties, token
from deploy.simulators.alipay.phone import Phone
from deploy.simulators.alipay.refunding import Refunding
from deploy.simulators.alipay.telling import Teller
from deploy.simulators.alipay.trades import Book
from deploy.simulators.alipay.wire import Node
from deploy.simulators.alipay.wrong import Wrong
from deploy.simulators.gateway import faults
from deploy.simulators.gateway.plug import Answer, Payable, Refused, Request
from deploy.simulators.gateway.world import World

UNDATED = frozenset({"stale", "future"})
"""Answers bear no time."""
Said = dict[str, Any]


class Alipay:
    name = "alipay"
    faults = (
        (faults.TRANSPORT - UNDATED)
        | (faults.NOTICES - {"notice_signtest"})
        | faults.PAYING
        | faults.REFUNDING
        | bills.FAULTS
    )

    def __init__(self, world: World) -> None:
        self.world = world
        self.parties = Parties(world.folder / "keys" if world.folder else None, world.clock.now())
        teller = Teller(world, self.parties)
        self.dealing = Dealing(world, Book(world.journal), teller)
        offering, asking = Offering(world, self.dealing), Asking(world, self.dealing)
        self.bills, refunding = Bills(world, self.dealing), Refunding(self.dealing, asking)
        self.api = OpenApi(world, self.parties, offering=offering, asking=asking, refunding=refunding, bills=self.bills)
        self.phone = Phone(world, self.parties, self.dealing, offering)
        self.cashier = Cashier(self.parties, self.dealing, self.phone)
        teller.resume()

    def route(self, request: Request) -> tuple[str, str]:
        return self.api.route(request) if request.path == openapi.PATH else ("", "")

    def answer(self, request: Request) -> Answer:
        if request.path == openapi.PATH:
            return self.api.answer(request, self.cashier)
        if request.path.startswith(cashier.PATH):
            return self.cashier.serve(request)
        if request.path.startswith(bills.DOWNLOADS) and request.method == "GET":
            return self.bills.download(request.path.removeprefix(bills.DOWNLOADS))
        return Answer(404)

    def failure(self, request: Request) -> Answer:
        """The company keeps its 200 and says 20000: unknown, ask."""
        wrong = Wrong("20000", "isp.unknow-error")
        return self.api.node(request, wrong.node, is_signed=True)

    def seal(self, request: Request, answer: Answer, faults: frozenset[str]) -> Answer:
        if not isinstance(answer, Node):
            return answer
        signer = self.parties.stranger if "unknown_serial" in faults else self.parties.company
        return wire.sealed(answer, signer, faults)

    def payables(self) -> list[Payable]:
        return self.phone.payables()

    def scan(self, asked: Mapping[str, Any]) -> Payable:
        return self.phone.scan(asked)

    def confirm(self, asked: Mapping[str, Any]) -> Payable:
        return self.phone.confirm(asked)

    def cancel(self, asked: Mapping[str, Any]) -> Payable:
        return self.phone.cancel(asked)

    def refund_in_console(self, asked: Mapping[str, Any]) -> Said:
        """``{"reference", "amount"}`` in fen."""
        trade = self.dealing.book.trade(str(asked.get("reference", "")))
        amount = asked.get("amount")
        if trade is None or type(amount) is not int or amount < 1:
            raise Refused(404 if trade is None else 400, "no_such_order" if trade is None else "wrong_amount")
        number = f"console{token()}"
        try:
            self.dealing.refund(trade, number, amount)
        except Wrong as wrong:
            raise Refused(409, wrong.sub_code) from None
        return {"out_request_no": number}

    def rotate(self, asked: Mapping[str, Any]) -> Said:
        """``{"key": "alipay" | "app"}``; the console then hands out the new ones."""
        whose = asked.get("key", "alipay")
        if whose not in {"alipay", "app"}:
            raise Refused(400, "wrong_key")
        self.parties.rotate(whose)
        return self.parties.told()

    def set_balance(self, asked: Mapping[str, Any]) -> Said:
        """``{"balance"}`` in fen; without, it stays what it is."""
        balance = asked.get("balance", self.dealing.book.balance)
        if type(balance) is not int or balance < 0:
            raise Refused(400, "wrong_balance")
        self.dealing.book.fill(balance)
        return {"balance": balance}

    def control(self, method: str, path: str, asked: Mapping[str, Any]) -> Said:
        """``GET /merchant`` is the merchant's console; ``POST /calls {"get"}`` allows calls by GET."""
        if (method, path) == ("GET", "/merchant"):
            return self.parties.told()
        if (method, path) == ("POST", "/calls") and type(asked.get("get")) is bool:
            self.api.allows_get = asked["get"]
            return {"get": self.api.allows_get}
        raise Refused(404, "no_such_address")
