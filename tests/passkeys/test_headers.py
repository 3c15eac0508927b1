"""What a browser may do with each kind of answer (security I7)."""

import pytest
from django.db import InterfaceError, OperationalError, connection
from django.test import Client

from apps.accounts.models import User
from consular.headers import HEADER

pytestmark = pytest.mark.django_db


def policy_of(address, *, user=None):
    client = Client()
    if user:
        client.force_login(user)
    answer = client.get(address)
    parts = [part.strip().partition(" ") for part in answer[HEADER].split(";")]
    return {name: allowed for name, _, allowed in parts}


@pytest.mark.parametrize("address", ["/api/v1/posts", "/api/v1/schema", "/nothing/here"])
def test_data_may_do_nothing(address):
    policy = policy_of(address)
    assert policy["default-src"] == policy["frame-ancestors"] == policy["base-uri"] == "'none'"
    assert "script-src" not in policy


@pytest.mark.parametrize("address", ["/admin/login/", "/admin/enrol/"])
def test_pages_before_the_door_run_our_own_files_only(address):
    policy = policy_of(address)
    assert policy["script-src"] == policy["style-src"] == "'self'"
    assert (policy["default-src"], policy["form-action"]) == ("'none'", "'self'")


def test_behind_the_door_no_inline_script_runs():
    policy = policy_of("/admin/", user=User.objects.create_superuser("boss", "a password of some length"))
    assert policy["script-src"] == "'self' 'unsafe-eval'"
    assert policy["default-src"] == policy["frame-ancestors"] == "'none'"


def test_a_form_without_its_token_gets_the_same_page_as_every_refusal():
    client = Client(enforce_csrf_checks=True, headers={"Accept-Language": "en"})
    answer = client.post("/admin/login/", {"username": "boss"})
    assert answer.status_code == 403
    assert "Nothing was changed." in answer.content.decode()
    assert "403.html" in [template.name for template in answer.templates]


class Away:
    """A view while PostgreSQL restarts, or one of ours that is wrong."""

    def __init__(self, error):
        self.error = error

    def __call__(self, execute, *what):
        raise self.error


@pytest.mark.parametrize(
    ("error", "status", "words"),
    [
        (
            OperationalError("the database system is shutting down"),
            503,
            ("The database does not answer", "数据库暂无响应"),
        ),
        (InterfaceError("connection already closed"), 503, ("Back in a moment", "请稍候")),
        (ValueError("ours"), 500, ("Something went wrong on our side", "我们这边出了差错")),
    ],
)
def test_what_breaks_at_the_desk_is_told_on_a_page_in_the_officers_language(error, status, words):
    for language, said in zip(("en", "zh-Hans"), words, strict=True):
        client = Client(raise_request_exception=False, headers={"Accept-Language": language})
        with connection.execute_wrapper(Away(error)):
            answer = client.get("/admin/login/", headers={"Cookie": "sessionid=abcdefghijklmnopqrstuvwxyz012345"})
        assert (answer.status_code, answer["Content-Type"]) == (status, "text/html; charset=utf-8")
        assert said in answer.content.decode()


def test_for_a_phone_a_database_that_is_away_is_a_problem():
    client = Client(raise_request_exception=False)
    with connection.execute_wrapper(Away(OperationalError("restarting"))):
        answer = client.get("/api/v1/posts")
    assert (answer.status_code, answer.json()["code"]) == (503, "unavailable")
