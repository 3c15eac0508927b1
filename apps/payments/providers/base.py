from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from typing import Protocol

from django.utils.translation import gettext_lazy as _

from apps.kernel.errors import Conflict, Text, Unavailable
from apps.kernel.registry import Registry
from apps.payments.models import Merchant, Payment, Refund
from apps.payments.statuses import Channel, RefundStatus, Status


@dataclass(frozen=True, slots=True)
class Checkout:
    """A company took the order: how the payer gets to it.

    ``url`` is a page to open (``Channel.PAGE``) or the text of a code to scan (``Channel.QR``). ``parameters`` are what
    the company's SDK is given (``Channel.APP``, ``Channel.JSAPI``) or the fields of a form to post to ``url``.
    """

    url: str = ""
    parameters: Mapping[str, str] | None = None


@dataclass(frozen=True, slots=True)
class Paid:
    """What left the payer's account, where that differs from what we asked for: another currency, a coupon."""

    amount_minor: int
    currency: str


@dataclass(frozen=True, slots=True)
class Notice:
    """What a company says about one payment, in our words, and proven to come from it.

    ``id`` tells two notices apart; ``amount_minor`` is what we asked for, not what a coupon left of it. ``status`` is
    ``awaiting_payer``, ``captured`` or ``closed``; ``provider_txn`` may be empty until then. ``merchant_id`` and
    ``app_id`` are whose payment the company says it is; an ``app_id`` it does not name is empty.
    """

    id: str
    reference: str
    status: Status
    amount_minor: int
    currency: str
    provider_txn: str
    at: datetime
    merchant_id: str
    app_id: str = ""
    paid: Paid | None = None


@dataclass(frozen=True, slots=True)
class RefundNotice:
    """What a company says about one refund, proven to come from it.

    ``reference`` is the payment's, ``number`` the refund's: ours, or the company's own for one that began there.
    ``status`` is ``accepted``, ``succeeded``, ``abnormal`` or ``closed``; ``submitted`` says only that the company has
    to be asked. ``amount_minor`` is of this refund alone, ``None`` where the company tells a sum of several.
    """

    id: str
    reference: str
    number: str
    status: RefundStatus
    amount_minor: int | None
    currency: str
    provider_txn: str
    at: datetime
    merchant_id: str
    app_id: str = ""
    paid: Paid | None = None


Word = Notice | RefundNotice


class NotEnough(Conflict):
    """The balance at the company does not cover a refund: it is asked for again, by the same number, until it does."""

    code = "not_enough"
    detail = _("The balance at the payment company does not cover this refund yet.")


class NotReady(Unavailable):
    """The company has not made this bill yet."""

    code = "bill_not_ready"


class BrokenBill(Conflict):
    """A bill that cannot be believed: another digest, an unknown column, a total that is not the sum of its lines."""

    code = "bill_broken"
    detail = _("This bill cannot be believed.")


@dataclass(frozen=True, slots=True)
class BillLine:
    """One line of a trade bill. Amounts are positive minor units; ``number`` is empty unless it is a refund.

    ``fee`` is the company's, exact as the bill writes it, in the major unit and negative where it is given back.
    """

    reference: str
    number: str
    provider_txn: str
    status: Status | RefundStatus
    amount_minor: int
    currency: str
    fee: str
    at: datetime


@dataclass(frozen=True, slots=True)
class FundLine:
    """One movement of the balance at the company, positive when money came.

    ``kind`` is ``payment``, ``refund``, ``fee`` or ``withdrawal``; ``number`` is ours of the payment or refund, where
    there is one.
    """

    kind: str
    number: str
    amount_minor: int
    currency: str
    at: datetime


@dataclass(frozen=True, slots=True)
class Bill:
    """A day of a merchant as the company tells it. ``files`` are what came, by name, to be kept as they are.

    ``funds`` is ``None`` where the company tells no movements of its balance.
    """

    day: date
    lines: tuple[BillLine, ...]
    funds: tuple[FundLine, ...] | None
    files: Mapping[str, bytes]


class Provider(Protocol):
    """A payment company. Never called inside a transaction; never writes our rows.

    Every method that asks raises ``Unavailable`` when no usable answer came (it may have happened all the same) and
    ``Conflict`` when the company understood and refuses. Keys are ``providers.keys`` of the payment's merchant.
    """

    @property
    def label(self) -> Text:
        """What the payer chooses it by."""
        ...

    @property
    def channels(self) -> tuple[Channel, ...]:
        """What it can do at all, the first by default."""
        ...

    @property
    def evidence(self) -> tuple[str, ...]:
        """The headers, in lower case, that prove a notice; they are kept with it."""
        ...

    @property
    def acknowledgement(self) -> tuple[int, bytes]:
        """Status and body by which the company knows that we have its notice."""
        ...

    @property
    def refunds_within(self) -> timedelta:
        """How long after the payment it gives money back."""
        ...

    def open(self, payment: Payment) -> Checkout:
        """Make the order under ``payment.reference``. The same order again is answered with the same checkout."""
        ...

    def ask(self, payment: Payment) -> Notice | None:
        """How it stands; nothing when there is no such order and none can come into being any more."""
        ...

    def close(self, payment: Payment) -> None:
        """Let nobody pay it any more. That it is paid, closed or unknown is no error: ``ask`` tells."""
        ...

    def refund(self, refund: Refund) -> RefundNotice:
        """Give back, under ``refund.number``. The same number again gives nothing twice. Raises ``NotEnough``."""
        ...

    def ask_refund(self, payment: Payment, number: str) -> RefundNotice | None:
        """How a refund stands; nothing when the company, in a proven answer, knows of none."""
        ...

    def read(self, merchant: Merchant, *, headers: Mapping[str, str], body: bytes, at: datetime) -> Word | None:
        """Understand a notice that came at ``at``, without asking anybody; nothing when it is no concern of ours.

        Raises ``Unauthenticated`` unless it is the company's and fresh, and ``Invalid`` when it makes no sense.
        """
        ...

    def bill(self, merchant: Merchant, *, day: date) -> Bill:
        """A day that is over, by the company's own cut. Raises ``NotReady`` and ``BrokenBill``."""
        ...


providers: Registry[Provider] = Registry("payment provider")
"""By name; a merchant's ``provider`` is one of these."""
