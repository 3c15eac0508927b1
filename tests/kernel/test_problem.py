import inspect
import json
import re

import pytest
from django.core.exceptions import PermissionDenied
from django.db import OperationalError
from django.http import Http404
from rest_framework.test import APIClient

from apps.kernel import errors
from apps.kernel.api.problem import STATUS, TITLES, handler

pytestmark = [pytest.mark.urls("tests.kernel.urls")]

CHINESE = re.compile(r"[\u3001-\u9fff\uff0c\uff1a\uff1b]+")
REFUSALS = [
    ("DomainError", None, "refused"),
    ("Invalid", 400, "invalid"),
    ("Unauthenticated", 401, "not_signed_in"),
    ("Forbidden", 403, "forbidden"),
    ("Unknown", 404, "not_found"),
    ("Conflict", 409, "conflict"),
    ("IllegalMove", 409, "illegal_move"),
    ("Stale", 412, "stale_version"),
    ("TooLarge", 413, "too_large"),
    ("Unmet", 422, "requirements_unmet"),
    ("VersionRequired", 428, "version_required"),
    ("TooMany", 429, "too_many_requests"),
    ("Unavailable", 503, "unavailable"),
]


def test_a_database_that_does_not_answer_is_said_so():
    answer = handler(OperationalError("server closed the connection"), {})

    assert (answer.status_code, answer.data["code"]) == (503, "unavailable")


def test_what_nobody_knows_is_left_to_the_log():
    assert handler(RuntimeError(), {}) is None


@pytest.fixture
def phone():
    return APIClient(raise_request_exception=False)


def check(answer, status, code):
    """What is true of every problem, whoever made it."""
    body = json.loads(answer.content)
    assert answer.status_code == body["status"] == status
    assert body["code"] == code
    assert answer["Content-Type"] == "application/problem+json"
    assert body["type"] == f"/api/v1/errors#{code}"
    assert re.fullmatch(r"[0-9a-f-]{36}", body["request_id"])
    assert answer["X-Request-ID"] == body["request_id"]
    assert body["title"]
    assert body["detail"]
    return body


def test_every_error_of_the_kernel_is_in_this_table():
    kinds = {name for name, kind in inspect.getmembers(errors, inspect.isclass) if issubclass(kind, errors.DomainError)}

    assert kinds == {name for name, _, _ in REFUSALS}


@pytest.mark.parametrize(("name", "status", "code"), [row for row in REFUSALS if row[1]])
def test_every_error_has_its_status_and_code(phone, name, status, code):
    check(phone.get(f"/api/v1/refusals/{name}"), status, code)


def test_an_error_without_a_status_is_our_mistake():
    """``DomainError`` itself is never raised; its children all have a status."""
    assert errors.DomainError not in STATUS
    assert all(any(kind in STATUS for kind in child.__mro__) for child in errors.DomainError.__subclasses__())


@pytest.mark.parametrize("accepted", [None, "zh-CN,zh;q=0.9", "zh", "fr-FR,fr;q=0.9", "zh;q=0.9,en;q=0.8", "\x00"])
def test_people_read_problems_in_chinese_unless_they_ask_otherwise(phone, accepted):
    headers = {"accept-language": accepted} if accepted else {}

    body = phone.get("/api/v1/refusals/Conflict", headers=headers).json()

    assert CHINESE.fullmatch(body["title"])
    assert CHINESE.fullmatch(body["detail"])


@pytest.mark.parametrize("accepted", ["en", "en-GB,en;q=0.8,zh;q=0.5", "fr,en;q=0.5"])
def test_people_read_problems_in_english_when_they_ask_for_it(phone, accepted):
    body = phone.get("/api/v1/refusals/Conflict", headers={"accept-language": accepted}).json()

    assert (body["title"], body["detail"]) == ("Conflict", "This clashes with what is already there.")


def test_missing_things_and_faults_are_listed(phone):
    body = check(phone.get("/api/v1/unmet"), 422, "requirements_unmet")

    assert body["missing"] == ["photo"]
    assert [(fault["pointer"], fault["code"]) for fault in body["errors"]] == [("/photo", "too_small")]


def test_who_comes_too_often_learns_when_to_come_back(phone):
    answer = phone.get("/api/v1/refusals/TooMany")

    assert check(answer, 429, "too_many_requests")["retry_after"] == 60
    assert answer["Retry-After"] == "60"


def test_throttling_by_the_framework_looks_the_same(phone):
    answer = phone.get("/api/v1/throttled")

    assert check(answer, 429, "too_many_requests")["retry_after"] == 7
    assert answer["Retry-After"] == "7"


def test_nobody_signed_in_is_asked_for_a_token(phone):
    answer = phone.get("/api/v1/private")

    check(answer, 401, "not_signed_in")
    assert answer["WWW-Authenticate"] == "Bearer"


def test_an_address_that_leads_nowhere_is_a_problem_too(phone):
    check(phone.get("/api/v1/nowhere"), 404, "not_found")
    check(phone.post("/api/v1/nowhere", {}, format="json"), 404, "not_found")


def test_a_method_that_is_not_there_names_those_that_are(phone):
    answer = phone.delete("/api/v1/echo")

    check(answer, 405, "method_not_allowed")
    assert answer["Allow"] == "POST, OPTIONS"


def test_only_json_is_read_and_spoken(phone):
    check(phone.post("/api/v1/echo", "<a/>", content_type="text/xml"), 415, "unsupported_media_type")
    check(phone.get("/api/v1/thing", headers={"accept": "text/html"}), 406, "not_acceptable")


def test_a_crash_tells_nothing_but_the_request_id(phone):
    answer = phone.get("/api/v1/crash")

    check(answer, 500, "server_error")
    assert "110101199003070134" not in answer.content.decode()


def test_an_unknown_host_is_refused_as_a_problem(phone):
    check(phone.get("/api/v1/thing", headers={"host": "evil.example"}), 400, "malformed")


def test_a_request_id_from_outside_does_not_enter_the_log(phone):
    """Whoever sends one could otherwise choose what our log lines and audit entries say."""
    answer = phone.get("/api/v1/refusals/Conflict", headers={"x-request-id": "110101199003070134"})

    check(answer, 409, "conflict")


def test_good_answers_carry_the_request_id_as_well(phone):
    assert re.fullmatch(r"[0-9a-f-]{36}", phone.get("/api/v1/thing")["X-Request-ID"])


def test_what_django_raises_by_itself_becomes_ours():
    missing, denied = handler(Http404(), {}), handler(PermissionDenied(), {})

    assert (missing.status_code, missing.data["code"]) == (404, "not_found")
    assert (denied.status_code, denied.data["code"]) == (403, "forbidden")


def test_every_status_we_answer_has_a_title():
    assert {*STATUS.values(), 405, 406, 411, 415, 500} == set(TITLES)
