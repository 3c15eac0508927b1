"""Which document somebody needs (R5, R10)."""

from itertools import product

import pytest

from apps.travel_documents.routing import EMERGENCY, Reason, Stay, route

TABLE = [
    # stay          reason      urgent  conflict   service
    ("short_stay", "lost",     False,  False,     "TRAVEL_DOC_EMERGENCY"),
    ("short_stay", "stolen",   True,   False,     "TRAVEL_DOC_EMERGENCY"),
    ("short_stay", "damaged",  False,  False,     "TRAVEL_DOC"),
    ("short_stay", "expired",  False,  False,     "TRAVEL_DOC"),
    ("resident",   "lost",     False,  False,     "PASSPORT_REPLACE"),
    ("resident",   "lost",     True,   False,     "TRAVEL_DOC"),
    ("resident",   "damaged",  False,  False,     "PASSPORT_REPLACE"),
    ("resident",   "expired",  False,  False,     "PASSPORT_RENEW"),
    ("short_stay", "lost",     False,  True,      "TRAVEL_DOC"),
]  # fmt: skip


@pytest.mark.parametrize(("stay", "reason", "urgent", "conflict", "service"), TABLE)
def test_the_situation_decides_the_document(stay, reason, urgent, conflict, service):
    found = route(stay=stay, reason=reason, urgent=urgent, nationality_conflict=conflict)

    assert found.service == service
    assert found.here is (service == EMERGENCY)


@pytest.mark.parametrize(
    ("stay", "reason", "urgent", "conflict"), list(product(Stay, Reason, [False, True], [False, True]))
)
def test_nobody_is_left_without_advice(stay, reason, urgent, conflict):
    found = route(stay=stay, reason=reason, urgent=urgent, nationality_conflict=conflict)

    assert str(found.advice)
