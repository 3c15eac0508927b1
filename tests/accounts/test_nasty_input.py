"""Nothing that is sent makes the server fail (security I1)."""

import json

import pytest

from tests.accounts.factories import Phone, make_citizen, make_user

pytestmark = pytest.mark.django_db

VALUES = [
    None,
    True,
    0,
    -1,
    10**400,
    1.5e308,
    "",
    " ",
    "\u202e",
    "\uffff",
    "x" * 100_000,
    "2026-13-45",
    "9999-12-31",
    "0001-01-01",
    "00000000-0000-0000-0000-000000000000",
    "'; DROP TABLE accounts_user; --",
    "{{ 7*7 }}",
    "%00",
    [],
    ["a"],
    {},
    {"a": {"b": []}},
]
BODIES = {
    "auth/challenges": {"to": "a@example.com", "language": "en"},
    "auth/tokens": {"challenge": "00000000-0000-4000-8000-000000000000", "code": "123456", "device_name": "x"},
    "names/suggestions": {"name": "李娜"},
    "citizens": {
        "kind": "child",
        "name": "李娜",
        "surname": "LI",
        "given_names": "NA",
        "born_on": "2020-01-01",
        "sex": "F",
        "place_of_birth": "x",
        "identity_number": None,
        "consent_version": "1",
    },
}
RAW = [
    b"",
    b"{",
    b"null",
    b"[]",
    b'"text"',
    b"\xff\xfe",
    b'{"to": "a\\u0000b@example.com"}',
    b'{"name": "\\ud800"}',
    b'{"name": "a", "name": "b"}',
    b"[" * 100_000,
    b'{"to": NaN}',
]


@pytest.fixture
def phone():
    phone = Phone(make_user())
    phone.raise_request_exception = True
    return phone


@pytest.mark.parametrize(("path", "field"), [(path, field) for path, body in BODIES.items() for field in body])
def test_no_value_of_any_field_makes_it_fail(path, field, phone):
    for value in VALUES:
        answer = phone.post(path, BODIES[path] | {field: value})
        assert answer.status_code < 500, value
        if answer.status_code >= 400:
            assert answer["Content-Type"] == "application/problem+json"
            assert answer.json()["code"]


@pytest.mark.parametrize("field", ["name", "surname", "given_names", "born_on", "sex", "identity_number"])
def test_no_edit_makes_it_fail(field, phone):
    citizen = make_citizen(phone.device.user)
    for value in VALUES:
        version = phone.get(f"citizens/{citizen.pk}")["ETag"]
        assert phone.patch(f"citizens/{citizen.pk}", {field: value}, HTTP_IF_MATCH=version).status_code < 500


@pytest.mark.parametrize("path", [*BODIES, "me"])
def test_no_body_at_all_makes_it_fail(path, phone):
    method = phone.patch if path == "me" else phone.post
    for body in RAW:
        answer = method(path, body, content_type="application/json")
        assert answer.status_code in ({200, 400} if path == "me" else {400}), body[:40]


@pytest.mark.parametrize("path", ["citizens/not-a-uuid", "citizens/%00", "devices/1", "consents/%F0%9F", "me/x"])
def test_an_address_that_leads_nowhere_is_a_problem_document(path, phone):
    answer = phone.get(path)
    assert answer.status_code == 404
    assert answer["Content-Type"] == "application/problem+json"


@pytest.mark.parametrize("query", ["cursor=x", "cursor=%00", "cursor=cD0lMDA%3D", "page_size=-1", "page_size=1e9"])
def test_no_page_makes_it_fail(query, phone):
    for path in ("citizens", "devices"):
        assert phone.get(f"{path}?{query}").status_code in {200, 400, 404}


@pytest.mark.parametrize("path", ["auth/challenges", "auth/tokens", "citizens", "me", "devices"])
def test_a_method_nobody_offers_is_refused_as_a_problem(path, phone):
    answer = phone.put(path, {})
    assert answer.status_code == 405
    assert json.loads(answer.content)["code"] == "method_not_allowed"
