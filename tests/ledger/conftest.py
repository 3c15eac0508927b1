import pytest
from django.db import connection

from tests.conftest import THE_LEDGER_MAY_BE_EMPTIED, THE_LEDGER_STAYS


@pytest.fixture(autouse=True)
def as_an_installation_has_it(rules_that_migrations_bring, request):
    """With every guard: here the books are not emptied, except between tests that commit."""
    if "transactional_db" not in request.fixturenames and "db" not in request.fixturenames:
        yield
        return
    with connection.cursor() as cursor:
        cursor.execute(THE_LEDGER_STAYS)
    yield
    if "transactional_db" in request.fixturenames:
        with connection.cursor() as cursor:
            cursor.execute(THE_LEDGER_MAY_BE_EMPTIED)
