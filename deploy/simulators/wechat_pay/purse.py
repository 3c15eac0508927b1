"""What a merchant has with WeChat Pay, from which refunds are made: payments less fees, less refunds."""

from deploy.simulators.gateway.world import World
from deploy.simulators.wechat_pay.trouble import Trouble


class Purse:
    def __init__(self, world: World) -> None:
        self._world = world

    def balance(self, mchid: str) -> int:
        return int((self._world.journal.row("balance", mchid) or {"minor": 0})["minor"])

    def set(self, mchid: str, minor: int) -> None:
        self._world.journal.write("balance", mchid, {"minor": minor})

    def put(self, mchid: str, minor: int) -> None:
        self.set(mchid, self.balance(mchid) + minor)

    def take(self, mchid: str, minor: int, *, reference: str) -> None:
        """For a refund of this order. Raises ``Trouble`` (403): nothing is kept, the same number may come again."""
        is_planned = self._world.faults.take({"not_enough"}, route="refund", reference=reference)
        if is_planned or minor > self.balance(mchid):
            raise Trouble(403, "NOT_ENOUGH")
        self.put(mchid, -minor)
