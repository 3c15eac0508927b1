from collections.abc import Iterator

import pytest

from apps.outbox import services as outbox
from apps.payments.providers import base
from apps.payments.providers.sandbox import Sandbox
from tests.payments.factories import Scripted
from tests.payments.payers import SECRET, Payer, start_simulator, stop_simulator


@pytest.fixture(autouse=True)
def no_worker(monkeypatch: pytest.MonkeyPatch) -> None:
    """Tests run the outbox themselves, when they want it to run."""
    monkeypatch.setattr(outbox, "wake", lambda queue: None)


@pytest.fixture
def scripted(monkeypatch: pytest.MonkeyPatch) -> Scripted:
    """A provider that does what the test says; a second one, ``other``, shares its books."""
    provider = Scripted()
    for name in ("scripted", "other"):
        monkeypatch.setitem(base.providers._items, name, provider)
    return provider


@pytest.fixture(scope="session")
def simulator() -> Iterator[str]:
    """The address of a running payment sandbox."""
    process, url = start_simulator()
    yield url
    stop_simulator(process)


@pytest.fixture
def payer_at_the_sandbox(simulator: str) -> Payer:
    """Someone with a browser, and the keys of a merchant."""
    return Payer(simulator, SECRET)


@pytest.fixture
def sandbox(simulator: str, monkeypatch: pytest.MonkeyPatch) -> Sandbox:
    """The product's own adapter, talking to the running sandbox."""
    provider = Sandbox(simulator, SECRET)
    monkeypatch.setitem(base.providers._items, "sandbox", provider)
    return provider
