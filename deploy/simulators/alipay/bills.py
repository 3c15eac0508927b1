"""``alipay.data.dataservice.bill.downloadurl.query`` and the download: a day is ready at nine the next morning."""

from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from typing import Any

from deploy.simulators.alipay.dealing import Dealing
from deploy.simulators.alipay.moments import DAY, HOUR
from deploy.simulators.alipay.parties import token
from deploy.simulators.alipay.table import PAYMENT, REFUND, Line, Period, archive
from deploy.simulators.alipay.telling import BUYER
from deploy.simulators.alipay.trades import DONE, Trade, fee
from deploy.simulators.alipay.wrong import Wrong, business
from deploy.simulators.gateway.clock import BEIJING
from deploy.simulators.gateway.faults import BILLS
from deploy.simulators.gateway.plug import Answer
from deploy.simulators.gateway.world import World

VALID = 30
"""Seconds that an address of a bill is good for."""
READY = {"%Y-%m-%d": 9 * HOUR, "%Y-%m": 2 * DAY + 9 * HOUR}
"""Form of ``bill_date`` → seconds from the end of the period until there is a bill."""
OPTIONAL = "退款批次号/请求号"
FAULTS = BILLS - {"bill_wrong_hash", "bill_bom"}
"""There is no digest to be wrong, and GBK has no byte order mark."""
DOWNLOADS = "/downloads/"


@dataclass(frozen=True)
class Download:
    content: bytes
    until: float


class Bills:
    def __init__(self, world: World, dealing: Dealing) -> None:
        self._world, self._dealing = world, dealing
        self._downloads: dict[str, Download] = {}

    def ask(self, biz: dict[str, Any]) -> dict[str, Any]:
        """Raises ``Wrong``."""
        if biz["bill_type"] != "trade":
            raise Wrong("40006", "isv.insufficient-isv-permissions", "bill_type")
        now = self._dealing.now
        period, ready = _period(biz["bill_date"])
        faults = frozenset(self._world.faults.take(FAULTS, route="bill"))
        if now < ready or "bill_late" in faults:
            raise business("BILL_NOT_EXIST")
        true = self._lines(period)
        if not true:
            raise business("NO_BILL_DATA")
        without = OPTIONAL if "bill_missing_column" in faults else ""
        content = archive(period, spoiled(true, faults), true, now, without=without)
        name = token()
        self._downloads[name] = Download(content, now + VALID)
        return {"bill_download_url": f"{self._world.url}{DOWNLOADS}{name}?downloadFileName={period.name}.csv.zip"}

    def download(self, name: str) -> Answer:
        """No signature: who has the address has the bill, for as long as it is good."""
        found = self._downloads.get(name)
        if found is None or self._dealing.now > found.until:
            return Answer(403, b"expired", {"Content-Type": "text/plain"})
        return Answer(200, found.content, {"Content-Type": "application/zip"})

    def _lines(self, period: Period) -> list[Line]:
        """In the order of their time."""
        lines = [line for trade in self._dealing.book.trades for line in _of(trade)]
        return sorted((line for line in lines if period.start <= line.done < period.end), key=lambda line: line.done)


def _period(text: str) -> tuple[Period, float]:
    """And when its bill is ready. Raises ``Wrong``."""
    form = "%Y-%m" if text.count("-") == 1 else "%Y-%m-%d"
    try:
        start = datetime.strptime(text, form).replace(tzinfo=BEIJING)
    except ValueError:
        raise business("ACQ.INVALID_PARAMETER", "bill_date") from None
    is_month = form == "%Y-%m"
    end = (start + timedelta(days=31)).replace(day=1) if is_month else start + timedelta(days=1)
    return Period(text.replace("-", ""), start.timestamp(), end.timestamp()), end.timestamp() + READY[form]


def _of(trade: Trade) -> list[Line]:
    """What a trade leaves in bills: its payment and each refund that was done."""
    if not trade.paid:
        return []
    offer = trade.offer
    payment = Line(
        trade_no=trade.trade_no,
        out_trade_no=offer.out_trade_no,
        kind=PAYMENT,
        subject=offer.subject,
        made=trade.made,
        done=trade.paid,
        amount=offer.total,
        fee=-fee(offer.total),
        payer=BUYER["buyer_logon_id"],
        store=offer.store_id,
        operator=offer.operator_id,
        terminal=offer.terminal_id,
    )
    done = [refund for refund in trade.refunds if refund.state == DONE]
    return [payment] + [
        replace(
            payment,
            kind=REFUND,
            done=refund.at,
            amount=-refund.amount,
            fee=fee(refund.amount),
            request=refund.number,
        )
        for refund in done
    ]


def spoiled(true: Sequence[Line], faults: frozenset[str]) -> list[Line]:
    """The first line is the one that suffers."""
    first, *rest = true
    if "bill_amount_off" in faults:
        first = replace(first, amount=first.amount + 1)
    if "bill_day_shift" in faults:
        first = replace(first, done=first.done + DAY)
    if "bill_comma_in_name" in faults:
        first = replace(first, subject=f"{first.subject}, 加急")
    lines = [] if "bill_missing_row" in faults else [first]
    if "bill_duplicate_row" in faults:
        lines = [first, first]
    if "bill_extra_row" in faults:
        lines.append(replace(first, trade_no=first.trade_no[::-1], out_trade_no=f"X{first.out_trade_no}"[:64]))
    return [*lines, *rest]
