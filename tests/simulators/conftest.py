from collections.abc import Iterator

import pytest

from tests.simulators.sides import Merchant, Steered, listening, started
from tests.simulators.wechat import Shop


@pytest.fixture
def merchant() -> Iterator[Merchant]:
    with listening() as server:
        yield server


@pytest.fixture(scope="session")
def wechat_process() -> Iterator[Steered]:
    with started("deploy.simulators.wechat_pay") as steered:
        yield steered


@pytest.fixture
def wechat(wechat_process: Steered) -> Steered:
    """WeChat Pay as a process of its own, without plans."""
    wechat_process.web.delete("/faults")
    return wechat_process


@pytest.fixture
def shop(wechat: Steered, merchant: Merchant) -> Shop:
    """The first merchant, with a full purse, listening."""
    wechat.do("/balance", balance=10_000_000)
    return Shop(wechat, wechat.look("/merchant"), merchant.url)
