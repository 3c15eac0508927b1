"""What was offered, what became of it, and the balance: all kept in the journal."""

from dataclasses import asdict, dataclass, replace
from typing import Any

from deploy.simulators.gateway.journal import Journal

WAIT, SUCCESS, CLOSED, FINISHED = "WAIT_BUYER_PAY", "TRADE_SUCCESS", "TRADE_CLOSED", "TRADE_FINISHED"
DONE, WAITING, STUCK = "done", "waiting", "stuck"
FEE = 60
"""Of ten thousand: 0.60 %."""
FIRST_BALANCE = 100_000_000
"""Fen that the seller has at the beginning."""


@dataclass(frozen=True)
class Offer:
    """What a merchant wants to be paid. A trade comes of it when the payer does something; moments are seconds
    since 1970, amounts fen, and empty text means not said."""

    code: str
    """What the phone is shown: the content of a QR code, or the name of an order string or of a page."""
    product: str
    """``qr``, ``app`` or ``wap``."""
    app_id: str
    out_trade_no: str
    total: int
    subject: str
    ends: float
    """From then on no payer can begin."""
    lasts: float
    """Seconds that a trade stays payable once it was begun …"""
    until: float = 0
    """… but not longer than this moment, when there is one."""
    body: str = ""
    passback_params: str = ""
    store_id: str = ""
    operator_id: str = ""
    terminal_id: str = ""
    notify_url: str = ""
    return_url: str = ""
    quit_url: str = ""

    @property
    def terms(self) -> tuple[int, str, str]:
        """What may never differ under one number."""
        return self.total, self.subject, self.body


@dataclass(frozen=True)
class Refund:
    number: str
    amount: int
    at: float
    state: str = DONE
    asks: int = 0
    """Of ``waiting``: questions still to be answered without an end."""


@dataclass(frozen=True)
class Trade:
    offer: Offer
    trade_no: str
    made: float
    ends: float
    status: str = WAIT
    paid: float = 0
    closed: float = 0
    refunds: tuple[Refund, ...] = ()

    @property
    def refunded(self) -> int:
        """Fen that have gone back."""
        return sum(refund.amount for refund in self.refunds if refund.state == DONE)

    @property
    def reserved(self) -> int:
        """Fen that have gone back, are on the way or hang."""
        return sum(refund.amount for refund in self.refunds)

    def refund(self, number: str) -> Refund | None:
        return next((refund for refund in self.refunds if refund.number == number), None)

    def with_refund(self, refund: Refund) -> "Trade":
        """With this one in place of an older one of its number."""
        others = tuple(other for other in self.refunds if other.number != refund.number)
        return replace(self, refunds=(*others, refund))


def fee(amount: int) -> int:
    """Fen that the company keeps of so many."""
    return (amount * FEE + 5000) // 10_000


class Book:
    def __init__(self, journal: Journal) -> None:
        self._journal = journal
        self._offers = {code: Offer(**row) for code, row in journal.rows("offer").items()}
        self._trades = {number: _trade(row) for number, row in journal.rows("trade").items()}

    @property
    def offers(self) -> list[Offer]:
        return list(self._offers.values())

    @property
    def trades(self) -> list[Trade]:
        return list(self._trades.values())

    @property
    def balance(self) -> int:
        """Fen to refund from."""
        row = self._journal.row("balance", "CNY")
        return FIRST_BALANCE if row is None else int(row["fen"])

    def fill(self, balance: int) -> None:
        self._journal.write("balance", "CNY", {"fen": balance})

    def offers_of(self, out_trade_no: str) -> list[Offer]:
        """Oldest first."""
        return [offer for offer in self._offers.values() if offer.out_trade_no == out_trade_no]

    def offer(self, code: str) -> Offer | None:
        return self._offers.get(code)

    def trade(self, out_trade_no: str) -> Trade | None:
        return self._trades.get(out_trade_no)

    def trade_of(self, which: dict[str, Any]) -> Trade | None:
        """By ``trade_no`` when it is there, whatever ``out_trade_no`` says."""
        if "trade_no" in which:
            return next((trade for trade in self._trades.values() if trade.trade_no == which["trade_no"]), None)
        return self._trades.get(which["out_trade_no"])

    def keep_offer(self, offer: Offer) -> Offer:
        self._offers[offer.code] = offer
        self._journal.write("offer", offer.code, asdict(offer))
        return offer

    def keep(self, trade: Trade) -> Trade:
        self._trades[trade.offer.out_trade_no] = trade
        self._journal.write("trade", trade.offer.out_trade_no, asdict(trade))
        return trade


def _trade(row: dict[str, Any]) -> Trade:
    refunds = tuple(Refund(**refund) for refund in row["refunds"])
    return Trade(**{**row, "offer": Offer(**row["offer"]), "refunds": refunds})
