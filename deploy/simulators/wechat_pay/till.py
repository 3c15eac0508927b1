"""Where money arrives: an order is paid, the balance grows, the merchant is told."""

from deploy.simulators.gateway.plug import Refused
from deploy.simulators.gateway.world import World
from deploy.simulators.wechat_pay.orders import IN_FLIGHT_SECONDS, Order, Orders
from deploy.simulators.wechat_pay.purse import Purse
from deploy.simulators.wechat_pay.telling import Teller


class Till:
    def __init__(self, world: World, orders: Orders, purse: Purse, teller: Teller) -> None:
        self._world, self._orders, self._purse, self._teller = world, orders, purse, teller

    def pay(self, order: Order, *, in_flight: bool = False) -> Order:
        """Raises ``Refused``."""
        paid = self._orders.pay(order, in_flight=in_flight)
        self._purse.put(paid.mchid, paid.total - paid.fee)
        self._teller.tell_payment(paid)
        return paid

    def pay_soon(self, order: Order) -> None:
        """A payment that was in flight when the order was closed."""

        def arrive() -> None:
            with self._world.lock:
                late = self._orders.by_key(order.key)
                if not late.is_paid:
                    try:
                        self.pay(late, in_flight=True)
                    except Refused:
                        return

        self._world.clock.after(IN_FLIGHT_SECONDS, arrive)
