"""Money coming in: intents, Checkout sessions, and the payer who pays or is declined."""

from dataclasses import replace
from datetime import UTC, datetime

from deploy.simulators.gateway.faults import NOTICES
from deploy.simulators.gateway.magic import trouble
from deploy.simulators.gateway.world import World
from deploy.simulators.stripe import objects
from deploy.simulators.stripe.books import Books, Object
from deploy.simulators.stripe.errors import Failed, Invalid
from deploy.simulators.stripe.hooks import Hooks
from deploy.simulators.stripe.wanted import CARD, WECHAT, check_amount, methods

DAY, HALF_AN_HOUR = 86_400, 1800
FEE_PER_1000, FEE_FIXED = 29, 30


class Payments:
    def __init__(self, world: World, books: Books, hooks: Hooks) -> None:
        self.world, self.books, self.hooks = world, books, hooks

    def open_intent(self, asked: Object) -> Object:
        """Raises ``Invalid``."""
        automatic = asked.get("automatic_payment_methods", {}).get("enabled")
        if automatic and "payment_method_types" in asked:
            told = "You may only specify one of these parameters: automatic_payment_methods, payment_method_types."
            raise Invalid(told, "payment_method_types")
        check_amount(asked["amount"], asked["currency"], "amount")
        types = methods(asked.get("payment_method_types"), asked["currency"])
        if automatic is None and "payment_method_types" not in asked:
            asked = {**asked, "automatic_payment_methods": {"allow_redirects": "always", "enabled": True}}
        intent = self._new_intent(asked["amount"], asked["currency"], types, asked)
        reference = asked.get("metadata", {}).get("reference", intent["id"])
        self.books.refer(intent["id"], reference)
        self._expect_trouble(asked["amount"], reference)
        self.hooks.emit("payment_intent.created", intent)
        return intent

    def open_session(self, asked: Object) -> Object:
        """Raises ``Invalid``."""
        prices = [(line["price_data"], line["quantity"]) for line in asked["line_items"]]
        currencies = {price["currency"] for price, _ in prices}
        if len(currencies) > 1:
            raise Invalid("All prices on a Checkout Session must have the same currency.", "line_items")
        (currency,) = currencies
        amount = sum(price["unit_amount"] * quantity for price, quantity in prices)
        check_amount(amount, currency, "line_items")
        types = methods(asked.get("payment_method_types"), currency)
        if WECHAT in asked.get("payment_method_types", []) and WECHAT not in asked.get("payment_method_options", {}):
            name = "payment_method_options[wechat_pay][client]"
            raise Invalid(f"Missing required param: {name}.", name, "parameter_missing")
        session = self._new_session(amount, currency, types, asked)
        reference = asked.get("client_reference_id") or asked.get("metadata", {}).get("reference", session["id"])
        self.books.refer(session["id"], reference)
        self._expect_trouble(amount, reference)
        self._expire_in_time(session)
        return session

    def cancel(self, intent: Object, asked: Object) -> Object:
        """Raises ``Failed`` for what is paid or canceled."""
        if not intent["status"].startswith("requires_"):
            told = f"You cannot cancel this PaymentIntent because it has a status of {intent['status']}."
            raise Failed(400, told, code="payment_intent_unexpected_state")
        reason = asked.get("cancellation_reason")
        facts = {"status": "canceled", "canceled_at": self.books.now(), "cancellation_reason": reason}
        intent = self.books.keep(intent, **facts)
        self.hooks.emit("payment_intent.canceled", intent)
        return intent

    def expire(self, session: Object) -> Object:
        """Raises ``Failed`` for what is complete or expired."""
        if session["status"] != "open":
            told = (
                f'Only Checkout Sessions with a status in ["open"] can be expired. This one is `{session["status"]}`.'
            )
            raise Failed(400, told, param="session")
        session = self.books.keep(session, status="expired", url=None)
        self.hooks.emit("checkout.session.expired", session)
        return session

    def pay(self, thing: Object, method: str) -> Object:
        """The intent or session, paid: a charge, a line of the balance, and all events about it."""
        intent = self._intent_of(thing)
        charge = self._new_charge(intent, method, is_paid=True)
        fee = (intent["amount"] * FEE_PER_1000 + 500) // 1000 + FEE_FIXED
        kind = "charge" if method == CARD else "payment"
        charge = self.books.keep(charge, balance_transaction=self.books.line(charge, intent["amount"], fee, kind)["id"])
        facts = {"amount_received": intent["amount"], "latest_charge": charge["id"], "last_payment_error": None}
        intent = self.books.keep(intent, status="succeeded", payment_method=charge["payment_method"], **facts)
        self.hooks.emit("charge.succeeded", charge)
        self.hooks.emit("payment_intent.succeeded", intent)
        if thing["object"] == "payment_intent":
            return intent
        session = self.books.keep(
            thing, status="complete", payment_status="paid", payment_intent=intent["id"], url=None
        )
        self.hooks.emit("checkout.session.completed", session)
        return session

    def decline(self, thing: Object, method: str) -> None:
        """The bank says no; the payer may try again."""
        intent = self._intent_of(thing)
        charge = self._new_charge(intent, method, is_paid=False)
        error = {
            "charge": charge["id"],
            "code": "card_declined",
            "decline_code": "generic_decline",
            "message": "Your card was declined.",
            "type": "card_error",
        }
        intent = self.books.keep(intent, last_payment_error=error, latest_charge=charge["id"])
        self.hooks.emit("charge.failed", charge)
        self.hooks.emit("payment_intent.payment_failed", intent)

    def expire_all_in_time(self) -> None:
        """After a restart."""
        for session in self.books.all("checkout.session"):
            if session["status"] == "open":
                self._expire_in_time(session)

    def _intent_of(self, thing: Object) -> Object:
        """Its own, or, of a session, the one of the payer's first attempt, made now if this is the first."""
        if thing["object"] == "payment_intent":
            return thing
        row = self.world.journal.row("attempt", thing["id"])
        if row is not None:
            return self.books.objects[row["intent"]]
        asked = self.world.journal.rows("intent_data")[thing["id"]]
        intent = self._new_intent(thing["amount_total"], thing["currency"], thing["payment_method_types"], asked)
        self.books.refer(intent["id"], self.books.reference(thing))
        self.world.journal.write("attempt", thing["id"], {"intent": intent["id"]})
        self.hooks.emit("payment_intent.created", intent)
        return intent

    def _new_intent(self, amount: int, currency: str, types: list[str], asked: Object) -> Object:
        intent = self.books.new("pi_", "payment_intent", **objects.intent(amount, currency, types, asked))
        return self.books.keep(intent, client_secret=f"{intent['id']}_secret_{self.books.letters(25)}")

    def _new_session(self, amount: int, currency: str, types: list[str], asked: Object) -> Object:
        now = self.books.now()
        expires = asked.get("expires_at", now + DAY)
        if not now + HALF_AN_HOUR <= expires <= now + DAY:
            raise Invalid("The `expires_at` timestamp must be between 30 minutes and 24 hours from now.", "expires_at")
        facts = objects.session(amount, currency, types, asked)
        session = self.books.new("cs_test_", "checkout.session", expires_at=expires, **facts)
        self.world.journal.write("intent_data", session["id"], asked.get("payment_intent_data", {}))
        return self.books.keep(session, url=f"{self.world.url}/c/pay/{session['id']}")

    def _new_charge(self, intent: Object, method: str, *, is_paid: bool) -> Object:
        prefix = "ch_" if method == CARD else "py_"
        return self.books.new(prefix, "charge", **objects.charge(intent, method, is_paid=is_paid))

    def _expect_trouble(self, amount: int, reference: str) -> None:
        """One payment has several events here; what its amount says about a notice is true of all of them."""
        rule = trouble(amount)
        if rule is not None and rule.fault in NOTICES:
            self.world.faults.add(replace(rule, reference=reference, times=None))
        else:
            self.world.expect_trouble(amount, reference)

    def _expire_in_time(self, session: Object) -> None:
        def expire() -> None:
            with self.world.lock:
                now = self.books.objects[session["id"]]
                if now["status"] == "open":
                    self.expire(now)

        self.world.clock.at(datetime.fromtimestamp(session["expires_at"], UTC), expire)
