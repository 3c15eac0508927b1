"""Bills of WeChat Pay: a day of Beijing, hashed, and everything that can be wrong with one."""

import gzip
import hashlib
from datetime import datetime, timedelta
from decimal import Decimal

import httpx
import pytest

from deploy.simulators.gateway.clock import beijing
from tests.simulators.wechat import Shop, code

pytestmark = pytest.mark.stack
HEADER = "交易时间,公众账号ID,商户号,特约商户号,设备号,微信订单号,商户订单号,用户标识,交易类型,交易状态,付款银行,货币种类,应结订单金额,代金券金额,微信退款单号,商户退款单号,退款金额,充值券退款金额,退款类型,退款状态,商品名称,商户数据包,手续费,费率,订单金额,申请退款金额,费率备注"
FUNDS = "记账时间,微信支付业务单号,资金流水单号,业务名称,业务类型,收支类型,收支金额(元),账户结余(元),资金变更提交申请人,备注,业务凭证号"


class Day:
    """A new merchant's day: two payments and a partial refund; then the next day at ten."""

    def __init__(self, shop: Shop) -> None:
        simulator = shop.simulator
        self.shop = Shop(simulator, simulator.do("/merchants"), shop.notify_url)
        now = beijing(datetime.fromisoformat(simulator.look("/clock")["now"]))
        noon = now.replace(hour=12, minute=0, second=0, microsecond=0)
        simulator.advance(((noon - now).total_seconds()) % 86_400)
        self.date = beijing(datetime.fromisoformat(simulator.look("/clock")["now"])).date()
        self.first = self.shop.paid(description="证件费", attach="case-1")
        self.second = self.shop.paid(amount={"total": 2600, "currency": "CNY"})
        self.refund = self.shop.refund(self.first, 600).json()["out_refund_no"]
        simulator.advance(22 * 3600)

    def bill(self, kind: str = "tradebill", **query: str) -> httpx.Response:
        asked = {"bill_date": self.date.isoformat(), **query}
        return self.shop.call("GET", f"/v3/bill/{kind}?" + "&".join(f"{name}={value}" for name, value in asked.items()))

    def text(self, kind: str = "tradebill", **query: str) -> str:
        offered = self.bill(kind, **query).json()
        target = offered["download_url"].removeprefix(self.shop.simulator.url)
        content = self.shop.call("GET", target).content
        plain = gzip.decompress(content) if "tar_type" in query else content
        assert hashlib.sha1(plain).hexdigest() == offered["hash_value"]
        return plain.decode()

    def rows(self, kind: str = "tradebill", **query: str) -> list[dict[str, str]]:
        """As a careful reader splits them: at comma and back-tick."""
        header, *lines = self.text(kind, **query).removeprefix("\ufeff").split("\r\n")[:-3]
        return [dict(zip(header.split(","), line[1:].split(",`"), strict=True)) for line in lines]


@pytest.fixture(scope="module")
def settled(wechat_process) -> Day:
    """Made once: who changes it makes a day of their own."""
    return Day(Shop(wechat_process, wechat_process.look("/merchant")))


@pytest.fixture
def day(shop: Shop, settled: Day) -> Day:
    return settled


def test_a_bill_has_every_payment_and_refund_of_its_day(day: Day):
    rows = day.rows(bill_type="ALL", tar_type="GZIP")

    assert [(row["商户订单号"], row["交易状态"], row["订单金额"], row["退款金额"]) for row in rows] == [
        (day.first, "SUCCESS", "16.00", "0.00"),
        (day.second, "SUCCESS", "26.00", "0.00"),
        (day.first, "REFUND", "0.00", "6.00"),
    ]
    assert [row["手续费"] for row in rows] == ["0.10000", "0.16000", "-0.04000"]
    assert rows[2]["商户退款单号"] == day.refund
    assert rows[0]["商户数据包"] == "case-1"


def test_a_bill_is_spelled_as_documented(day: Day):
    lines = day.text().split("\r\n")

    assert lines[0] == HEADER
    assert len(lines[0].split(",")) == 27
    assert lines[-3] == "总交易单数,应结订单总金额,退款总金额,充值券退款总金额,手续费总金额,订单总金额,申请退款总金额"
    assert lines[-2] == "`3,`42.00,`6.00,`0.00,`0.22000,`42.00,`6.00"
    assert all(line.startswith("`") for line in lines[1:4])


@pytest.mark.parametrize(("kind", "count"), [("SUCCESS", 2), ("REFUND", 1)])
def test_a_bill_can_be_of_one_kind(day: Day, kind: str, count: int):
    assert len(day.rows(bill_type=kind)) == count


def test_the_funds_show_fees_in_rows_of_their_own(day: Day):
    text = day.text("fundflowbill", account_type="BASIC", tar_type="GZIP")
    rows = day.rows("fundflowbill", account_type="BASIC")

    assert text.startswith(FUNDS + "\r\n")
    assert [(row["业务类型"], row["收支类型"], row["收支金额(元)"], row["业务凭证号"]) for row in rows] == [
        ("交易", "收入", "16.00", day.first),
        ("扣除交易手续费", "支出", "0.10", day.first),
        ("交易", "收入", "26.00", day.second),
        ("扣除交易手续费", "支出", "0.16", day.second),
        ("退款", "支出", "6.00", day.refund),
        ("退还交易手续费", "收入", "0.04", day.refund),
    ]
    assert code(day.bill("fundflowbill", account_type="FEES")) == (400, "NO_STATEMENT_EXIST")


def test_a_bill_is_made_at_ten_of_the_next_day(shop: Shop):
    day = Day(shop)
    today = day.date + timedelta(days=1)
    day.shop.paid()

    assert code(day.bill(bill_date=today.isoformat())) == (400, "STATEMENT_CREATING")
    shop.simulator.advance(24 * 3600 - 60)
    assert code(day.bill(bill_date=today.isoformat())) == (400, "STATEMENT_CREATING")
    shop.simulator.advance(120)
    assert day.bill(bill_date=today.isoformat()).status_code == 200


def test_a_day_without_business_has_no_bill(day: Day):
    before = day.date - timedelta(days=1)

    assert code(day.bill(bill_date=before.isoformat())) == (400, "NO_STATEMENT_EXIST")


@pytest.mark.parametrize("date", ["2020-01-01", "2099-01-01", "20261123", "2026-2-3", "2026-02-30", "x"])
def test_a_wrong_day_is_refused(shop: Shop, date: str):
    assert code(shop.call("GET", f"/v3/bill/tradebill?bill_date={date}")) == (400, "PARAM_ERROR")


def test_the_status_of_a_refund_in_a_bill_is_never_updated(shop: Shop):
    day = Day(shop)
    day.shop.simulator.plan({"fault": "refund_processing", "asks": 1})
    late = day.shop.refund(day.second, 100, 2600).json()["out_refund_no"]
    shop.simulator.advance(25 * 3600)
    assert day.shop.refunded(late)["status"] == "SUCCESS"
    tomorrow = (day.date + timedelta(days=1)).isoformat()

    assert [row["退款状态"] for row in day.rows(bill_date=tomorrow)] == ["PROCESSING"]


def test_a_link_is_good_for_five_minutes_and_for_its_merchant(shop: Shop, day: Day):
    target = day.bill().json()["download_url"].removeprefix(shop.simulator.url)

    assert code(shop.call("GET", target)) == (400, "INVALID_REQUEST")
    assert day.shop.call("GET", target).status_code == 200
    assert "Wechatpay-Signature" not in day.shop.call("GET", target).headers
    shop.simulator.advance(301)
    assert code(day.shop.call("GET", target)) == (400, "INVALID_REQUEST")


@pytest.mark.parametrize(
    ("fault", "count", "total"),
    [
        ("bill_missing_row", 2, "26.00"),
        ("bill_duplicate_row", 4, "58.00"),
        ("bill_extra_row", 4, "58.00"),
        ("bill_amount_off", 3, "42.01"),
    ],
)
def test_rows_can_be_wrong(day: Day, fault: str, count: int, total: str):
    day.shop.simulator.plan({"fault": fault})
    rows = day.rows()

    assert len(rows) == count
    assert str(sum(Decimal(row["订单金额"]) for row in rows)) == total
    assert len(day.rows()) == 3


def test_a_bill_can_be_late_or_of_another_hash(day: Day):
    day.shop.simulator.plan({"fault": "bill_late"}, {"fault": "bill_wrong_hash"})

    assert code(day.bill()) == (400, "STATEMENT_CREATING")
    with pytest.raises(AssertionError):
        day.text()
    day.text()


def test_a_column_can_be_missing_a_name_have_commas_and_a_mark_stand_first(day: Day):
    faults = ("bill_missing_column", "bill_comma_in_name", "bill_bom")
    day.shop.simulator.plan(*({"fault": fault} for fault in faults))
    text = day.text()
    day.shop.simulator.plan(*({"fault": fault} for fault in faults))

    assert text.startswith("\ufeff交易时间")
    assert "费率备注" not in text
    assert day.rows()[0]["商品名称"] == "证件费,加急,含邮寄"


def test_a_row_can_slip_into_the_next_day(shop: Shop):
    day = Day(shop)
    day.shop.simulator.plan({"fault": "bill_day_shift"})
    kept = day.rows()
    day.shop.simulator.advance(24 * 3600)
    slipped = day.rows(bill_date=(day.date + timedelta(days=1)).isoformat())

    assert [row["商户订单号"] for row in kept] == [day.second]
    assert [row["商户订单号"] for row in slipped] == [day.first, day.first]
