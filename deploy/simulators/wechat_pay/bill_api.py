"""What merchants fetch: bills, statements and certificates. Every method raises ``Trouble`` for what it refuses."""

from datetime import date, timedelta

from deploy.simulators.gateway.clock import beijing
from deploy.simulators.gateway.plug import Answer
from deploy.simulators.gateway.world import World
from deploy.simulators.wechat_pay.bills import Bills
from deploy.simulators.wechat_pay.days import read_day
from deploy.simulators.wechat_pay.fields import Spec, check, text
from deploy.simulators.wechat_pay.merchants import Merchant
from deploy.simulators.wechat_pay.owners import check_query
from deploy.simulators.wechat_pay.platform import Platform
from deploy.simulators.wechat_pay.routes import Call
from deploy.simulators.wechat_pay.statements import Statements
from deploy.simulators.wechat_pay.trouble import Trouble, answer, wrong

MOST_DAYS = 31


class BillApi:
    def __init__(self, world: World, platform: Platform, bills: Bills, statements: Statements) -> None:
        self._world, self._platform, self._bills, self._statements = world, platform, bills, statements

    def trade_bill(self, merchant: Merchant, call: Call) -> Answer:
        query, day = _bill_query(call, {"bill_type": text(8, pattern="ALL|SUCCESS|REFUND")})
        kind = query.get("bill_type", "ALL")
        return answer(200, self._bills.trade(merchant, day, kind, zipped="tar_type" in query))

    def funds_bill(self, merchant: Merchant, call: Call) -> Answer:
        """All money is in the basic account."""
        query, day = _bill_query(call, {"account_type": text(16, pattern="BASIC|OPERATION|FEES")})
        if query.get("account_type", "BASIC") != "BASIC":
            raise Trouble(400, "NO_STATEMENT_EXIST")
        return answer(200, self._bills.funds(merchant, day, zipped="tar_type" in query))

    def download(self, merchant: Merchant, call: Call) -> Answer:
        return self._bills.file(merchant, call.request.query.get("token", ""))

    def certificates(self, merchant: Merchant, call: Call) -> Answer:
        """Who has moved to the public key altogether has none to download."""
        check(call.request.query, {}, "query")
        if merchant.key_mode == "public_key":
            raise Trouble(404, "RESOURCE_NOT_EXISTS", "无可用的平台证书，请使用微信支付公钥")
        return answer(200, self._platform.published(merchant.apiv3_key))

    def statement(self, merchant: Merchant, call: Call) -> Answer:
        query = call.request.query
        check_query(merchant, query, {"date": text(8, required=True)})
        zipped = "gzip" in call.request.headers.get("Accept-Encoding", "")
        return self._statements.day(merchant, read_day(query["date"], "%Y%m%d", "date"), zipped=zipped)

    def settlements(self, merchant: Merchant, call: Call) -> Answer:
        """By the days of a month at most; what is not settled yet needs no days."""
        query = call.request.query
        days = {"settle_start_date": text(8), "settle_end_date": text(8)}
        check_query(merchant, query, {"settle_state": text(16, required=True, pattern="SETTLED|UNSETTLE"), **days})
        settled = query["settle_state"] == "SETTLED"
        last = beijing(self._world.clock.now()).date()
        first = last - timedelta(days=MOST_DAYS)
        if settled:
            first, last = (read_day(query.get(name, ""), "%Y%m%d", name) for name in days)
        if not 0 <= (last - first).days <= MOST_DAYS:
            raise wrong("settle_end_date", "日期范围错误", "query")
        found = self._statements.settlements(merchant, first, last, settled=settled)
        return answer(200, {"data": found, "total_count": len(found), "offset": 0, "limit": len(found)})


def _bill_query(call: Call, more: Spec) -> tuple[dict[str, str], date]:
    query = call.request.query
    check(query, {"bill_date": text(10, required=True), "tar_type": text(8, pattern="GZIP"), **more}, "query")
    return query, read_day(query["bill_date"], "%Y-%m-%d", "bill_date")
