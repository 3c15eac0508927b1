"""The gateway between its two ports: who answers what."""

import base64
from collections.abc import Callable, Mapping
from dataclasses import asdict, dataclass, field
from html import escape
from typing import Any

from deploy.simulators.gateway import faults
from deploy.simulators.gateway.plug import PAID, Answer, Payable, Refused, Request
from deploy.simulators.gateway.world import World
from deploy.simulators.unionpay import wire
from deploy.simulators.unionpay.books import Books
from deploy.simulators.unionpay.keys import HOLDER, PFX_PASSWORD, Keys
from deploy.simulators.unionpay.office import Office
from deploy.simulators.unionpay.payers import ADDRESS, Payers
from deploy.simulators.unionpay.telling import MERCHANT, Teller, envelope
from deploy.simulators.unionpay.wanted import PATHS, SAID, Denied, Kind, check, kind_of

FRONT = "/gateway/api/frontTransReq.do"
NOT_HERE = {"notice_signtest", "notice_wrong_app", "bill_wrong_hash", "bill_comma_in_name", "bill_bom"}
KNOWN = faults.TRANSPORT | faults.NOTICES | faults.REFUNDING | faults.BILLS | {"payer_declined", "late_success"}
ECHOED = ("txnType", "txnSubType", "bizType", "orderId", "txnTime", "reqReserved", "origQryId", "txnAmt", "settleDate")
TEXT = {"Content-Type": "text/html;charset=UTF-8"}


@dataclass(frozen=True)
class Said(Answer):
    """An answer that is yet to be signed."""

    fields: Mapping[str, str] = field(default_factory=dict)


class UnionPay:
    name = "unionpay"
    faults = KNOWN - NOT_HERE

    def __init__(self, world: World) -> None:
        self.world = world
        self.keys = Keys(world.clock.now(), world.folder)
        self.books = Books(world)
        self.teller = Teller(world, self.books, self.keys)
        self.office = Office(world, self.books, self.teller)
        self.payers = Payers(world, self.books, self.teller)
        self.teller.tell_again()

    def route(self, request: Request) -> tuple[str, str]:
        """A refund is about the order of its purchase."""
        fields = _fields(request) or {}
        kind = kind_of(request.path, fields)
        if kind is None:
            return "", ""
        purchase = self.books.paid(fields.get("origQryId", ""))
        return kind.route, purchase.order_id if purchase else fields.get("orderId", "")

    def answer(self, request: Request) -> Answer:
        if request.path.startswith(ADDRESS):
            return self.payers.page(request)
        fields = _fields(request)
        if request.method != "POST" or request.path not in PATHS or fields is None:
            return Answer(400, b"Invalid request.", TEXT)
        try:
            told = self._carry_out(request.path, fields)
        except Denied as denied:
            told = {"respCode": denied.code, "respMsg": denied.said}
            if request.path == FRONT:
                return Answer(400, f"respCode={denied.code} {escape(denied.said)}".encode(), TEXT)
        if request.path == FRONT:
            return Answer(302, b"", {"Location": f"{self.world.url}{ADDRESS}{told['tn']}"})
        code = told.get("respCode", "00")
        said = {"respCode": code, "respMsg": f"{SAID[code]}[0000000]", **told}
        echo = {name: fields[name] for name in ECHOED if fields.get(name)}
        return Said(200, headers=TEXT, fields={**envelope(), **echo, **said})

    def failure(self, request: Request) -> Answer:
        return Answer(500, b"<html><body>Internal Server Error</body></html>", TEXT)

    def seal(self, request: Request, answer: Answer, faults: frozenset[str]) -> Answer:
        if not isinstance(answer, Said):
            return answer
        return Answer(answer.status, wire.plain(self.keys.sign(answer.fields, faults)), answer.headers)

    def payables(self) -> list[Payable]:
        return self.books.payables()

    def scan(self, asked: Mapping[str, Any]) -> Payable:
        return self.payers.scan(asked)

    def confirm(self, asked: Mapping[str, Any]) -> Payable:
        return self.payers.confirm(asked)

    def cancel(self, asked: Mapping[str, Any]) -> Payable:
        return self.payers.cancel(asked)

    def refund_in_console(self, asked: Mapping[str, Any]) -> dict[str, Any]:
        """``{"reference", "amount_minor"}``; the deal that it makes."""
        purchase = self.books.asked_for({"reference": asked.get("reference")})
        amount = asked.get("amount_minor")
        if type(amount) is not int or amount <= 0:
            raise Refused(400, "wrong_amount_minor")
        if purchase.state != PAID or self.books.given_back(purchase) + amount > purchase.amount:
            raise Refused(409, "not_refundable")
        return asdict(self.office.by_hand(purchase, amount))

    def rotate(self, asked: Mapping[str, Any]) -> dict[str, Any]:
        """Another leaf; ``{"holder": "00040000:SIGN"}`` for one of the company's test gateway."""
        holder = asked.get("holder", HOLDER)
        if not isinstance(holder, str) or not 0 < len(holder) <= 40 or "@" in holder:  # noqa: PLR2004
            raise Refused(400, "wrong_holder")
        self.keys.rotate(self.world.clock.now(), holder)
        return {"leaf": self.keys.leaf.pem}

    def set_balance(self, asked: Mapping[str, Any]) -> dict[str, Any]:
        """``{"balance": fen}``; none is enough for everything."""
        balance = asked.get("balance")
        if balance is not None and (type(balance) is not int or balance < 0):
            raise Refused(400, "wrong_balance")
        self.office.balance = balance
        return {"balance": balance}

    def control(self, method: str, path: str, asked: Mapping[str, Any]) -> dict[str, Any]:
        """``GET /merchant``: all that the company tells a merchant on paper."""
        if (method, path) != ("GET", "/merchant"):
            raise Refused(404, "no_such_address")
        return {
            "merId": MERCHANT,
            "certId": self.keys.certificate_id,
            "key": self.keys.merchant.key_pem,
            "certificate": self.keys.merchant.pem,
            "pfx": base64.b64encode(self.keys.pfx).decode(),
            "pfx_password": PFX_PASSWORD,
            "root": self.keys.root.pem,
            "intermediate": self.keys.intermediate.pem,
            "holder": HOLDER,
        }

    def _carry_out(self, path: str, fields: Mapping[str, str]) -> dict[str, str]:
        """Raises ``Denied``: the envelope first, then the signature, then the business."""
        kind = kind_of(path, fields)
        if kind is None:
            raise Denied("10" if fields.get("txnType") and fields.get("txnSubType") else "13", "txnType")
        check(kind, fields)
        if not self.keys.is_from_merchant(fields):
            raise Denied("11", "signature")
        if fields["merId"] != MERCHANT:
            raise Denied("31", "merId")
        return self._desk(kind)(fields)

    def _desk(self, kind: Kind) -> Callable[[Mapping[str, str]], dict[str, str]]:
        return {
            "create": self.office.create,
            "refund": self.office.refund,
            "void": self.office.void,
            "query": self.office.query,
            "bill": self.office.bill,
        }[kind.route]


def _fields(request: Request) -> dict[str, str] | None:
    """None for what is no form."""
    try:
        return wire.read(request.headers.get("Content-Type", ""), request.body)
    except ValueError:
        return None
