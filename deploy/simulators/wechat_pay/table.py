"""The text of a bill: a back-tick before every value, no quoting, and what a plan of faults does to it."""

import secrets
from collections.abc import Set
from decimal import Decimal

from deploy.simulators.gateway.faults import BILLS, Rule

SPOILING = BILLS - {"bill_late", "bill_day_shift"}
BOM = "\ufeff"
Row = dict[str, str]


def spoil(rows: list[Row], names: list[str], faults: Set[str]) -> tuple[list[Row], list[str]]:
    """Rows and columns as the faults have it; sums are made afterwards, so that they agree with what is there."""
    rows = [dict(row) for row in rows]
    if "bill_missing_row" in faults:
        rows = rows[1:]
    if "bill_duplicate_row" in faults:
        rows += rows[:1]
    if "bill_extra_row" in faults and rows:
        rows.append(_stranger(rows[0]))
    if "bill_amount_off" in faults and rows:
        _add_a_cent(rows[0])
    if "bill_comma_in_name" in faults and rows:
        rows[0]["商品名称"] = "证件费,加急,含邮寄"
    return rows, names[:-1] if "bill_missing_column" in faults else names


def text(rows: list[Row], names: list[str], sums: dict[str, str]) -> str:
    """Header, rows, header of the sums, sums."""
    lines = [",".join(names)]
    lines += [",".join(f"`{row[name]}" for name in names) for row in rows]
    if sums:
        lines += [",".join(sums), ",".join(f"`{value}" for value in sums.values())]
    return "".join(f"{line}\r\n" for line in lines)


def total(rows: list[Row], name: str, places: int = 2) -> str:
    return f"{sum((Decimal(row[name]) for row in rows), Decimal(0)):.{places}f}"


def with_mark(content: str, faults: dict[str, Rule]) -> bytes:
    return ((BOM if "bill_bom" in faults else "") + content).encode()


def _stranger(row: Row) -> Row:
    """A row about something that nobody knows."""
    strange = {name: secrets.token_hex(8) for name in ("微信订单号", "商户订单号", "微信支付业务单号", "业务凭证号")}
    return {**row, **{name: value for name, value in strange.items() if name in row}}


def _add_a_cent(row: Row) -> None:
    for name in ("应结订单金额", "订单金额", "收支金额(元)", "订单金额(标价币种)"):
        if name in row:
            row[name] = f"{Decimal(row[name]) + Decimal('0.01')}"
