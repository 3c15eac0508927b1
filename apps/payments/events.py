from dataclasses import dataclass

from apps.outbox.events import Event


@dataclass(frozen=True, slots=True)
class PaymentOpened(Event):
    """Someone wants to pay: the provider is to be told."""

    payment: str


@dataclass(frozen=True, slots=True)
class PaymentGivenUp(Event):
    """We no longer want this payment: the provider is to close it, or to tell that it was faster."""

    payment: str


@dataclass(frozen=True, slots=True)
class NoticeReceived(Event):
    """A provider's word is stored and waits to be applied."""

    notice: int


@dataclass(frozen=True, slots=True)
class PaymentSettled(Event):
    """The money for ``payable`` is here. Published once per payable: money that comes twice is a ``RefundOwed``.

    ``status`` is ``captured``. A payment that ends without money is no such fact, and publishes nothing.
    """

    payment: str
    payable: str
    status: str


@dataclass(frozen=True, slots=True)
class RefundOwed(Event):
    """Money came that the payable does not need. ``reason`` is ``surplus`` or ``unusable``."""

    refund: str
    payment: str
    payable: str
    reason: str


@dataclass(frozen=True, slots=True)
class RefundApproved(Event):
    """Money is promised back: the company is to be asked for it."""

    refund: str


@dataclass(frozen=True, slots=True)
class RefundSighted(Event):
    """A company spoke of a refund of which we do not know enough: it is to be asked."""

    payment: str
    number: str


@dataclass(frozen=True, slots=True)
class RefundSettled(Event):
    """A refund has its end, or needs a person: ``status`` is ``succeeded``, ``abnormal`` or ``closed``."""

    refund: str
    payment: str
    payable: str
    status: str
