"""The smallest gateway there can be, to test what all of them share: it sells one thing and signs by a word."""

import json
import sys
from dataclasses import replace

from deploy.simulators.gateway import faults
from deploy.simulators.gateway.notices import Manner, Notice
from deploy.simulators.gateway.plug import CLOSED, PAID, SCANNED, Answer, Payable, Refused
from deploy.simulators.gateway.process import run
from deploy.simulators.gateway.world import World

MANNER = Manner(schedule=(15, 60, 3600), is_heard=lambda status, body: status < 300)


class Toy:
    """``POST /orders {"reference", "amount", "notify_url"}``, ``GET /orders/REFERENCE``."""

    name = "toy"
    faults = faults.TRANSPORT | faults.NOTICES | faults.PAYING

    def __init__(self, world: World) -> None:
        self.world = world
        self.orders = {key: (Payable(**row), url) for key, (row, url) in world.journal.rows("order").items()}

    def route(self, request):
        if request.method == "POST":
            return "create", json.loads(request.body)["reference"]
        return "query", request.path.rpartition("/")[2]

    def answer(self, request):
        _, reference = self.route(request)
        if request.method == "POST" and reference not in self.orders:
            asked = json.loads(request.body)
            self._keep(Payable(f"code-{reference}", reference, asked["amount"], "EUR", "Fee"), asked["notify_url"])
            self.world.expect_trouble(asked["amount"], reference)
        if reference not in self.orders:
            return Answer(404, b"{}")
        return Answer(200, json.dumps({"state": self.orders[reference][0].state}).encode())

    def failure(self, request):
        return Answer(500, b'{"error": "system"}')

    def seal(self, request, answer, faults):
        return answer.but(headers={"Seal": "+".join(sorted(faults)) or "good"})

    def payables(self):
        return [order for order, _ in self.orders.values()]

    def scan(self, asked):
        order, url = self._find(asked)
        return self._keep(replace(order, state=SCANNED), url)

    def confirm(self, asked):
        order, url = self._find(asked)
        if not order.can_be_paid:
            raise Refused(409, "not_payable")
        if self.world.faults.take({"payer_declined"}, route="pay", reference=order.reference):
            raise Refused(402, "payer_declined")
        order = self._keep(replace(order, state=PAID), url)
        self.world.notices.send(Notice(f"n-{order.reference}", "payment", order.reference, url, self._write(order)))
        return order

    def cancel(self, asked):
        order, url = self._find(asked)
        return self._keep(replace(order, state=CLOSED), url)

    def refund_in_console(self, asked):
        raise Refused(404, "no_refunds")

    def rotate(self, asked):
        return {"key": 2}

    def set_balance(self, asked):
        return {"balance": asked["balance"]}

    def control(self, method, path, asked):
        raise Refused(404, "no_such_address")

    def _write(self, order):
        def write(faults):
            now = self.world.clock.now().isoformat()
            return {"Said-At": now}, json.dumps({"reference": order.reference, "faults": sorted(faults)}).encode()

        return write

    def _find(self, asked):
        for order, url in self.orders.values():
            if asked.get("code") == order.code or asked.get("reference") == order.reference:
                return order, url
        raise Refused(404, "no_such_order")

    def _keep(self, order, url):
        self.orders[order.reference] = (order, url)
        self.world.journal.write("order", order.reference, [vars(order), url])
        return order


if __name__ == "__main__":
    sys.exit(run("toy", MANNER, Toy))
