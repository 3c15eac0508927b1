from collections.abc import Iterator

import httpx
import pytest

from apps.notifications.channels import fcm, wire
from tests.notifications import services
from tests.sms import company as sms


@pytest.fixture(scope="session")
def push_process() -> Iterator[services.Services]:
    with services.started() as found:
        yield found
        if wire.client.cache_info().currsize:
            wire.client(found.env["PUSH_CA"]).close()
            wire.client.cache_clear()
        fcm._account.cache_clear()


@pytest.fixture
def push(push_process, settings) -> services.Services:
    """The simulator as a process of its own; the product is told to push through it."""
    push_process.plan()
    for name, value in push_process.env.items():
        setattr(settings, name, value)
    return push_process


@pytest.fixture(scope="session")
def sms_process() -> Iterator[sms.Company]:
    with sms.started() as found:
        yield found


@pytest.fixture
def company(sms_process, settings) -> sms.Company:
    sms_process.plan()
    settings.SMS_URL = sms_process.sms_url
    return sms_process


@pytest.fixture
def impatient(monkeypatch: pytest.MonkeyPatch) -> None:
    """A client that waits half a second, so that a late answer costs the tests little."""
    monkeypatch.setattr(wire, "TIMEOUT", httpx.Timeout(0.5))
