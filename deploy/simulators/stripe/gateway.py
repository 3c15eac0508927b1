"""The gateway between its two ports: who answers what."""

import base64
import secrets
from collections.abc import Mapping
from typing import Any
from urllib.parse import urlsplit

from deploy.simulators.gateway import faults
from deploy.simulators.gateway.plug import Answer, Payable, Refused, Request
from deploy.simulators.gateway.world import World
from deploy.simulators.stripe import form
from deploy.simulators.stripe.books import Books, Object
from deploy.simulators.stripe.desk import Call, Desk
from deploy.simulators.stripe.disputes import Disputes
from deploy.simulators.stripe.errors import API, JSON, Failed, Invalid, dump
from deploy.simulators.stripe.hooks import Hooks
from deploy.simulators.stripe.idempotency import HEADER, Keys
from deploy.simulators.stripe.payers import INTENT_PAGE, SESSION_PAGE, Payers
from deploy.simulators.stripe.payments import Payments
from deploy.simulators.stripe.refunds import Refunds
from deploy.simulators.stripe.wanted import versions

TRANSPORT = faults.BEFORE | faults.AFTER
"""Answers are not signed here: TLS speaks for them."""
NOTICES = faults.NOTICES - {"notice_signtest", "notice_wrong_merchant", "notice_wrong_app"}
LINES = {"bill_late", "bill_missing_row", "bill_extra_row", "bill_amount_off", "bill_duplicate_row"}
FORM = "application/x-www-form-urlencoded"


class Stripe:
    name = "stripe"
    faults = TRANSPORT | NOTICES | faults.PAYING | faults.REFUNDING | LINES

    def __init__(self, world: World) -> None:
        self.world = world
        row = world.journal.row("key", "secret") or {"key": f"sk_test_{secrets.token_hex(24)}"}
        self.key = str(world.journal.write("key", "secret", row)["key"])
        self.books = Books(world)
        self.hooks = Hooks(world, self.books)
        self.payments = Payments(world, self.books, self.hooks)
        self.refunds = Refunds(world, self.books, self.hooks)
        self.disputes = Disputes(self.books, self.hooks)
        self.payers = Payers(world, self.books, self.payments)
        self.desk = Desk(world, self.books, self.hooks, self.payments, self.refunds, self.payers)
        self.keys = Keys(world)
        self.payments.expire_all_in_time()
        self.refunds.go_on()
        self.hooks.tell_again()

    def route(self, request: Request) -> tuple[str, str]:
        self.keys.begin(request)
        found = self.desk.find(request.method, request.path)
        if found is None:
            return "", ""
        call, ids = found
        try:
            return call.route, self._reference(_parameters(request), ids)
        except Failed:
            return call.route, ""

    def answer(self, request: Request) -> Answer:
        if request.path.startswith((SESSION_PAGE, INTENT_PAGE)):
            return self.payers.page(request)
        id_ = f"req_{self.books.letters(14)}"
        self.hooks.cause = {"id": id_, "idempotency_key": request.headers.get(HEADER)}
        try:
            answer = self._carry_out(request)
        except Failed as failed:
            answer = failed.answer
        finally:
            self.hooks.cause = {"id": None, "idempotency_key": None}
        return answer.but(headers={**answer.headers, "Request-Id": id_})

    def failure(self, request: Request) -> Answer:
        """A key replays it, although the deed was done."""
        told = {"error": {"message": "An unknown error occurred", "type": API}}
        answer = Answer(500, dump(told), JSON)
        self.keys.fail(request, answer)
        return answer

    def seal(self, request: Request, answer: Answer, faults: frozenset[str]) -> Answer:
        return answer

    def payables(self) -> list[Payable]:
        return self.payers.payables()

    def scan(self, asked: Mapping[str, Any]) -> Payable:
        return self.payers.scan(asked)

    def confirm(self, asked: Mapping[str, Any]) -> Payable:
        return self.payers.confirm(asked)

    def cancel(self, asked: Mapping[str, Any]) -> Payable:
        return self.payers.cancel(asked)

    def refund_in_console(self, asked: Mapping[str, Any]) -> dict[str, Any]:
        """``{"reference", "amount_minor"}``; it is told by events like any other."""
        amount = asked.get("amount_minor")
        if type(amount) is not int or amount <= 0:
            raise Refused(400, "wrong_amount_minor")
        charge = self._charge(asked)
        try:
            return self.refunds.create({"charge": charge["id"], "amount": amount})
        except Failed:
            raise Refused(409, "not_refundable") from None

    def rotate(self, asked: Mapping[str, Any]) -> dict[str, Any]:
        return self.hooks.rotate(asked)

    def set_balance(self, asked: Mapping[str, Any]) -> dict[str, Any]:
        """``{"balance": smallest units}``; none is enough for everything."""
        balance = asked.get("balance")
        if balance is not None and (type(balance) is not int or balance < 0):
            raise Refused(400, "wrong_balance")
        self.refunds.fill(balance)
        return {"balance": self.refunds.balance}

    def control(self, method: str, path: str, asked: Mapping[str, Any]) -> dict[str, Any]:
        match method, path:
            case "GET", "/merchant":
                endpoints = self.books.all("webhook_endpoint")
                hooks = {endpoint["id"]: self.hooks.secrets(endpoint["id"]) for endpoint in endpoints}
                return {"key": self.key, "webhook_secrets": hooks}
            case "POST", "/disputes":
                return self.disputes.open(self._charge(asked), asked.get("reason", "fraudulent"))
            case "POST", "/disputes/close":
                charge = self._charge(asked)
                for dispute in self.books.all("dispute"):
                    if dispute["charge"] == charge["id"]:
                        return self.disputes.close(dispute, asked.get("status", ""))
        raise Refused(404, "no_such_address")

    def _carry_out(self, request: Request) -> Answer:
        """Raises ``Failed``: who asks, then whether that can be asked, then the parameters, then the business."""
        self._authenticate(request)
        version = versions(request.headers.get("Stripe-Version"))
        found = self.desk.find(request.method, request.path)
        if found is None:
            told = f"Unrecognized request URL ({request.method}: {request.path})."
            raise Failed(404, told, is_kept=False)
        call, ids = found
        asked = _parameters(request)
        answer = self.keys.once(request, asked, lambda: self._run(call, ids, asked))
        return answer.but(headers={**answer.headers, **_echo(request), "Stripe-Version": version})

    def _run(self, call: Call, ids: list[str], asked: Object) -> Answer:
        read = call.reader(asked, "")
        told = call.run(read, *ids)
        is_page = told["object"] == "list"
        return Answer(200, dump(told if is_page else self.books.shown(told, read.get("expand", []))), JSON)

    def _authenticate(self, request: Request) -> None:
        kind, _, given = request.headers.get("Authorization", "").partition(" ")
        if kind == "Basic":
            try:
                given = base64.b64decode(given, validate=True).decode().partition(":")[0]
            except ValueError:
                given = ""
        if kind not in {"Basic", "Bearer"} or not given:
            raise Failed(401, "You did not provide an API key.", is_kept=False)
        if not secrets.compare_digest(given.encode(), self.key.encode()):
            raise Failed(401, f"Invalid API Key provided: {given[:8]}****", is_kept=False)

    def _reference(self, asked: Object, ids: list[str]) -> str:
        """The order that a request is about, as far as it says."""
        id_ = ids[0] if ids else asked.get("payment_intent") or asked.get("charge")
        thing = self.books.objects.get(id_) if isinstance(id_, str) else None
        if thing is not None:
            return self.books.reference(thing)
        metadata = asked.get("metadata")
        named = metadata.get("reference", "") if isinstance(metadata, dict) else ""
        return str(asked.get("client_reference_id") or named)

    def _charge(self, asked: Mapping[str, Any]) -> Object:
        """Of the order of this ``reference``. Raises ``Refused``."""
        thing = self.payers.find({"reference": asked.get("reference")})
        intent = self.books.objects.get(thing.get("payment_intent") or thing["id"], thing)
        if intent.get("status") != "succeeded":
            raise Refused(409, "not_paid")
        return self.books.objects[intent["latest_charge"]]


def _parameters(request: Request) -> Object:
    """Of the query for what only asks, of the form for what changes something. Raises ``Invalid``."""
    query = urlsplit(request.target).query
    if request.method == "GET":
        return form.read(query)
    content_type = request.headers.get("Content-Type", "").partition(";")[0].strip().lower()
    if request.body and content_type != FORM:
        raise Invalid("Invalid request (check that your POST content type is application/x-www-form-urlencoded).")
    if query:
        raise Invalid("Parameters of a POST belong into its body.")
    try:
        return form.read(request.body.decode("ascii"))
    except UnicodeDecodeError:
        raise Invalid("Invalid request: the parameters are not form-encoded.") from None


def _echo(request: Request) -> dict[str, str]:
    key = request.headers.get(HEADER, "") if request.method == "POST" else ""
    return {HEADER: key} if key.isascii() and key.isprintable() and key else {}
