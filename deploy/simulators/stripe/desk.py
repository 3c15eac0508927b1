"""The calls of the API: which address takes which parameters, and what it does."""

import re
from collections.abc import Callable
from dataclasses import dataclass

from deploy.simulators.gateway.faults import BILLS
from deploy.simulators.gateway.world import World
from deploy.simulators.stripe import wanted
from deploy.simulators.stripe.books import Books, Object
from deploy.simulators.stripe.errors import Failed
from deploy.simulators.stripe.hooks import Hooks
from deploy.simulators.stripe.payers import Payers
from deploy.simulators.stripe.payments import Payments
from deploy.simulators.stripe.reading import Reader
from deploy.simulators.stripe.refunds import Refunds

LISTED = {
    "refunds": ("refund", "", ("payment_intent", "charge")),
    "balance_transactions": ("balance_transaction", "bill", ("type", "source", "currency")),
    "events": ("event", "", ("type",)),
    "disputes": ("dispute", "", ("payment_intent", "charge")),
    "webhook_endpoints": ("webhook_endpoint", "", ()),
}
"""Name in the address → kind of object, route, filters."""


@dataclass(frozen=True)
class Call:
    route: str
    """For the plan of faults."""
    method: str
    pattern: str
    """Of the path below ``/v1/``; a group is an id."""
    reader: Reader
    run: Callable[..., Object]


class Desk:
    def __init__(self, world: World, books: Books, hooks: Hooks, payments: Payments, refunds: Refunds, payers: Payers):
        self.world, self.books, self.hooks = world, books, hooks
        self.payments, self.refunds, self.payers = payments, refunds, payers
        id_ = r"(\w+)"
        self.calls = (
            Call("create", "POST", "payment_intents", wanted.INTENT, payments.open_intent),
            Call("query", "GET", f"payment_intents/{id_}", wanted.RETRIEVE, self._read("payment_intent", "intent")),
            Call("close", "POST", f"payment_intents/{id_}/cancel", wanted.CANCEL, self._cancel),
            Call("create", "POST", "checkout/sessions", wanted.SESSION, payments.open_session),
            Call(
                "query", "GET", f"checkout/sessions/{id_}", wanted.RETRIEVE, self._read("checkout.session", "session")
            ),
            Call("close", "POST", f"checkout/sessions/{id_}/expire", wanted.RETRIEVE, self._expire),
            Call("refund", "POST", "refunds", wanted.REFUND, refunds.create),
            Call("refund_query", "GET", f"refunds/{id_}", wanted.RETRIEVE, self._read_refund),
            Call("", "GET", f"charges/{id_}", wanted.RETRIEVE, self._read("charge", "id")),
            Call("", "GET", f"disputes/{id_}", wanted.RETRIEVE, self._read("dispute", "dispute")),
            Call("", "GET", f"events/{id_}", wanted.RETRIEVE, self._read("event", "id")),
            Call("", "GET", f"balance_transactions/{id_}", wanted.RETRIEVE, self._read("balance_transaction", "id")),
            Call("", "POST", "webhook_endpoints", wanted.ENDPOINT, hooks.register),
            *(
                Call(route, "GET", name, wanted.listing(*by), self._list(name))
                for name, (_, route, by) in LISTED.items()
            ),
        )

    def find(self, method: str, path: str) -> tuple[Call, list[str]] | None:
        """The call, and the ids in its address."""
        for call in self.calls:
            match = re.fullmatch(f"/v1/{call.pattern}", path)
            if match and call.method == method:
                return call, list(match.groups())
        return None

    def _read(self, kind: str, param: str) -> Callable[..., Object]:
        return lambda asked, id_: self.books.get(kind, id_, param)

    def _read_refund(self, asked: Object, id_: str) -> Object:
        return self.refunds.ask(self.books.get("refund", id_, "refund"))

    def _cancel(self, asked: Object, id_: str) -> Object:
        intent = self.books.get("payment_intent", id_, "intent")
        self._be_overtaken(intent)
        return self.payments.cancel(self.books.objects[id_], asked)

    def _expire(self, asked: Object, id_: str) -> Object:
        session = self.books.get("checkout.session", id_, "session")
        self._be_overtaken(session)
        return self.payments.expire(self.books.objects[id_])

    def _be_overtaken(self, thing: Object) -> None:
        """The payer may be quicker than who closes."""
        reference = self.books.reference(thing)
        if self.world.faults.take({"paid_while_closing"}, route="close", reference=reference):
            self.payers.confirm({"code": thing["id"]})

    def _list(self, name: str) -> Callable[..., Object]:
        kind, route, filters = LISTED[name]

        def run(asked: Object) -> Object:
            wanted_ = {field: asked[field] for field in filters if field in asked}
            found = [
                thing
                for thing in self.books.all(kind)
                if all(thing.get(field) == value for field, value in wanted_.items())
            ]
            page = self.books.page(f"/v1/{name}", found, asked)
            return _spoilt(page, set(self.world.faults.take(BILLS, route="bill"))) if route else page

        return run


def _spoilt(page: Object, faults: set[str]) -> Object:
    lines = page["data"]
    if "bill_late" in faults:
        raise Failed(500, "An unknown error occurred", kind="api_error")
    if "bill_missing_row" in faults:
        lines = lines[1:]
    if "bill_duplicate_row" in faults:
        lines = lines[:1] + lines
    if "bill_amount_off" in faults and lines:
        lines = [{**lines[0], "amount": lines[0]["amount"] + 1, "net": lines[0]["net"] + 1}, *lines[1:]]
    if "bill_extra_row" in faults and lines:
        lines = [*lines, {**lines[0], "id": "txn_ofnobody", "source": "ch_ofnobody"}]
    return {**page, "data": lines}
