from collections.abc import Iterator
from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest
from django.utils.timezone import now

from apps.payments.providers.wechat_pay import WeChatPay, orders, wire
from tests.payments.wechat_pay.sides import Contract, Make, Platform, contract
from tests.simulators.sides import Merchant, Steered, listening, started


@pytest.fixture(scope="session")
def process() -> Iterator[Steered]:
    with started("deploy.simulators.wechat_pay") as steered:
        steered.ahead = 0.0

        def advance(seconds: float) -> None:
            steered.do("/clock", advance=seconds)
            steered.ahead = steered.look("/clock")["offset"]

        steered.advance = advance
        yield steered


@pytest.fixture
def wechat(process: Steered, monkeypatch: pytest.MonkeyPatch, settings) -> Steered:
    """WeChat Pay as a process of its own, without plans; our client goes by its clock."""
    process.web.delete("/faults")
    for module in (wire, orders):
        monkeypatch.setattr(module, "now", lambda: now() + timedelta(seconds=process.ahead))
    settings.WECHAT_PAY_URL = settings.WECHAT_PAY_GLOBAL_URL = process.url
    return process


@pytest.fixture
def ear(settings) -> Iterator[Merchant]:
    """Where our notices arrive."""
    with listening() as server:
        settings.PUBLIC_URL = server.url.removesuffix("/notices")
        yield server


@pytest.fixture(scope="session")
def known() -> dict[tuple[str, str], dict[str, Any]]:
    """Merchants of the simulator by profile and mode: each costs a key pair."""
    return {}


@pytest.fixture(scope="session")
def folders(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Of the keys of all merchants; who changes one takes a new merchant."""
    return tmp_path_factory.mktemp("merchants")


@pytest.fixture
def make(wechat: Steered, folders: Path, settings, known: dict[tuple[str, str], dict[str, Any]]) -> Make:
    """A merchant with a full purse and its folder of keys; ``is_new`` makes one that nobody else has."""
    settings.MERCHANT_KEYS = str(folders)

    def made(profile: str = "domestic", mode: str = "certificate", *, is_new: bool = False, currency="") -> Contract:
        place = (profile, mode + currency)
        info = None if is_new else known.get(place)
        if info is None:
            asked = {"currency": currency} if currency else {}
            mchid = wechat.do("/merchants", profile=profile, key_mode=mode, **asked)["mchid"]
            wechat.do("/balance", mchid=mchid, balance=10**9)
            info = wechat.look(f"/merchants/{mchid}")
        if not is_new:
            known[place] = info
        kinds = ("certificate", "public_key") if mode == "both" else (mode,)
        return contract(wechat, info, folders / f"m-{info['mchid']}", kinds)

    return made


@pytest.fixture(params=["domestic-certificate", "domestic-public_key", "cross_border-certificate", "cross_border-both"])
def ours(request, make: Make) -> Contract:
    """Both products, in each key mode."""
    return make(*request.param.split("-"))


@pytest.fixture
def home(make: Make) -> Contract:
    return make()


@pytest.fixture
def abroad(make: Make) -> Contract:
    return make("cross_border")


@pytest.fixture
def pay() -> WeChatPay:
    return WeChatPay()


@pytest.fixture(scope="session")
def platform(process: Steered) -> Platform:
    """A key that the simulator does not have."""
    return Platform(process.look("/merchant")["keys"][0]["private_key"])
