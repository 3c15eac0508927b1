"""A small part of `./dev drill fuzz`, in this process: schemathesis and the nasty values, as one citizen."""

import uuid

import httpx
import pytest
import schemathesis
from django.test.client import ClientHandler
from hypothesis import HealthCheck, given, settings
from schemathesis.config import SchemathesisConfig

from deploy.drills import _nasty as nasty
from deploy.drills.fuzz import CONFIG
from tests.cases.factories import make_case
from tests.journeys.people import Phone, contract

pytestmark = pytest.mark.django_db
CASES = 4
EVERY = 23
"""Of the nasty values; a prime, so that every run of neighbours is touched."""


def server(environ, start_response):
    """The product as WSGI inside the test's own transaction."""
    answer = ClientHandler()(environ)
    start_response(f"{answer.status_code} {answer.reason_phrase}", [*answer.items()])
    return list(answer)


API = schemathesis.openapi.from_dict(contract()._schema, config=SchemathesisConfig.from_path(CONFIG))
API.app = server
OPERATIONS = [found.ok() for found in API.get_all_operations()]


@pytest.fixture
def citizen():
    case = make_case("draft")
    phone = Phone(case.applicant)
    ids = {"cases": case.pk, "travel-documents": case.pk, "citizens": case.citizen_id}
    return phone, {noun: str(pk) for noun, pk in ids.items()}


@pytest.mark.parametrize("operation", OPERATIONS, ids=lambda one: one.label)
def test_no_answer_breaks_the_promise_of_the_schema(operation, citizen):
    phone, _ids = citizen
    headers = {"Authorization": phone.client._credentials["HTTP_AUTHORIZATION"]}

    @settings(
        max_examples=CASES, deadline=None, database=None, derandomize=True, suppress_health_check=list(HealthCheck)
    )
    @given(case=operation.as_strategy())
    def run(case):
        case.call_and_validate(headers=headers)

    run()


def test_no_nasty_value_makes_anything_fail(citizen):
    phone, ids = citizen
    phone.client.raise_request_exception = False
    wrong = []
    for shot in [*nasty.shots(contract()._schema, ids)][::EVERY]:
        if shot.path.startswith("/api/v1/auth/tokens/current") or (shot.method == "DELETE" and "devices" in shot.path):
            continue
        headers = {"Idempotency-Key": uuid.uuid4().hex, "If-Match": '"1.en"'}
        path, _, query = shot.path.partition("?")
        answered = phone.client.generic(
            shot.method, path, shot.content or b"", shot.content_type, headers=headers, QUERY_STRING=query
        )
        answer = httpx.Response(answered.status_code, headers=dict(answered.items()), content=answered.content)
        if fault := nasty.judge(contract(), shot, answer):
            wrong.append(fault)

    assert wrong == []


def test_the_judge_sees_a_crash_and_an_answer_nobody_promised():
    shot = nasty.Shot("GET", "/api/v1/me", what="a fault")

    assert nasty.judge(contract(), shot, httpx.Response(500))
    assert nasty.judge(contract(), shot, httpx.Response(200, json={"me": 1}))
    assert not nasty.judge(contract(), nasty.Shot("GET", "/api/v1/countries"), httpx.Response(304))
