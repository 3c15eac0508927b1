"""The trade bill of the simulated Alipay: a ZIP in GBK that is ready the next morning."""

import io
import zipfile
from decimal import Decimal

import httpx
import pytest

from tests.simulators.alipay_sides import BILL, MODULE, Shop
from tests.simulators.sides import started

pytestmark = pytest.mark.stack
DAY, HOUR = 86_400, 3600
COLUMNS = (
    "支付宝交易号,商户订单号,业务类型,商品名称,创建时间,完成时间,门店编号,门店名称,操作员,终端号,对方账户,订单金额（元）,"
    "商家实收（元）,支付宝红包（元）,集分宝（元）,支付宝优惠（元）,商家优惠（元）,券核销金额（元）,券名称,商家红包消费金额（元）,"
    "卡消费金额（元）,退款批次号/请求号,服务费（元）,分润（元）,备注"
)


@pytest.fixture(scope="module")
def process():
    with started(MODULE) as steered:
        yield steered


@pytest.fixture
def shop(process) -> Shop:
    """A minute after midnight of a day without trades."""
    process.web.delete("/faults")
    shop = Shop(process)
    process.advance(to_midnight(shop) + 60)
    return shop


def to_midnight(shop: Shop) -> int:
    now = shop.now
    return DAY - now.hour * HOUR - now.minute * 60 - now.second


def morning(shop: Shop) -> str:
    """The day that is over; it is nine and one minute of the next."""
    day = f"{shop.now:%Y-%m-%d}"
    shop.simulator.advance(to_midnight(shop) + 9 * HOUR + 60)
    return day


def ask(shop: Shop, day: str, kind: str = "trade") -> dict:
    return shop.call(BILL, {"bill_type": kind, "bill_date": day})


def files(shop: Shop, day: str) -> dict[str, list[str]]:
    content = httpx.get(ask(shop, day)["bill_download_url"], trust_env=False, verify=False).content
    with zipfile.ZipFile(io.BytesIO(content), metadata_encoding="gbk") as bundle:
        return {name: bundle.read(name).decode("gbk").split("\r\n") for name in bundle.namelist()}


def lines(shop: Shop, day: str) -> tuple[list[str], list[dict[str, str]]]:
    """All lines of the detail, and its rows by column."""
    detail = next(iter(files(shop, day).values()))
    columns = detail[4].split(",")
    end = next(place for place, line in enumerate(detail) if "列表结束" in line)
    rows = [line.removesuffix("\t").split("\t,") for line in detail[5:end]]
    return detail, [dict(zip(columns, row, strict=True)) for row in rows]


def test_payments_and_refunds_of_a_day_are_its_rows(shop):
    reference = shop.paid("160.00", store_id="S1", operator_id="op", terminal_id="T1")
    shop.refund(reference, "60.00", "r1")
    shop.paid("1.00")
    day = morning(shop)
    detail, (paid, refund, _) = lines(shop, day)

    assert detail[4] == COLUMNS
    assert paid["商户订单号"] == reference
    assert [row["业务类型"] for row in (paid, refund)] == ["交易", "退款"]
    assert [row["订单金额（元）"] for row in (paid, refund)] == ["160.00", "-60.00"]
    assert [row["商家实收（元）"] for row in (paid, refund)] == ["160.00", "-60.00"]
    assert [row["服务费（元）"] for row in (paid, refund)] == ["-0.96", "0.36"]
    assert [row["退款批次号/请求号"] for row in (paid, refund)] == ["", "r1"]
    assert paid["支付宝交易号"] == refund["支付宝交易号"]
    assert (paid["门店编号"], paid["操作员"], paid["终端号"]) == ("S1", "op", "T1")
    assert paid["完成时间"].startswith(day)


def test_the_frame_of_the_table_is_that_of_the_company(shop):
    reference = shop.paid()
    shop.refund(reference, "6.00", "r1")
    day = morning(shop)
    detail, _ = lines(shop, day)
    year, month, date = day.split("-")

    assert detail[0] == "#支付宝业务明细查询"
    assert detail[1] == f"#账号：[{shop.console['seller_id']}0156]"
    assert detail[2].startswith(f"#起始日期：[{year}年{month}月{date}日 00:00:00]   终止日期：[")
    assert detail[3].strip("#-") == "业务明细列表"
    assert detail[-5].strip("#-") == "业务明细列表结束"
    assert detail[-4] == "#交易合计：1笔，商家实收共16.00元，商家优惠共0.00元"
    assert detail[-3] == "#退款合计：1笔，商家实收退款共-6.00元，商家优惠退款共0.00元"
    assert detail[-2].startswith("#导出时间：[")
    assert detail[-1] == ""


def test_the_two_files_are_named_in_gbk_and_the_second_sums_up(shop):
    shop.refund(shop.paid(), "6.00", "r1")
    day = morning(shop)
    found = files(shop, day)
    start = f"{shop.console['seller_id']}_{day.replace('-', '')}_业务明细"

    assert list(found) == [f"{start}.csv", f"{start}(汇总).csv"]
    titles, sums = found[f"{start}(汇总).csv"][4:6]
    total = dict(zip(titles.split(","), sums.removesuffix("\t").split("\t,"), strict=True))
    assert (total["交易订单总笔数"], total["退款订单总笔数"]) == ("1", "1")
    assert (total["商家实收（元）"], total["服务费（元）"], total["实收净额（元）"]) == ("10.00", "-0.06", "9.94")


def test_a_bill_is_not_there_before_nine_in_the_morning(shop):
    shop.paid()
    day = f"{shop.now:%Y-%m-%d}"
    assert ask(shop, day)["sub_code"] == "BILL_NOT_EXIST"
    shop.simulator.advance(to_midnight(shop) + 9 * HOUR - 60)
    assert ask(shop, day)["sub_code"] == "BILL_NOT_EXIST"
    shop.simulator.advance(120)
    assert ask(shop, day)["code"] == "10000"


def test_a_day_without_trades_has_no_bill_and_an_unpaid_one_is_no_trade(shop):
    shop.simulator.do("/payer/scan", reference=shop.order())
    assert ask(shop, morning(shop))["sub_code"] == "NO_BILL_DATA"


def test_a_day_ends_at_midnight_in_beijing(shop):
    shop.simulator.advance(to_midnight(shop) - 30)
    before = shop.paid()
    first = f"{shop.now:%Y-%m-%d}"
    shop.simulator.advance(60)
    after = shop.paid()
    second = morning(shop)

    assert [[row["商户订单号"] for row in lines(shop, day)[1]] for day in (first, second)] == [[before], [after]]


def test_a_month_is_ready_on_the_third_of_the_next(shop):
    shop.paid()
    month = f"{shop.now:%Y-%m}"
    assert ask(shop, month)["sub_code"] == "BILL_NOT_EXIST"
    shop.simulator.advance(34 * DAY)
    assert month.replace("-", "") in next(iter(files(shop, month)))


def test_an_address_is_good_for_thirty_seconds(shop):
    shop.paid()
    url = ask(shop, morning(shop))["bill_download_url"]
    shop.simulator.advance(28)
    good = httpx.get(url, trust_env=False, verify=False)
    shop.simulator.advance(3)
    assert [good.status_code, httpx.get(url, trust_env=False, verify=False).status_code] == [200, 403]


def test_the_kind_of_bill_that_the_merchant_has_not_is_refused(shop):
    assert ask(shop, "2026-11-24", "signcustomer")["code"] == "40006"


def total(rows: list[dict[str, str]]) -> Decimal:
    return sum((Decimal(row["商家实收（元）"]) for row in rows), Decimal(0))


@pytest.mark.parametrize(
    ("fault", "rows", "money"),
    [
        ("bill_missing_row", 1, "17.00"),
        ("bill_extra_row", 3, "49.00"),
        ("bill_duplicate_row", 3, "49.00"),
        ("bill_amount_off", 2, "33.01"),
        ("bill_day_shift", 2, "33.00"),
        ("bill_comma_in_name", 2, "33.00"),
    ],
)
def test_a_false_bill_still_says_the_true_totals(shop, fault, rows, money):
    shop.paid("16.00")
    shop.paid("17.00")
    day = morning(shop)
    shop.simulator.plan({"fault": fault})
    detail, false = lines(shop, day)
    true = lines(shop, day)[1]

    assert (len(false), total(false)) == (rows, Decimal(money))
    assert false != true
    assert (len(true), total(true)) == (2, Decimal("33.00"))
    assert "交易合计：2笔，商家实收共33.00元" in detail[-4]


def test_a_bill_may_lack_a_column_or_be_late(shop):
    shop.paid()
    day = morning(shop)
    shop.simulator.plan({"fault": "bill_missing_column"}, {"fault": "bill_late"})
    assert ask(shop, day)["sub_code"] == "BILL_NOT_EXIST"
    shop.simulator.plan({"fault": "bill_missing_column"})
    assert "退款批次号/请求号" not in lines(shop, day)[1][0]
    assert "退款批次号/请求号" in lines(shop, day)[1][0]


def test_a_name_that_gbk_does_not_know_does_not_break_the_bill(shop):
    shop.paid(subject="Visa 🛂")
    assert lines(shop, morning(shop))[1][0]["商品名称"] == "Visa ?"
