"""The bills of a day: fetched, proven, and checked against themselves before anything is read from them.

Domestic: a trade bill and a bill of the basic account, each announced by a proven answer with its SHA-1 and fetched in
a second step (payments.md 1.4). Cross-border: one statement, whose SHA-1 is what is signed (1.8).
"""

import hashlib
import hmac
import logging
import zlib
from collections.abc import Mapping
from datetime import date
from typing import Any
from urllib.parse import quote, urlsplit

import httpx

from apps.payments.models import Merchant
from apps.payments.providers.base import Bill, BrokenBill, NotReady
from apps.payments.providers.wechat_pay import columns, rows, table
from apps.payments.providers.wechat_pay.products import is_abroad
from apps.payments.providers.wechat_pay.wire import Refused, call, prove, send, silence, told

FILE = "/v3/billdownload/file"
HASH = "wechatpay-statement-sha1"
LARGEST = 256 * 1024 * 1024
GZIP = 16 + zlib.MAX_WBITS
NO_BUSINESS, BEING_MADE = "NO_STATEMENT_EXIST", "STATEMENT_CREATING"

log = logging.getLogger(__name__)


def bill(merchant: Merchant, *, day: date) -> Bill:
    """Raises ``NotReady``, ``BrokenBill``, ``Unavailable`` and ``Conflict``."""
    try:
        return _abroad(merchant, day) if is_abroad(merchant) else _at_home(merchant, day)
    except Refused as refused:
        if refused.said == BEING_MADE:
            raise NotReady from None
        raise
    except BrokenBill:
        log.error("bill_broken", extra={"merchant": merchant.code, "day": day.isoformat()})
        raise


def _at_home(merchant: Merchant, day: date) -> Bill:
    files: dict[str, bytes] = {}
    trades = _offered(merchant, f"tradebill?bill_date={day}&bill_type=ALL&tar_type=GZIP", files, f"trades-{day}.csv.gz")
    funds = _offered(
        merchant, f"fundflowbill?bill_date={day}&account_type=BASIC&tar_type=GZIP", files, f"funds-{day}.csv.gz"
    )
    lines = rows.trades(*table.read(trades, columns.TRADES, columns.TRADE_SUMS), merchant) if trades else ()
    moves = rows.funds(*table.read(funds, columns.FUNDS, columns.FUND_SUMS)) if funds else ()
    return Bill(day, lines, moves, files)


def _offered(merchant: Merchant, what: str, files: dict[str, bytes], name: str) -> bytes:
    """The text of a bill, empty when there was no business; what came is put into ``files``."""
    try:
        offer = call(merchant, "GET", f"/v3/bill/{what}")
    except Refused as refused:
        if refused.said == NO_BUSINESS:
            return b""
        raise
    packed = _fetched(merchant, offer)
    plain = _unpacked(packed)
    if offer.get("hash_type") != "SHA1":
        raise BrokenBill
    _check_hash(plain, offer.get("hash_value"))
    files[name] = packed
    return plain


def _fetched(merchant: Merchant, offer: Mapping[str, Any]) -> bytes:
    """Of the link only path and query count: we ask nobody but WeChat Pay. The download is not signed, but hashed."""
    link = offer.get("download_url")
    try:
        parts = urlsplit(link if isinstance(link, str) else "")
    except ValueError:
        raise BrokenBill from None
    if parts.path != FILE:
        raise BrokenBill
    answer = send(merchant, "GET", f"{FILE}?{parts.query}")
    if answer.status_code != httpx.codes.OK:
        raise silence(merchant, f"download_{answer.status_code}")
    return answer.content


def _unpacked(packed: bytes) -> bytes:
    unpacking = zlib.decompressobj(GZIP)
    try:
        plain = unpacking.decompress(packed, LARGEST)
    except zlib.error:
        raise BrokenBill from None
    if not unpacking.eof or unpacking.unused_data:
        raise BrokenBill
    return plain


def _abroad(merchant: Merchant, day: date) -> Bill:
    target = f"/v3/global/statements?date={day:%Y%m%d}&mchid={quote(merchant.merchant_id, safe='')}"
    answer = send(merchant, "GET", target)
    if not answer.is_success or HASH not in answer.headers:
        prove(merchant, answer, answer.content)
        return _refused_abroad(answer, day)
    prove(merchant, answer, answer.headers[HASH].encode())
    _check_hash(answer.content, answer.headers[HASH])
    found, _sums = table.read(answer.content, columns.STATEMENT, set())
    return Bill(day, rows.statement(found, merchant), None, {f"statement-{day}.csv": answer.content})


def _refused_abroad(answer: httpx.Response, day: date) -> Bill:
    """Nothing happened on that day, or there is no bill to believe."""
    try:
        told(answer)
    except Refused as refused:
        if refused.said == NO_BUSINESS:
            return Bill(day, (), None, {})
        raise
    raise BrokenBill


def _check_hash(content: bytes, said: object) -> None:
    ours = hashlib.sha1(content, usedforsecurity=False).hexdigest()
    if not isinstance(said, str) or not hmac.compare_digest(ours.encode(), said.lower().encode(errors="replace")):
        raise BrokenBill
