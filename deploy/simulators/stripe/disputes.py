"""Money that leaves after success: a payer's bank takes it back."""

from deploy.simulators.gateway.plug import Refused
from deploy.simulators.stripe import objects
from deploy.simulators.stripe.books import Books, Object
from deploy.simulators.stripe.hooks import Hooks

FEE = 1500
WEEK = 604_800
REASONS = frozenset(["fraudulent", "duplicate", "product_not_received", "unrecognized", "general"])


class Disputes:
    def __init__(self, books: Books, hooks: Hooks) -> None:
        self.books, self.hooks = books, hooks

    def open(self, charge: Object, reason: str) -> Object:
        """A chargeback: the money leaves, and a fee with it. Raises ``Refused``."""
        if reason not in REASONS:
            raise Refused(400, "wrong_reason")
        if charge["disputed"]:
            raise Refused(409, "disputed")
        facts = objects.dispute(charge, reason, self.books.now() + WEEK)
        dispute = self.books.new("du_", "dispute", **facts)
        self.books.keep(charge, disputed=True)
        self.hooks.emit("charge.dispute.created", dispute)
        line = self.books.line(dispute, -charge["amount"], FEE, "adjustment")
        dispute = self.books.keep(dispute, balance_transactions=[line])
        self.hooks.emit("charge.dispute.funds_withdrawn", dispute)
        return dispute

    def close(self, dispute: Object, status: str) -> Object:
        """Raises ``Refused``."""
        if status not in {"won", "lost"}:
            raise Refused(400, "wrong_status")
        if dispute["status"] in {"won", "lost"}:
            raise Refused(409, "closed")
        dispute = self.books.keep(dispute, status=status)
        self.hooks.emit("charge.dispute.closed", dispute)
        if status == "won":
            line = self.books.line(dispute, dispute["amount"], 0, "adjustment")
            dispute = self.books.keep(dispute, balance_transactions=[*dispute["balance_transactions"], line])
            self.hooks.emit("charge.dispute.funds_reinstated", dispute)
        return dispute
