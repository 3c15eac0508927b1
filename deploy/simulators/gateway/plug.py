"""How a gateway plugs into its two ports."""

from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from email.message import Message
from typing import Any, Protocol, Self
from urllib.parse import parse_qsl, urlsplit


class Refused(Exception):
    """What the control port refuses: an HTTP status and a code. Protocols have errors of their own."""

    def __init__(self, status: int, code: str) -> None:
        super().__init__(code)
        self.status = status
        self.code = code


@dataclass(frozen=True)
class Request:
    """As it came on the wire: signatures are over ``target`` and ``body`` untouched."""

    method: str
    target: str
    """Path and query, not decoded."""
    headers: "Message[str, str]"
    body: bytes = b""

    @property
    def path(self) -> str:
        return urlsplit(self.target).path

    @property
    def query(self) -> dict[str, str]:
        return dict(parse_qsl(urlsplit(self.target).query, keep_blank_values=True))


@dataclass(frozen=True)
class Answer:
    status: int
    body: bytes = b""
    headers: Mapping[str, str] = field(default_factory=dict)

    def but(self, **other: Any) -> Self:
        return replace(self, **other)


OPEN, SCANNED, PAID, CLOSED = "open", "scanned", "paid", "closed"


@dataclass(frozen=True)
class Payable:
    """An order as the citizen's phone shows it."""

    code: str
    """What is scanned; unique in the simulator."""
    reference: str
    """The merchant's number."""
    amount_minor: int
    currency: str
    title: str
    state: str = OPEN

    @property
    def can_be_paid(self) -> bool:
        return self.state in {OPEN, SCANNED}


class Gateway(Protocol):
    """One company. The ports hold ``world.lock`` around every call, so that a gateway may think of one thing at a time.

    The order of a request: ``route`` → faults before → ``answer`` → faults after → ``seal`` → out. The faults of
    transport are the ports' business; those of signing arrive at ``seal``; all others the gateway takes for itself by
    ``world.faults.take(names, route=, reference=)`` at the moment that they are about. It calls
    ``world.expect_trouble(amount, reference)`` once for each new order, and sends notices by ``world.notices``.
    """

    name: str
    """``wechat_pay``; what the process is called."""
    faults: frozenset[str]
    """Every fault it knows, those of transport included."""

    def route(self, request: Request) -> tuple[str, str]:
        """A name for what is asked (``create``, ``query``, …) and the order it is about, or two empty strings."""

    def answer(self, request: Request) -> Answer:
        """Carried out. Never raises: a refusal is an answer."""

    def failure(self, request: Request) -> Answer:
        """The company's own 5xx."""

    def seal(self, request: Request, answer: Answer, faults: frozenset[str]) -> Answer:
        """Signed, or signed wrongly as ``faults`` (of ``SIGNING``) say. Unsigned where the company does not sign."""

    def payables(self) -> list[Payable]:
        """Every order that a phone may show, oldest first."""

    def scan(self, asked: Mapping[str, Any]) -> Payable:
        """The payer looks at the order of this ``code`` or ``reference``. Raises ``Refused`` (404, 409)."""

    def confirm(self, asked: Mapping[str, Any]) -> Payable:
        """The payer pays. Raises ``Refused``: 402 ``payer_declined``, 409 when it cannot be paid."""

    def cancel(self, asked: Mapping[str, Any]) -> Payable:
        """The payer walks away. Raises ``Refused``."""

    def refund_in_console(self, asked: Mapping[str, Any]) -> dict[str, Any]:
        """The merchant refunds by hand, past its own system. Raises ``Refused``."""

    def rotate(self, asked: Mapping[str, Any]) -> dict[str, Any]:
        """New keys of the company; the old ones stay valid for a while."""

    def set_balance(self, asked: Mapping[str, Any]) -> dict[str, Any]:
        """What the merchant has there to refund from, in minor units."""

    def control(self, method: str, path: str, asked: Mapping[str, Any]) -> dict[str, Any] | list[Any]:
        """Whatever else its control port has. Raises ``Refused`` (404)."""
