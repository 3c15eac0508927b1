import pytest

from tests.outbox import bells


@pytest.fixture(autouse=True)
def quiet():
    yield
    bells.BEFORE.clear()
    bells.JOBS.clear()
    bells.TOGETHER.clear()
