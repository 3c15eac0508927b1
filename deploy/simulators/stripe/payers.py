"""The payer: the phone on the control port, and the hosted pages on the data port."""

from collections.abc import Mapping
from typing import Any
from urllib.parse import parse_qs, urlsplit

from deploy.simulators.gateway.page import POLICY, render
from deploy.simulators.gateway.plug import CLOSED, OPEN, PAID, Answer, Payable, Refused, Request
from deploy.simulators.gateway.world import World
from deploy.simulators.stripe.books import Books, Object
from deploy.simulators.stripe.payments import Payments
from deploy.simulators.stripe.wanted import BY_HUNDREDS

SESSION_PAGE, INTENT_PAGE = "/c/pay/", "/pay/"
STATES = {"succeeded": PAID, "complete": PAID, "canceled": CLOSED, "expired": CLOSED}


class Payers:
    def __init__(self, world: World, books: Books, payments: Payments) -> None:
        self.world, self.books, self.payments = world, books, payments

    def payables(self) -> list[Payable]:
        """Sessions, and intents that do not belong to one."""
        owned = {row["intent"] for row in self.world.journal.rows("attempt").values()}
        things = [thing for thing in self.books.objects.values() if thing["id"] not in owned]
        return [self._payable(thing) for thing in things if thing["object"] in {"payment_intent", "checkout.session"}]

    def scan(self, asked: Mapping[str, Any]) -> Payable:
        return self._payable(self._open(asked))

    def confirm(self, asked: Mapping[str, Any]) -> Payable:
        """By the ``method`` asked for, or the first that is offered."""
        thing = self._open(asked)
        method = asked.get("method", thing["payment_method_types"][0])
        if method not in thing["payment_method_types"]:
            raise Refused(409, "wrong_method")
        if self.world.faults.take({"payer_declined"}, route="pay", reference=self.books.reference(thing)):
            self.payments.decline(thing, method)
            raise Refused(402, "payer_declined")
        return self._payable(self.payments.pay(thing, method))

    def cancel(self, asked: Mapping[str, Any]) -> Payable:
        """Walks away: it can still be paid."""
        return self.scan(asked)

    def find(self, asked: Mapping[str, Any]) -> Object:
        """The session or intent of this ``code`` or, newest first, ``reference``. Raises ``Refused`` (404)."""
        for payable in reversed(self.payables()):
            if asked.get("code") == payable.code or asked.get("reference") == payable.reference:
                return self.books.objects[payable.code]
        raise Refused(404, "no_such_order")

    def page(self, request: Request) -> Answer:
        """``/c/pay/SESSION`` and ``/pay/CLIENT_SECRET``; what is pressed leads to the merchant's own address."""
        language = "en" if request.query.get("lang") == "en" else "zh-hans"
        try:
            thing = self._shown_at(request.path)
        except Refused:
            return _html(render([], language, title="Stripe"), 404, [])
        said = ""
        if request.method == "POST":
            said = self._press(thing, request.body)
            thing = self.books.objects[thing["id"]]
            if not said and (address := _back(thing)):
                return Answer(303, b"", {"Location": address, "Cache-Control": "no-store"})
        page = render([self._payable(thing)], language, title="Stripe", said=said, action=request.path)
        return _html(page, 200, [thing.get("success_url"), thing.get("cancel_url")])

    def _shown_at(self, path: str) -> Object:
        if path.startswith(SESSION_PAGE):
            return self.find({"code": path.removeprefix(SESSION_PAGE)})
        secret = path.removeprefix(INTENT_PAGE)
        thing = self.find({"code": secret.partition("_secret_")[0]})
        if thing.get("client_secret") != secret:
            raise Refused(404, "no_such_order")
        return thing

    def _press(self, thing: Object, body: bytes) -> str:
        if parse_qs(body.decode(errors="replace")).get("action") != ["pay"]:
            return ""
        try:
            self.confirm({"code": thing["id"]})
        except Refused as refused:
            return refused.code
        return ""

    def _open(self, asked: Mapping[str, Any]) -> Object:
        """What can be paid now. Raises ``Refused`` (404, 409)."""
        thing = self.find(asked)
        state = STATES.get(thing["status"], OPEN)
        late = {"route": "pay", "reference": self.books.reference(thing)}
        if state == PAID or (state == CLOSED and not self.world.faults.take({"late_success"}, **late)):
            raise Refused(409, "not_payable")
        return thing

    def _payable(self, thing: Object) -> Payable:
        amount = thing["amount"] if "amount" in thing else thing["amount_total"]
        shown = amount // 100 if thing["currency"] in BY_HUNDREDS else amount
        state = STATES.get(thing["status"], OPEN)
        title = thing.get("description") or ""
        return Payable(thing["id"], self.books.reference(thing), shown, thing["currency"].upper(), title, state)


def _back(thing: Object) -> str:
    """Where the payer goes on: the merchant's page of success, or the one for who walked away."""
    if thing["object"] != "checkout.session":
        return ""
    if thing["status"] == "complete":
        return str(thing["success_url"]).replace("{CHECKOUT_SESSION_ID}", thing["id"])
    return str(thing["cancel_url"] or "")


def _html(page: str, status: int, elsewhere: list[str | None]) -> Answer:
    """``elsewhere`` are other addresses that a form of this page may lead to."""
    parts = [urlsplit(address) for address in elsewhere if address]
    origins = sorted({f"{part.scheme}://{part.netloc}" for part in parts})
    headers = {
        "Content-Type": "text/html; charset=utf-8",
        "Content-Security-Policy": POLICY.replace("form-action 'self'", " ".join(["form-action 'self'", *origins])),
        "Cache-Control": "no-store",
        "Referrer-Policy": "no-referrer",
        "X-Content-Type-Options": "nosniff",
    }
    return Answer(status, page.encode(), headers)
