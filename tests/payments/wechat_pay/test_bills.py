"""Bills: checked against their hash, their headers and their own sums before a line of them counts."""

import gzip
import hashlib
from collections.abc import Callable
from dataclasses import dataclass
from datetime import date, timedelta
from decimal import Decimal

import httpx
import pytest

from apps.kernel.errors import Conflict, Unavailable
from apps.payments.beijing import beijing
from apps.payments.models import Merchant
from apps.payments.providers.base import BrokenBill, NotReady
from apps.payments.providers.wechat_pay import bills, columns, rows, table
from apps.payments.statuses import RefundStatus, Status
from tests.payments.wechat_pay.sides import Contract

pytestmark = pytest.mark.stack
FIRST, SECOND, BACK = "first00000000000", "second0000000000", "back000000000000"


@dataclass
class Day:
    date: date
    contracts: dict[str, Contract]

    def plan(self, *faults: str, times: int = 1) -> None:
        home = self.contracts["domestic"]
        home.simulator.plan(*({"fault": fault, "route": "bill", "times": times} for fault in faults))


@pytest.fixture
def day(wechat, make, pay, lived: dict[str, object]) -> Day:
    """Two payments and a refund at noon of one day of Beijing, for each product; now it is the next day, past ten."""
    if "day" not in lived:
        both = {profile: make(profile, is_new=True) for profile in ("domestic", "cross_border")}
        wechat.do("/rates", EUR=770_000_000)
        today = beijing(both["domestic"].now)
        wechat.advance((today.replace(hour=12, minute=0, second=0) - today).total_seconds() % 86_400)
        for ours in both.values():
            payments = [ours.payment(reference=FIRST), ours.payment(reference=SECOND, amount_minor=2600)]
            for payment in payments:
                pay.open(payment)
                wechat.do("/payer/pay", reference=payment.reference, mchid=ours.info["mchid"])
            refund = ours.refund(payments[0], 600)
            refund.number = BACK
            pay.refund(refund)
        lived["day"] = Day(beijing(both["domestic"].now).date(), both)
        wechat.advance(23 * 3600)
    found = lived["day"]
    assert isinstance(found, Day)
    return found


@pytest.fixture(scope="module")
def lived() -> dict[str, object]:
    return {}


@pytest.fixture
def merchant(day: Day) -> Merchant:
    return day.contracts["domestic"].merchant


def told(bill) -> list[tuple]:
    return [
        (line.reference, line.number, line.status, line.amount_minor, line.currency, line.fee) for line in bill.lines
    ]


def test_a_day_at_home_is_told_line_by_line(pay, day: Day, merchant):
    bill = pay.bill(merchant, day=day.date)

    assert told(bill) == [
        (FIRST, "", Status.CAPTURED, 1600, "CNY", "0.10000"),
        (SECOND, "", Status.CAPTURED, 2600, "CNY", "0.16000"),
        (FIRST, BACK, RefundStatus.SUCCEEDED, 600, "CNY", "-0.04000"),
    ]
    assert {beijing(line.at).date() for line in bill.lines} == {day.date}
    assert [line.provider_txn[:3] for line in bill.lines] == ["420", "420", "503"]


def test_the_movements_of_the_balance_have_fees_of_their_own(pay, day: Day, merchant):
    funds = pay.bill(merchant, day=day.date).funds

    assert [(one.kind, one.number, one.amount_minor) for one in funds] == [
        ("payment", FIRST, 1600),
        ("fee", FIRST, -10),
        ("payment", SECOND, 2600),
        ("fee", SECOND, -16),
        ("refund", BACK, -600),
        ("fee", BACK, 4),
    ]
    assert {one.currency for one in funds} == {"CNY"}


def test_a_day_abroad_is_told_in_its_price_and_tells_no_movements(pay, day: Day):
    bill = pay.bill(day.contracts["cross_border"].merchant, day=day.date)

    assert told(bill) == [
        (FIRST, "", Status.CAPTURED, 1600, "EUR", "0.10"),
        (SECOND, "", Status.CAPTURED, 2600, "EUR", "0.16"),
        (FIRST, BACK, RefundStatus.SUCCEEDED, 600, "EUR", "-0.04"),
    ]
    assert bill.funds is None


def test_what_came_is_kept_as_it_is(pay, day: Day, merchant):
    files = pay.bill(merchant, day=day.date).files
    abroad = pay.bill(day.contracts["cross_border"].merchant, day=day.date).files

    assert set(files) == {f"trades-{day.date}.csv.gz", f"funds-{day.date}.csv.gz"}
    assert gzip.decompress(files[f"trades-{day.date}.csv.gz"]).decode().startswith("交易时间,")
    assert abroad[f"statement-{day.date}.csv"].decode().startswith("交易时间,")


@pytest.mark.parametrize("profile", ["domestic", "cross_border"])
def test_an_empty_day_is_an_empty_bill(pay, day: Day, profile: str):
    bill = pay.bill(day.contracts[profile].merchant, day=day.date - timedelta(days=1))

    assert (bill.lines, bill.funds, bill.files) == ((), () if profile == "domestic" else None, {})


@pytest.mark.parametrize("profile", ["domestic", "cross_border"])
def test_a_bill_that_is_being_made_is_not_ready(pay, day: Day, profile: str):
    merchant = day.contracts[profile].merchant
    with pytest.raises(NotReady):
        pay.bill(merchant, day=beijing(day.contracts[profile].now).date())
    day.plan("bill_late")
    with pytest.raises(NotReady):
        pay.bill(merchant, day=day.date)


@pytest.mark.parametrize("profile", ["domestic", "cross_border"])
@pytest.mark.parametrize("fault", ["bill_wrong_hash", "bill_missing_column"])
def test_a_bill_that_contradicts_itself_is_broken(pay, day: Day, profile: str, fault: str):
    merchant = day.contracts[profile].merchant
    day.plan(fault)
    with pytest.raises(BrokenBill):
        pay.bill(merchant, day=day.date)

    assert len(pay.bill(merchant, day=day.date).lines) == 3


@pytest.mark.parametrize("profile", ["domestic", "cross_border"])
def test_a_mark_at_the_beginning_and_commas_in_a_name_are_no_faults(pay, day: Day, profile: str):
    merchant = day.contracts[profile].merchant
    whole = told(pay.bill(merchant, day=day.date))
    day.plan("bill_bom", "bill_comma_in_name")

    assert told(pay.bill(merchant, day=day.date)) == whole


@pytest.mark.parametrize(
    ("fault", "amounts"),
    [
        ("bill_missing_row", [2600, 600]),
        ("bill_duplicate_row", [1600, 2600, 600, 1600]),
        ("bill_extra_row", [1600, 2600, 600, 1600]),
        ("bill_amount_off", [1601, 2600, 600]),
    ],
)
def test_what_only_our_own_books_can_contradict_is_told_as_it_is(pay, day: Day, merchant, fault, amounts):
    """Its sums agree: whoever compares it with the ledger finds it."""
    day.plan(fault)

    assert [line.amount_minor for line in pay.bill(merchant, day=day.date).lines] == amounts


def test_a_row_in_the_bill_of_another_day_keeps_its_own_time(pay, make):
    ours = make(is_new=True)
    payment, today = ours.payment(), beijing(ours.now).date()
    pay.open(payment)
    ours.simulator.pay(payment.reference)
    ours.simulator.advance(3 * 86_400)
    ours.simulator.plan({"fault": "bill_day_shift", "route": "bill"})
    first, second = (pay.bill(ours.merchant, day=today + timedelta(days=days)) for days in (0, 1))

    assert first.lines == ()
    assert [beijing(line.at).date() for line in second.lines] == [today]


@pytest.mark.parametrize("fault", ["wrong_signature", "no_signature", "unknown_serial", "truncated", "error_after"])
@pytest.mark.parametrize("profile", ["domestic", "cross_border"])
def test_an_unproven_bill_is_no_bill(pay, day: Day, profile: str, fault: str):
    day.plan(fault)
    with pytest.raises(Unavailable):
        pay.bill(day.contracts[profile].merchant, day=day.date)


def test_an_unproven_word_that_nothing_happened_is_no_bill(pay, day: Day, merchant):
    day.plan("no_signature")
    with pytest.raises(Unavailable):
        pay.bill(merchant, day=day.date - timedelta(days=1))


@pytest.mark.parametrize("fault", ["truncated", "error_after"])
def test_a_download_that_breaks_off_is_no_bill(pay, day: Day, merchant, fault: str):
    day.contracts["domestic"].simulator.plan({"fault": fault, "route": "download"})
    with pytest.raises(Unavailable):
        pay.bill(merchant, day=day.date)


def test_a_day_too_long_ago_is_refused(pay, day: Day, merchant):
    with pytest.raises(Conflict) as refused:
        pay.bill(merchant, day=day.date - timedelta(days=400))
    assert refused.value.code == "provider_refuses"


PLAIN = b"whatever"
OFFER = {
    "hash_type": "SHA1",
    "hash_value": hashlib.sha1(PLAIN).hexdigest(),
    "download_url": "https://api.mch.weixin.qq.com/v3/billdownload/file?token=1",
}


def offered(monkeypatch, offer: dict, packed: bytes = gzip.compress(PLAIN)) -> list[str]:
    """What the next bill is; the list of what is then fetched."""
    fetched: list[str] = []

    def send(merchant: Merchant, method: str, target: str) -> httpx.Response:
        fetched.append(target)
        return httpx.Response(200, content=packed)

    monkeypatch.setattr(bills, "call", lambda *given: offer)
    monkeypatch.setattr(bills, "send", send)
    return fetched


@pytest.mark.parametrize(
    ("change", "packed"),
    [
        ({"hash_type": "MD5"}, None),
        ({"hash_value": "0" * 40}, None),
        ({"hash_value": None}, None),
        ({"download_url": "https://elsewhere.example/secret"}, None),
        ({"download_url": "https://[/v3/billdownload/file"}, None),
        ({"download_url": 5}, None),
        ({}, gzip.compress(PLAIN)[:-3]),
        ({}, PLAIN),
        ({}, gzip.compress(PLAIN) + b"more"),
        ({}, b""),
    ],
    ids=range(10),
)
def test_a_file_that_is_not_the_announced_one_is_broken(monkeypatch, change, packed):
    fetched = offered(monkeypatch, OFFER)
    assert bills._offered(Merchant(), "tradebill", {}, "x") == PLAIN
    assert fetched == ["/v3/billdownload/file?token=1"]

    offered(monkeypatch, OFFER | change, *([packed] if packed is not None else []))
    with pytest.raises(BrokenBill):
        bills._offered(Merchant(), "tradebill", {}, "x")


def test_only_wechat_pay_is_asked_whatever_the_link_says(monkeypatch):
    fetched = offered(monkeypatch, OFFER | {"download_url": "http://elsewhere.example/v3/billdownload/file?token=2"})
    bills._offered(Merchant(), "tradebill", {}, "x")

    assert fetched == ["/v3/billdownload/file?token=2"]


MERCHANT = Merchant(merchant_id="1900000109")
Change = Callable[[dict[str, str]], None]


def row(**changes: str) -> dict[str, str]:
    made = dict.fromkeys(columns.TRADES, "")
    made |= {"交易时间": "2026-11-23 09:00:00", "商户号": "1900000109", "微信订单号": "4200", "商户订单号": FIRST}
    made |= {"交易状态": "SUCCESS", "货币种类": "CNY", "商品名称": "旅行证,加急", "微信退款单号": "503"}
    made |= dict.fromkeys(("应结订单金额", "订单金额"), "16.00")
    made |= dict.fromkeys(("代金券金额", "退款金额", "充值券退款金额", "申请退款金额"), "0.00")
    return made | {"手续费": "0.10000", "商户退款单号": BACK, "退款状态": "SUCCESS"} | changes


def written(*lines: dict[str, str], sums: dict[str, str] | None = None, names: list[str] | None = None) -> bytes:
    """A trade bill whose sums agree, unless ``sums`` change them."""
    names = names or sorted(columns.TRADES)
    totals = {"总交易单数": str(len(lines))}
    for column, total in columns.TOTALS.items():
        amounts = [Decimal(line[column]) for line in lines if table.AMOUNT.fullmatch(line[column])]
        totals[total] = str(sum(amounts, Decimal("0.00")))
    totals |= sums or {}
    text = [",".join(names), *(",".join(f"`{line[name]}" for name in names) for line in lines)]
    text += [",".join(totals), ",".join(f"`{value}" for value in totals.values())]
    return "".join(f"{line}\r\n" for line in text).encode()


def believed(content: bytes):
    return rows.trades(*table.read(content, columns.TRADES, columns.TRADE_SUMS), MERCHANT)


def test_columns_are_found_by_their_names_and_lines_may_end_either_way():
    content = written(row(), row(交易状态="REFUND", 申请退款金额="6.00"))

    assert [line.amount_minor for line in believed(content)] == [1600, 600]
    assert believed(content.replace(b"\r\n", b"\n")) == believed(content)
    assert believed(written()) == ()


@pytest.mark.parametrize("word", ["PROCESSING", "ABNORMAL", "CHANGE", "CLOSED"])
def test_a_refund_stands_as_the_bill_says(word: str):
    (line,) = believed(written(row(交易状态="REFUND", 申请退款金额="6.00", 退款状态=word)))

    assert line.status in {RefundStatus.ACCEPTED, RefundStatus.ABNORMAL, RefundStatus.CLOSED}


BROKEN = {
    "nothing": b"",
    "garbage": b"\x00\xff",
    "gbk": written(row()).decode().encode("gbk"),
    "a page": b"<html></html>",
    "no sums": b"\r\n".join(written(row()).split(b"\r\n")[:2]),
    "sums without a row": b"\r\n".join(written(row()).split(b"\r\n")[:3]),
    "two rows of sums": written(row()) + written(row()).split(b"\r\n")[-2],
    "another count": written(row(), sums={"总交易单数": "2"}),
    "another total": written(row(), sums={"订单总金额": "16.01"}),
    "another fee": written(row(), sums={"手续费总金额": "0.10001"}),
    "an unknown sum": written(row(), sums={"新总金额": "0.00"}),
    "a missing column": written(row(), names=sorted(columns.TRADES)[1:]),
    "a new column": written(row(新="1"), names=[*sorted(columns.TRADES), "新"]),
    "a column twice": written(row(), names=[*sorted(columns.TRADES), "手续费"]),
    "a row cut short": written(row()).replace(b",`0.10000", b""),
    "a name with the separator": written(row(商品名称="旅行证,`加急")),
    "no number": written(row(订单金额="NaN")),
    "an exponent": written(row(订单金额="1e3")),
    "half a fen": written(row(订单金额="16.005")),
    "less than nothing": written(row(订单金额="-16.00")),
    "nothing paid": written(row(订单金额="0.00")),
    "another merchant": written(row(商户号="1900000110")),
    "no currency": written(row(货币种类="元")),
    "a new state": written(row(交易状态="NEW")),
    "a new state of a refund": written(row(交易状态="REFUND", 申请退款金额="6.00", 退款状态="NEW")),
    "no reference": written(row(商户订单号="")),
    "no moment": written(row(交易时间="2026-11-23")),
}


@pytest.mark.parametrize("content", BROKEN.values(), ids=BROKEN)
def test_a_bill_with_anything_wrong_is_broken(content: bytes):
    with pytest.raises(BrokenBill):
        believed(content)


def fund(**changes: str) -> dict[str, str]:
    made = dict.fromkeys(columns.FUNDS, "x") | {"记账时间": "2026-11-23 09:00:00", "业务类型": "交易"}
    return made | {"收支类型": "收入", "收支金额(元)": "16.00", "业务凭证号": FIRST} | changes


def sums(count: str, comings: str, came: str, goings: str, went: str) -> dict[str, str]:
    return {"资金流水总笔数": count, "收入笔数": comings, "收入金额": came, "支出笔数": goings, "支出金额": went}


def test_money_between_the_balance_and_the_bank_is_a_withdrawal_either_way():
    moved = [fund(业务类型="提现", 收支类型="支出"), fund(业务类型="充值")]

    assert [
        (one.kind, one.number, one.amount_minor) for one in rows.funds(moved, sums("2", "1", "16", "1", "16.0"))
    ] == [
        ("withdrawal", "", -1600),
        ("withdrawal", "", 1600),
    ]


@pytest.mark.parametrize(
    ("change", "totals"),
    [
        ({}, sums("2", "1", "16", "0", "0")),
        ({}, sums("1", "2", "16", "0", "0")),
        ({}, sums("1", "1", "16.01", "0", "0")),
        ({}, sums("1", "1", "16", "1", "0")),
        ({}, sums("1", "1", "16", "0", "1")),
        ({"业务类型": "新"}, sums("1", "1", "16", "0", "0")),
        ({"收支类型": "新"}, sums("1", "0", "0", "0", "0")),
        ({"收支金额(元)": "-16.00"}, sums("1", "1", "-16", "0", "0")),
        ({"业务凭证号": ""}, sums("1", "1", "16", "0", "0")),
    ],
    ids=range(9),
)
def test_movements_that_contradict_their_sums_are_broken(change, totals):
    assert rows.funds([fund()], sums("1", "1", "16", "0", "0"))
    with pytest.raises(BrokenBill):
        rows.funds([fund(**change)], totals)


@pytest.mark.parametrize(
    ("text", "currency", "minor"),
    [
        ("16.00", "CNY", 1600),
        ("0.07", "CNY", 7),
        ("-0.07", "CNY", -7),
        ("16", "CNY", 1600),
        ("3000", "JPY", 3000),
        ("3000.00", "JPY", 3000),
        ("1.234", "KWD", 1234),
    ],
)
def test_amounts_are_exact_in_every_currency(text: str, currency: str, minor: int):
    assert table.minor(text, currency) == minor


@pytest.mark.parametrize(("text", "currency"), [("1.5", "JPY"), ("1.2345", "KWD"), ("", "CNY"), ("1,000.00", "CNY")])
def test_what_is_no_amount_of_a_currency_is_broken(text: str, currency: str):
    with pytest.raises(BrokenBill):
        table.minor(text, currency)
