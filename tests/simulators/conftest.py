from collections.abc import Iterator

import pytest

from tests.simulators.sides import Merchant, listening


@pytest.fixture
def merchant() -> Iterator[Merchant]:
    with listening() as server:
        yield server
