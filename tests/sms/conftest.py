from collections.abc import Iterator

import pytest

from tests.sms.company import Company, started


@pytest.fixture(scope="session")
def company_process() -> Iterator[Company]:
    with started() as company:
        yield company


@pytest.fixture
def company(company_process: Company, settings) -> Company:
    """The simulator as a process of its own; the product is told to send through it."""
    company_process.plan()
    settings.SMS_URL = company_process.sms_url
    return company_process
