from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Protocol

from apps.kernel.errors import Text
from apps.kernel.registry import Registry
from apps.payments.models import Payment
from apps.payments.statuses import Status


@dataclass(frozen=True, slots=True)
class Checkout:
    """A provider took the order: send the payer to ``url``."""

    url: str


@dataclass(frozen=True, slots=True)
class Notice:
    """What a provider says about one payment, in our words, and proven to come from the provider.

    ``id`` tells two notices apart; ``amount_minor`` is what we asked for, not what a coupon left of it. ``status`` is
    ``awaiting_payer``, ``captured`` or ``closed``; ``provider_txn`` may be empty until then.
    """

    id: str
    reference: str
    status: Status
    amount_minor: int
    currency: str
    provider_txn: str
    at: datetime


class Provider(Protocol):
    """A payment company. Never called inside a transaction; never writes our rows.

    Every method that asks raises ``Unavailable`` when no usable answer came (it may have happened all the same) and
    ``Conflict`` when the provider understood and refuses.
    """

    @property
    def label(self) -> Text:
        """What the payer chooses it by."""
        ...

    @property
    def evidence(self) -> tuple[str, ...]:
        """The headers, in lower case, that prove a notice; they are kept with it."""
        ...

    def open(self, payment: Payment) -> Checkout:
        """Make the order under ``payment.reference``. The same order again is answered with the same checkout."""
        ...

    def ask(self, payment: Payment) -> Notice | None:
        """How it stands; nothing when the provider knows no such order."""
        ...

    def close(self, payment: Payment) -> None:
        """Let nobody pay it any more. That it is paid, closed or unknown is no error: ``ask`` tells."""
        ...

    def read(self, *, headers: Mapping[str, str], body: bytes, at: datetime) -> Notice:
        """Understand a notice that came at ``at``.

        Raises ``Unauthenticated`` unless it is the provider's and fresh, and ``Invalid`` when it makes no sense.
        """
        ...


providers: Registry[Provider] = Registry("payment provider")
