"""Money going back: refunds."""

from typing import Any

from deploy.simulators.gateway.world import World
from deploy.simulators.stripe import objects
from deploy.simulators.stripe.books import Books, Object
from deploy.simulators.stripe.errors import Failed, Invalid
from deploy.simulators.stripe.hooks import Hooks

FAILS_AFTER = 5
"""Seconds until a refund that ends badly does."""
TROUBLES = frozenset({"refund_abnormal", "refund_processing", "not_enough"})


class Refunds:
    def __init__(self, world: World, books: Books, hooks: Hooks) -> None:
        self.world, self.books, self.hooks = world, books, hooks
        self.balance: int | None = None
        """To refund from, in the smallest unit; none is enough for everything."""

    def create(self, asked: Object) -> Object:
        """Raises ``Failed``."""
        charge = self.charge_of(asked)
        left = charge["amount"] - charge["amount_refunded"]
        if charge["disputed"]:
            raise Failed(
                400, f"Charge {charge['id']} has been charged back; cannot issue a refund.", code="charge_disputed"
            )
        if left == 0:
            raise Failed(400, f"Charge {charge['id']} has already been refunded.", code="charge_already_refunded")
        amount = asked.get("amount", left)
        if amount > left:
            told = f"Refund amount ({amount}) is greater than unrefunded amount on charge ({left})"
            raise Failed(400, told, param="amount")
        return self.give_back(charge, amount, asked)

    def give_back(self, charge: Object, amount: int, asked: Object) -> Object:
        troubles = self.world.faults.take(TROUBLES, route="refund", reference=self.books.reference(charge))
        refund = self.books.new("re_", "refund", **objects.refund(charge, amount, asked))
        self._count(charge, amount)
        if "not_enough" in troubles or (self.balance is not None and self.balance < amount):
            return self._begin(refund, pending_reason="insufficient_funds")
        refund = self._pay_out(refund)
        if "refund_abnormal" in troubles:
            self.world.journal.write("failing", refund["id"], {})
            self._fail_soon(refund["id"])
            return self._begin(refund, pending_reason="processing")
        if "refund_processing" in troubles:
            self.world.journal.write("asks", refund["id"], {"left": troubles["refund_processing"].asks})
            return self._begin(refund, pending_reason="processing")
        return self._begin(refund)

    def ask(self, refund: Object) -> Object:
        """It is looked at once more; one that is in process may be done by now."""
        row = self.world.journal.row("asks", refund["id"])
        if row is None or refund["status"] != "pending":
            return refund
        self.world.journal.write("asks", refund["id"], {"left": row["left"] - 1})
        return refund if row["left"] > 1 else self._succeed(refund)

    def fill(self, balance: int | None) -> None:
        """Money for the refunds that wait for it, oldest first."""
        self.balance = balance
        for refund in self.books.all("refund"):
            is_waiting = refund["status"] == "pending" and refund["pending_reason"] == "insufficient_funds"
            if is_waiting and (self.balance is None or refund["amount"] <= self.balance):
                self._succeed(self._pay_out(refund))

    def go_on(self) -> None:
        """After a restart: what was about to fail does."""
        for id_ in self.world.journal.rows("failing"):
            self._fail_soon(id_)

    def charge_of(self, asked: Object) -> Object:
        """The charge that took the money. Raises ``Failed``."""
        if ("payment_intent" in asked) == ("charge" in asked):
            told = "One of the following params should be provided for this request: payment_intent or charge."
            raise Invalid(told, "payment_intent", "parameter_missing")
        id_ = asked.get("charge")
        if id_ is None:
            intent = self.books.get("payment_intent", asked["payment_intent"], "payment_intent")
            if intent["status"] != "succeeded":
                raise Failed(400, f"This PaymentIntent ({intent['id']}) does not have a successful charge to refund.")
            id_ = intent["latest_charge"]
        charge = self.books.get("charge", id_, "charge")
        if not charge["paid"]:
            raise Failed(400, f"Charge {charge['id']} has not been paid.")
        return charge

    def _begin(self, refund: Object, pending_reason: str = "") -> Object:
        facts = {"status": "pending", "pending_reason": pending_reason} if pending_reason else {"status": "succeeded"}
        refund = self.books.keep(refund, **facts)
        self.hooks.emit("refund.created", refund)
        self.hooks.emit("charge.refunded", self.books.objects[refund["charge"]])
        return refund

    def _succeed(self, refund: Object) -> Object:
        changed = {name: value for name, value in refund.items() if name != "pending_reason"}
        refund = self.books.keep(changed, status="succeeded")
        self._tell("refund.updated", refund)
        return refund

    def _fail_soon(self, id_: str) -> None:
        self.world.clock.after(FAILS_AFTER, lambda: self._fail(id_))

    def _fail(self, id_: str) -> None:
        """The bank sends the money back."""
        with self.world.lock:
            refund = self.books.objects[id_]
            if refund["status"] != "pending":
                return
            line = self._line(refund, refund["amount"], "refund_failure", "payment_failure_refund")
            changed = {name: value for name, value in refund.items() if name != "pending_reason"}
            facts = {"failure_reason": "expired_or_canceled_card", "failure_balance_transaction": line["id"]}
            refund = self.books.keep(changed, status="failed", **facts)
            self._count(self.books.objects[refund["charge"]], -refund["amount"])
            if self.balance is not None:
                self.balance += refund["amount"]
            self._tell("refund.failed", refund)

    def _tell(self, name: str, refund: Object) -> None:
        self.hooks.emit(name, refund)
        self.hooks.emit("charge.refund.updated", refund)

    def _pay_out(self, refund: Object) -> Object:
        if self.balance is not None:
            self.balance -= refund["amount"]
        line = self._line(refund, -refund["amount"], "refund", "payment_refund")
        return self.books.keep(refund, balance_transaction=line["id"])

    def _line(self, refund: Object, amount: int, of_card: str, of_wallet: str) -> Object:
        is_card = refund["destination_details"]["type"] == "card"
        return self.books.line(refund, amount, 0, of_card if is_card else of_wallet)

    def _count(self, charge: Object, amount: int) -> Object:
        refunded = charge["amount_refunded"] + amount
        facts: dict[str, Any] = {"amount_refunded": refunded, "refunded": refunded == charge["amount"]}
        return self.books.keep(charge, **facts)
