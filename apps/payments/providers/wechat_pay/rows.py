"""What the rows of bills mean (payments.md 1.5, 1.8). Everything raises ``BrokenBill`` for what it cannot mean."""

from collections.abc import Mapping
from datetime import datetime
from typing import TypeVar

from apps.payments.beijing import BEIJING
from apps.payments.models import Merchant
from apps.payments.providers.base import BillLine, BrokenBill, FundLine
from apps.payments.providers.wechat_pay.columns import TOTALS
from apps.payments.providers.wechat_pay.fields import LONGEST, YUAN
from apps.payments.providers.wechat_pay.table import Row, check_count, check_sum, minor, units
from apps.payments.statuses import RefundStatus, Status

T = TypeVar("T")
STATES = {"SUCCESS": Status.CAPTURED, "REVOKED": Status.CLOSED}
RETURNED = "REFUND"
REFUNDS = {
    "SUCCESS": RefundStatus.SUCCEEDED,
    "PROCESSING": RefundStatus.ACCEPTED,
    "ABNORMAL": RefundStatus.ABNORMAL,
    "CHANGE": RefundStatus.ABNORMAL,
    "CLOSED": RefundStatus.CLOSED,
    "REFUNDCLOSE": RefundStatus.CLOSED,
}
"""A snapshot of the moment at which the bill was made; ``CHANGE`` is the older word for abnormal."""
KINDS = {
    "交易": "payment",
    "退款": "refund",
    "扣除交易手续费": "fee",
    "退还交易手续费": "fee",
    "提现": "withdrawal",
    "充值": "withdrawal",
}
"""What a merchant pays in is a withdrawal the other way."""
CODE_LENGTH = 3
SIGNS = {"收入": 1, "支出": -1}


def trades(rows: list[Row], sums: Row, merchant: Merchant) -> tuple[BillLine, ...]:
    check_count(rows, sums["总交易单数"])
    for column, total in TOTALS.items():
        check_sum(rows, column, sums[total])
    return tuple(_trade(row, merchant, row["货币种类"], "订单金额") for row in rows)


def statement(rows: list[Row], merchant: Merchant) -> tuple[BillLine, ...]:
    """It has no sums: hash and columns are all that proves it whole."""
    return tuple(_trade(row, merchant, row["标价币种"], "订单金额(标价币种)") for row in rows)


def funds(rows: list[Row], sums: Row) -> tuple[FundLine, ...]:
    check_count(rows, sums["资金流水总笔数"])
    for way in SIGNS:
        some = [row for row in rows if row["收支类型"] == way]
        check_count(some, sums[f"{way}笔数"])
        check_sum(some, "收支金额(元)", sums[f"{way}金额"])
    return tuple(_movement(row) for row in rows)


def _trade(row: Row, merchant: Merchant, currency: str, ordered: str) -> BillLine:
    """One row about a payment or, with a number of its own, a refund; of this merchant, in the price that was asked."""
    if row["商户号"] != merchant.merchant_id or not _is_currency(currency):
        raise BrokenBill
    is_refund = row["交易状态"] == RETURNED
    amount = minor(row["申请退款金额" if is_refund else ordered], currency)
    units(row["手续费"])
    if amount <= 0:
        raise BrokenBill
    return BillLine(
        reference=_name(row, "商户订单号"),
        number=_name(row, "商户退款单号") if is_refund else "",
        provider_txn=_name(row, "微信退款单号" if is_refund else "微信订单号"),
        status=_known(REFUNDS, row["退款状态"]) if is_refund else _known(STATES, row["交易状态"]),
        amount_minor=amount,
        currency=currency,
        fee=row["手续费"],
        at=_moment(row["交易时间"]),
    )


def _movement(row: Row) -> FundLine:
    kind, amount = _known(KINDS, row["业务类型"]), minor(row["收支金额(元)"], YUAN)
    if amount < 0:
        raise BrokenBill
    return FundLine(
        kind=kind,
        number="" if kind == "withdrawal" else _name(row, "业务凭证号"),
        amount_minor=amount * _known(SIGNS, row["收支类型"]),
        currency=YUAN,
        at=_moment(row["记账时间"]),
    )


def _known(meanings: Mapping[str, T], word: str) -> T:
    if word not in meanings:
        raise BrokenBill
    return meanings[word]


def _name(row: Row, column: str) -> str:
    value = row[column]
    if not (0 < len(value) <= LONGEST and value.isascii() and value.isprintable()):
        raise BrokenBill
    return value


def _is_currency(text: str) -> bool:
    return len(text) == CODE_LENGTH and text.isascii() and text.isupper()


def _moment(text: str) -> datetime:
    try:
        return datetime.strptime(text, "%Y-%m-%d %H:%M:%S").replace(tzinfo=BEIJING)
    except ValueError:
        raise BrokenBill from None
