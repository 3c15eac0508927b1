"""Nothing answers that the schema does not name (I9)."""

import re

import pytest
from django.urls import URLPattern, get_resolver

from consular.urls import PHONES
from tests.journeys.people import Phone, contract

pytestmark = pytest.mark.django_db
TOOLS = {"api/v1/schema", "api/v1/docs"}
"""The schema itself, and its page."""
PUBLIC_PAGES = r"verify|\.well-known"


def routes(patterns, start=""):
    for one in patterns:
        route = start + str(one.pattern)
        yield from [route] if isinstance(one, URLPattern) else routes(one.url_patterns, route)


def test_every_address_of_the_phones_is_in_the_schema():
    told = {re.sub(r"\{\w+\}", "{}", path.lstrip("/")) for path in contract()._schema["paths"]}
    there = {re.sub(r"<[^>]+>", "{}", route) for route in routes(PHONES)}

    assert {route for route in there if route.startswith("api/")} - TOOLS == told
    assert [route for route in there - told - TOOLS if not re.match(PUBLIC_PAGES, route)] == []


def test_every_view_of_the_resolver_is_of_the_phones_the_desk_or_a_probe():
    top = {str(one.pattern).split("/")[0] for one in get_resolver().url_patterns}

    assert top <= {"api", "admin", "", "metrics", "livez", "readyz"}


@pytest.mark.parametrize("method", ["OPTIONS", "TRACE", "CONNECT", "PROPFIND"])
@pytest.mark.parametrize("path", ["/api/v1/cases", "/api/v1/me", "/api/v1/travel-documents"])
def test_a_method_nobody_offers_is_refused(method, path):
    answer = Phone(None).client.generic(method, path)

    assert answer.status_code in {401, 405}
    assert answer.json()["code"] in {"not_signed_in", "method_not_allowed"}
