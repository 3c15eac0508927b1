"""Which payments and refunds belong into the bill of a day, and what can be wrong with that choice."""

from dataclasses import dataclass
from datetime import date, datetime, time, timedelta

from deploy.simulators.gateway.clock import BEIJING, beijing
from deploy.simulators.gateway.world import World
from deploy.simulators.wechat_pay.orders import Order, Orders
from deploy.simulators.wechat_pay.refunds import Refund, Refunds
from deploy.simulators.wechat_pay.trouble import Trouble, wrong

READY_HOUR = 10
"""Of Beijing, on the next day."""


@dataclass(frozen=True)
class Event:
    """A payment, at its success; or a refund, at its acceptance."""

    moment: datetime
    order: Order
    refund: Refund | None = None


class Days:
    def __init__(self, world: World, orders: Orders, refunds: Refunds) -> None:
        self._world, self._orders, self._refunds = world, orders, refunds
        self._moved: dict[tuple[str, date], set[str]] = {}
        """Transactions that a fault has moved to the next day, by merchant and their own day."""

    def check(self, day: date, *, back: int) -> None:
        """Whether there can be a bill of this day. Raises ``Trouble``; ``back`` is days."""
        now = beijing(self._world.clock.now())
        if day > now.date() or day < now.date() - timedelta(days=back):
            raise wrong("bill_date", "账单日期超出范围", "query")
        ready = datetime.combine(day + timedelta(days=1), time(READY_HOUR), BEIJING)
        if now < ready or self._world.faults.take({"bill_late"}, route="bill"):
            raise Trouble(400, "STATEMENT_CREATING")

    def events(self, mchid: str, day: date) -> list[Event]:
        """By moment. Raises ``Trouble`` when there are none."""
        moved = self._moved.get((mchid, day - timedelta(days=1)), set())
        away = self._moved.get((mchid, day), set())
        found = [
            event
            for event in self._all(mchid)
            if (event.moment.date() == day and event.order.key not in away)
            or (event.order.key in moved and event.moment.date() == day - timedelta(days=1))
        ]
        if found and self._world.faults.take({"bill_day_shift"}, route="bill"):
            self._moved.setdefault((mchid, day), set()).add(found[-1].order.key)
            found = [event for event in found if event.order.key != found[-1].order.key]
        if not found:
            raise Trouble(400, "NO_STATEMENT_EXIST")
        return found

    def status(self, refund: Refund, day: date) -> str:
        """A snapshot of the moment at which the bill was made, never updated."""
        made = datetime.combine(day + timedelta(days=1), time(READY_HOUR), BEIJING)
        is_done = refund.success_time and datetime.fromisoformat(refund.success_time) <= made
        return "SUCCESS" if is_done else "PROCESSING"

    def _all(self, mchid: str) -> list[Event]:
        paid = {order.key: order for order in self._orders.all() if order.mchid == mchid and order.is_paid}
        events = [Event(datetime.fromisoformat(order.success_time), order) for order in paid.values()]
        events += [
            Event(datetime.fromisoformat(refund.created_at), paid[refund.order_key], refund)
            for refund in self._refunds.all()
            if refund.order_key in paid
        ]
        return sorted(events, key=lambda event: event.moment)


def read_day(text: str, form: str, name: str) -> date:
    """Raises ``Trouble``."""
    try:
        day = datetime.strptime(text, form).replace(tzinfo=BEIJING)
    except ValueError:
        raise wrong(name, "日期格式错误", "query") from None
    if day.strftime(form) != text:
        raise wrong(name, "日期格式错误", "query")
    return day.date()
