"""``gateway.do``: from a form to a genuine call, and from what it did to a node."""

import base64
from collections.abc import Callable
from typing import Any

from deploy.simulators.alipay import fields, public, wire
from deploy.simulators.alipay.asking import Asking
from deploy.simulators.alipay.bills import Bills
from deploy.simulators.alipay.cashier import Cashier
from deploy.simulators.alipay.offering import Offering
from deploy.simulators.alipay.parties import Parties
from deploy.simulators.alipay.public import Call
from deploy.simulators.alipay.refunding import Refunding
from deploy.simulators.alipay.wire import Node
from deploy.simulators.alipay.wrong import OF_THE_GATEWAY, SAID, Wrong, business, invalid
from deploy.simulators.gateway.plug import Answer, Request
from deploy.simulators.gateway.world import World

PATH = "/gateway.do"
FORM = "application/x-www-form-urlencoded"
PAGES = frozenset({"alipay.trade.wap.pay"})
ROUTES = {
    "alipay.trade.precreate": "create",
    "alipay.trade.wap.pay": "create",
    "alipay.trade.query": "query",
    "alipay.trade.close": "close",
    "alipay.trade.cancel": "cancel",
    "alipay.trade.refund": "refund",
    "alipay.trade.fastpay.refund.query": "refund_query",
    "alipay.data.dataservice.bill.downloadurl.query": "bill",
}
Said = dict[str, Any]


class OpenApi:
    def __init__(
        self, world: World, parties: Parties, *, offering: Offering, asking: Asking, refunding: Refunding, bills: Bills
    ) -> None:
        self._world, self._parties, self._offering = world, parties, offering
        self._methods: dict[str, Callable[[Call], Said]] = {
            "alipay.trade.precreate": self._precreate,
            "alipay.trade.app.pay": _by_phone,
            "alipay.trade.query": lambda call: asking.query(call.biz),
            "alipay.trade.close": lambda call: asking.close(call.biz),
            "alipay.trade.cancel": lambda call: asking.cancel(call.biz),
            "alipay.trade.refund": lambda call: refunding.refund(call.biz),
            "alipay.trade.fastpay.refund.query": lambda call: refunding.query(call.biz),
            "alipay.data.dataservice.bill.downloadurl.query": lambda call: bills.ask(call.biz),
            "alipay.open.app.alipaycert.download": self._certificate,
        }
        self.allows_get = False

    def route(self, request: Request) -> tuple[str, str]:
        """Of a call that is genuine."""
        try:
            call = public.read(params(request), self._parties, self._now, may_be_old=True)
        except Wrong:
            return "", ""
        number = call.biz.get("out_trade_no", "")
        return ROUTES.get(call.method, ""), number if isinstance(number, str) else ""

    def answer(self, request: Request, cashier: Cashier) -> Answer:
        is_page = False
        try:
            said = params(request)
            is_page = public.named(said) in PAGES
            if request.method == "GET" and not (is_page or self.allows_get):
                return Answer(405, b"", {"Allow": "POST"})
            call = public.read(said, self._parties, self._now, may_be_old=is_page)
            if is_page:
                return cashier.enter(self._offering.make(call))
            fields.check(call.method, call.biz)
            done = {"code": "10000", "msg": SAID["10000"], **self._methods[call.method](call)}
            return self.node(request, done, is_signed=True)
        except Wrong as wrong:
            is_signed = wrong.code not in OF_THE_GATEWAY
            return cashier.refuse(wrong) if is_page else self.node(request, wrong.node, is_signed=is_signed)

    def node(self, request: Request, said: Said, *, is_signed: bool) -> Node:
        """Named after the method; ``error_response`` when that is unknown."""
        try:
            asked = params(request)
            name = f"{public.named(asked).replace('.', '_')}_response"
        except Wrong:
            return wire.node("error_response", said)
        app = self._parties.app(asked.get("app_id", ""))
        is_certified = app is not None and app.has_certificate
        return wire.node(name, said, is_signed=is_signed, is_certified=is_certified)

    @property
    def _now(self) -> float:
        return self._world.clock.now().timestamp()

    def _precreate(self, call: Call) -> Said:
        offer = self._offering.make(call)
        return {"out_trade_no": offer.out_trade_no, "qr_code": offer.code}

    def _certificate(self, call: Call) -> Said:
        certificate = self._parties.company_certificate(call.biz["alipay_cert_sn"])
        if certificate is None:
            raise business("ACQ.INVALID_PARAMETER", "alipay_cert_sn")
        return {"alipay_cert_content": base64.b64encode(certificate.encode()).decode()}


def _by_phone(call: Call) -> Said:
    """There is no such call: the order string goes to the app on the phone."""
    raise invalid("invalid-method", call.method)


def params(request: Request) -> dict[str, str]:
    """Of the address and of the form together. Raises ``Wrong``."""
    _, _, query = request.target.partition("?")
    said = wire.form(query)
    if request.method == "GET":
        return said
    kind = request.headers.get("Content-Type", "").partition(";")[0].strip().lower()
    if request.method != "POST" or kind != FORM:
        raise invalid("invalid-content-type")
    try:
        more = wire.form(request.body.decode("ascii"))
    except UnicodeDecodeError:
        raise invalid("invalid-parameter", "not encoded") from None
    if set(said) & set(more):
        raise invalid("invalid-parameter", "said twice")
    return {**said, **more}
