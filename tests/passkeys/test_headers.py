"""What a browser may do with each kind of answer (security I7)."""

import pytest
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
