"""The data port: the protocol of the company, and everything a network can do to it."""

import contextlib
import time

from deploy.simulators.gateway.faults import AFTER, BEFORE, SIGNING, Rule
from deploy.simulators.gateway.plug import Answer, Gateway, Refused, Request
from deploy.simulators.gateway.web import Handler, Port
from deploy.simulators.gateway.world import World

EARLY_PATIENCE = 10
"""Real seconds that an answer waits for the notice that overtakes it."""


class DataPort(Port):
    world: World
    gateway: Gateway

    def __init__(self, address: tuple[str, int]) -> None:
        super().__init__(address, Handler)

    def serve(self, request: Request) -> Answer | None:
        with self.world.lock:
            route, reference = self.gateway.route(request)
        before = self.world.faults.take(BEFORE, route=route, reference=reference)
        if "delay" in before:
            time.sleep(before["delay"].seconds)
        if "reset_before" in before:
            return None
        with self.world.lock:
            answer = self.gateway.answer(request)
        after = self.world.faults.take(AFTER | SIGNING | {"notice_early"}, route=route, reference=reference)
        if "notice_early" in after:
            self._overtake(reference)
        return self._leave(request, answer, after)

    def _overtake(self, reference: str) -> None:
        """The payer pays and the merchant hears of it before it hears that there is an order."""
        with contextlib.suppress(Refused), self.world.lock:
            self.gateway.scan({"reference": reference})
            self.gateway.confirm({"reference": reference})
        self.world.notices.wait_for(reference, EARLY_PATIENCE)

    def _leave(self, request: Request, answer: Answer, after: dict[str, Rule]) -> Answer | None:
        if "reset_after" in after:
            return None
        with self.world.lock:
            if "error_after" in after:
                answer = self.gateway.failure(request)
            answer = self.gateway.seal(request, answer, SIGNING & set(after))
        return _truncated(answer) if "truncated" in after else answer


def _truncated(answer: Answer) -> Answer:
    """Half of what was promised, and then nothing."""
    headers = {**answer.headers, "Content-Length": str(len(answer.body))}
    return answer.but(body=answer.body[: len(answer.body) // 2], headers=headers)
