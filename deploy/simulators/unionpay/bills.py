"""The file of a settlement day: ``fileType=00``, base64 of a deflated ZIP of ``INNyyMMddZM_merId`` and ``…ZME_…``.

The company's layout document is not public. The widths here are those that programs in the open cut such files by; what
each column means beyond the ones named below is unknown, and so they are blank. This is a design in the spirit of the
original: a reader for the real files must be checked against the company's own document first.

A record is one line: the columns of ``WIDTHS`` in this order, one space between them, CR LF at the end. Text is filled
up with spaces on the right, numbers with zeros on the left. All is ASCII. Amounts are in fen; those with a sign begin
with ``C`` (to the merchant) or ``D`` (from it). ``order`` holds 32 characters of a number that may have 40: match by
``query``. The ``ZME`` file, of transactions in dispute, is empty.
"""

import base64
import io
import zipfile
import zlib
from collections.abc import Mapping, Set
from datetime import date, datetime, time, timedelta

from deploy.simulators.gateway.clock import BEIJING, beijing
from deploy.simulators.gateway.plug import PAID
from deploy.simulators.unionpay.books import BY_HAND, DONE, PAY, Books, Deal
from deploy.simulators.unionpay.telling import MERCHANT, TYPES

WIDTHS = {
    "code": 3,  # S22 purchase, S30 refund, S31 void
    "agent": 11,
    "sender": 11,
    "trace": 6,
    "time": 10,  # MMddHHmmss, Beijing
    "account": 19,
    "amount": 12,
    "category": 4,
    "terminal": 2,  # channelType
    "query": 21,
    "old_method": 2,
    "order": 32,
    "card": 2,
    "original_trace": 6,
    "original_time": 10,
    "fee": 13,
    "settled": 13,  # amount less fee
    "method": 4,
    "group": 15,
    "type": 2,
    "subtype": 2,
    "business": 6,
    "account_type": 2,
    "bill_type": 4,
    "bill_number": 32,
    "interaction": 1,
    "original_query": 21,
    "merchant": 15,
    "split_way": 1,
    "second_merchant": 15,
    "second_name": 32,
    "split_in": 13,
    "split_fee": 13,
    "device": 8,
    "reserved": 32,
    "discount": 13,
    "invoice": 13,
    "instalment_fee": 12,
    "instalments": 2,
    "medium": 1,
    "rest": 131,
}
CODES = {PAY: "S22", "refund": "S30", "void": "S31"}
READY = time(9)
FEE_PER_10000 = 60


def latest(settle_date: str, today: date) -> date:
    """The day ``MMdd`` of the last twelve months. Raises ``ValueError`` when there was none."""
    text = f"{today.year}{settle_date}"
    day = datetime.strptime(text, "%Y%m%d").replace(tzinfo=BEIJING).date()
    return day if day <= today else day.replace(year=today.year - 1)


def ready_at(day: date) -> datetime:
    return datetime.combine(day + timedelta(days=1), READY, BEIJING)


def fee(deal: Deal) -> int:
    """Fen, 0.60 %, half up; a void gives it back, a refund does not."""
    return (deal.amount * FEE_PER_10000 + 5_000) // 10_000 if deal.kind != "refund" else 0


def download(books: Books, day: date, faults: Set[str]) -> dict[str, str]:
    """``fileName`` and ``fileContent``."""
    lines = [record(books, deal) for deal in _of(books, day, faults)]
    name = f"INN{day:%y%m%d}ZM_{MERCHANT}"
    content = io.BytesIO()
    with zipfile.ZipFile(content, "w", zipfile.ZIP_DEFLATED) as archive:
        archive.writestr(name, "".join(_spoilt(lines, faults)))
        archive.writestr(name.replace("ZM_", "ZME_"), "")
    packed = base64.b64encode(zlib.compress(content.getvalue())).decode()
    return {"fileName": f"{MERCHANT}_{day:%Y%m%d}.zip", "fileContent": packed}


def record(books: Books, deal: Deal) -> str:
    """One line of the ``ZM`` file."""
    columns = _columns(books, deal)
    return " ".join(columns.get(name, "")[:width].ljust(width) for name, width in WIDTHS.items()) + "\r\n"


def _columns(books: Books, deal: Deal) -> Mapping[str, str]:
    original = books.paid(deal.original)
    plus, minus = ("C", "D") if deal.kind == PAY else ("D", "C")
    return {
        "code": CODES[deal.kind],
        "trace": deal.trace,
        "time": f"{beijing(deal.moment):%m%d%H%M%S}",
        "account": "6226********0000",
        "amount": f"{deal.amount:012}",
        "category": "9399",
        "terminal": "" if deal.channel == BY_HAND else deal.channel,
        "query": deal.query_id,
        "order": deal.order_id,
        "card": "01",
        "original_trace": original.trace if original else "",
        "original_time": f"{beijing(original.moment):%m%d%H%M%S}" if original else "",
        "fee": f"{minus}{fee(deal):012}",
        "settled": f"{plus}{deal.amount - fee(deal):012}",
        "type": TYPES[deal.kind][0],
        "subtype": TYPES[deal.kind][1],
        "business": "000201",
        "original_query": deal.original,
        "merchant": MERCHANT,
    }


def _of(books: Books, day: date, faults: Set[str]) -> list[Deal]:
    """The day's transactions; ``bill_day_shift`` moves its first one to the next day for good."""
    moved = books.world.journal.rows("moved")
    done = [deal for deal in books.deals.values() if deal.state in {PAID, DONE}]
    own = [deal for deal in done if moved.get(deal.key, {"on": deal.settled_on})["on"] == day.isoformat()]
    if "bill_day_shift" in faults and own:
        books.world.journal.write("moved", own[0].key, {"on": (day + timedelta(days=1)).isoformat()})
        return own[1:]
    return own


def _spoilt(lines: list[str], faults: Set[str]) -> list[str]:
    if "bill_missing_row" in faults:
        lines = lines[1:]
    if "bill_duplicate_row" in faults:
        lines = lines[:1] + lines
    if "bill_amount_off" in faults and lines:
        lines = [_off_by_one(lines[0]), *lines[1:]]
    if "bill_extra_row" in faults and lines:
        lines = [*lines, _of_nobody(lines[0])]
    if "bill_missing_column" in faults:
        lines = [line[len("S22 ") :] for line in lines]
    return lines


def _at(name: str) -> slice:
    begin = sum(width + 1 for width in list(WIDTHS.values())[: list(WIDTHS).index(name)])
    return slice(begin, begin + WIDTHS[name])


def _put(line: str, name: str, value: str) -> str:
    place = _at(name)
    return line[: place.start] + value.ljust(WIDTHS[name]) + line[place.stop :]


def _off_by_one(line: str) -> str:
    return _put(line, "amount", f"{int(line[_at('amount')]) + 1:012}")


def _of_nobody(line: str) -> str:
    return _put(_put(line, "query", "9" * 21), "order", "NOBODYS00001")
