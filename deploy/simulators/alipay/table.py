"""The two tables of a trade bill (业务明细 and its 汇总), in GBK, in a ZIP whose names are in GBK as well."""

import io
import zipfile
from collections.abc import Iterable, Sequence
from dataclasses import dataclass

from deploy.simulators.alipay.moments import written, yuan
from deploy.simulators.alipay.parties import SELLER

COLUMNS = (
    "支付宝交易号,商户订单号,业务类型,商品名称,创建时间,完成时间,门店编号,门店名称,操作员,终端号,对方账户,"
    "订单金额（元）,商家实收（元）,支付宝红包（元）,集分宝（元）,支付宝优惠（元）,商家优惠（元）,券核销金额（元）,"
    "券名称,商家红包消费金额（元）,卡消费金额（元）,退款批次号/请求号,服务费（元）,分润（元）,备注"
)
TOTALS = (
    "门店编号,门店名称,交易订单总笔数,退款订单总笔数,订单金额（元）,商家实收（元）,支付宝优惠（元）,商家优惠（元）,"
    "卡消费金额（元）,服务费（元）,分润（元）,实收净额（元）"
)
PAYMENT, REFUND = "交易", "退款"
DASHES = "-" * 41
NOTHING = "0.00"


@dataclass(frozen=True)
class Line:
    """A payment or a refund; amounts in fen, those of a refund negative, its fee (which comes back) positive."""

    trade_no: str
    out_trade_no: str
    kind: str
    subject: str
    made: float
    done: float
    amount: int
    fee: int
    payer: str
    request: str = ""
    store: str = ""
    operator: str = ""
    terminal: str = ""
    note: str = ""

    @property
    def cells(self) -> list[str]:
        first = [self.trade_no, self.out_trade_no, self.kind, self.subject, written(self.made), written(self.done)]
        where = [self.store, "", self.operator, self.terminal, self.payer]
        amount = yuan(self.amount)
        money = [amount, amount, NOTHING, NOTHING, NOTHING, NOTHING, NOTHING, "", NOTHING, NOTHING]
        return [*first, *where, *money, self.request, yuan(self.fee), NOTHING, self.note]


@dataclass(frozen=True)
class Period:
    """``name`` as files bear it (``20261124``); from ``start`` until before ``end``, seconds since 1970."""

    name: str
    start: float
    end: float

    @property
    def days(self) -> str:
        first, last = (f"[{written(moment)[:10]} 00:00:00]" for moment in (self.start, self.end))
        for mark in "年月":
            first, last = first.replace("-", mark, 1), last.replace("-", mark, 1)
        return f"#起始日期：{first.replace(' ', '日 ')}   终止日期：{last.replace(' ', '日 ')}"


def archive(period: Period, shown: Sequence[Line], true: Sequence[Line], now: float, *, without: str = "") -> bytes:
    """``true`` are the lines that totals count; ``shown`` may be others, and a column may be missing."""
    detail, summary = _detail(period, shown, true, now, without), _summary(period, true, now)
    names = f"{SELLER}_{period.name}_业务明细.csv", f"{SELLER}_{period.name}_业务明细(汇总).csv"
    packed = io.BytesIO()
    with zipfile.ZipFile(packed, "w") as bundle:
        for name, lines in zip(names, (detail, summary), strict=True):
            content = "".join(f"{line}\r\n" for line in lines).encode("gbk", errors="replace")
            bundle.writestr(Entry(name, _zip_time(now)), content, zipfile.ZIP_DEFLATED)
    return packed.getvalue()


class Entry(zipfile.ZipInfo):
    """Named in GBK and without the mark of UTF-8, as Chinese Windows has it."""

    def _encodeFilenameFlags(self) -> tuple[bytes, int]:  # noqa: N802
        return self.filename.encode("gbk"), self.flag_bits


def _zip_time(now: float) -> tuple[int, int, int, int, int, int]:
    text = written(now)
    return int(text[:4]), int(text[5:7]), int(text[8:10]), int(text[11:13]), int(text[14:16]), int(text[17:19])


def _detail(period: Period, shown: Iterable[Line], true: Sequence[Line], now: float, without: str) -> list[str]:
    columns = COLUMNS.split(",")
    kept = [place for place, column in enumerate(columns) if column != without]
    paid, refunded = ([line for line in true if line.kind == kind] for kind in (PAYMENT, REFUND))
    return [
        "#支付宝业务明细查询",
        f"#账号：[{SELLER}0156]",
        period.days,
        f"#{DASHES}业务明细列表{'-' * 40}",
        ",".join(columns[place] for place in kept),
        *(_padded([line.cells[place] for place in kept]) for line in shown),
        f"#{DASHES}业务明细列表结束{'-' * 36}",
        f"#交易合计：{len(paid)}笔，商家实收共{_sum(paid)}元，商家优惠共0.00元",
        f"#退款合计：{len(refunded)}笔，商家实收退款共{_sum(refunded)}元，商家优惠退款共0.00元",
        _exported(now),
    ]


def _summary(period: Period, true: Sequence[Line], now: float) -> list[str]:
    paid, refunded = ([line for line in true if line.kind == kind] for kind in (PAYMENT, REFUND))
    amount, fees = sum(line.amount for line in true), sum(line.fee for line in true)
    counted = ["合计", "", str(len(paid)), str(len(refunded)), yuan(amount), yuan(amount)]
    return [
        "#支付宝业务汇总查询",
        f"#账号：[{SELLER}0156]",
        period.days,
        f"#{DASHES}业务汇总列表{'-' * 40}",
        TOTALS,
        _padded([*counted, NOTHING, NOTHING, NOTHING, yuan(fees), NOTHING, yuan(amount + fees)]),
        f"#{'-' * 40}业务汇总列表结束{'-' * 37}",
        _exported(now),
    ]


def _padded(cells: Sequence[str]) -> str:
    """Nothing is quoted; the tab before each comma is what tells a cell's end from a comma in a name."""
    return ",".join(f"{cell}\t" for cell in cells)


def _sum(lines: Iterable[Line]) -> str:
    return yuan(sum(line.amount for line in lines))


def _exported(now: float) -> str:
    day, clock = written(now).split(" ")
    year, month, date = day.split("-")
    return f"#导出时间：[{year}年{month}月{date}日 {clock}]"
