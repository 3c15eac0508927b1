"""Who opened my file: for whoever manages the person."""

import ast
from datetime import timedelta

import pytest
from django.conf import settings
from django.db import connection
from django.test import Client
from django.utils.timezone import now

from apps.audit.models import Entry
from apps.audit.services import record
from apps.kernel.workflow import SYSTEM, Actor, By
from apps.privacy.services.accesses import LABELS
from tests.accounts.factories import Phone, make_citizen, make_mandate, make_user
from tests.cases.factories import make_case, make_officer, make_post
from tests.losses.factories import make_officer as make_loss_officer

pytestmark = pytest.mark.django_db


def test_everybody_is_named_by_what_they_are_and_no_officer_by_name():
    user, helper = make_user(), make_user()
    citizen = make_citizen(user)
    make_mandate(citizen, helper)
    officer = make_officer(make_post())
    at = now()
    actors = [Actor(By.APPLICANT, user), Actor(By.APPLICANT, helper), Actor(By.OFFICER, officer), SYSTEM]
    acts = ["file_read", "case_submit", "case_viewed", "nobody_knows"]
    for minute, (actor, action) in enumerate(zip(actors, acts, strict=True)):
        when = at + timedelta(minutes=minute)
        record(actor=actor, action=action, subject="case:1", at=when, citizen=citizen.pk)
    record(actor=SYSTEM, action="file_read", subject="case:2", at=at, citizen=make_citizen(make_user()).pk)

    answer = Phone(user).get(f"citizens/{citizen.pk}/accesses")
    shown = answer.json()["results"]

    assert [one["by"] for one in shown] == ["system", "officer", "helper", "you"]
    assert [one["post"] for one in shown] == [None, "PAR", None, None]
    assert [one["action"] for one in shown] == acts[::-1]
    assert all(one["action_label"] and one["by_label"] for one in shown)
    assert officer.username not in answer.content.decode()
    assert Phone(helper).get(f"citizens/{citizen.pk}/accesses").status_code == 404


def test_it_comes_in_pages_and_by_an_index(django_assert_max_num_queries):
    user = make_user()
    citizen = make_citizen(user)
    for turn in range(45):
        record(actor=SYSTEM, action="file_read", subject=f"file:{turn}", at=now(), citizen=citizen.pk)
    phone, path, seen = Phone(user), f"citizens/{citizen.pk}/accesses", []
    while path:
        with django_assert_max_num_queries(8):
            page = phone.get(path).json()
        seen += [one["subject"] for one in page["results"]]
        path = (page["next"] or "").partition("/api/v1/")[2]

    assert seen == [f"file:{turn}" for turn in reversed(range(45))]
    assert phone.get(f"citizens/{citizen.pk}/accesses", {"cursor": "cD1ub25zZW5zZQ=="}).status_code == 404
    with connection.cursor() as cursor:
        cursor.execute("SET LOCAL enable_seqscan = off")
    plan = Entry.objects.filter(citizen=citizen.pk).order_by("-at", "-id")[:21].explain()
    assert "audit_of_a_citizen" in plan


def entries_of(app):
    """Where an app writes an audit entry: the place, and the names of what it says."""
    for path in sorted((settings.BASE_DIR / "apps" / app).rglob("*.py")):
        for node in ast.walk(ast.parse(path.read_text())):
            said = {word.arg for word in getattr(node, "keywords", ())}
            if isinstance(node, ast.Call) and {"actor", "action", "subject"} <= said:
                yield f"{path.name}:{node.lineno}", said


@pytest.mark.parametrize("app", ["cases", "documents", "losses", "travel_documents"])
def test_every_entry_about_somebodys_papers_says_whose_they_are(app):
    found = dict(entries_of(app))

    assert found
    assert [place for place, said in found.items() if "citizen" not in said] == []


def test_an_officer_who_opens_a_report_of_a_loss_is_seen_by_whose_it_is():
    case = make_case()
    report = case.citizen.loss_reports.get()
    client = Client()
    client.force_login(make_loss_officer(case.post))
    assert client.get(f"/admin/losses/lossreport/{report.pk}/change/").status_code == 200

    shown = Phone(case.applicant).get(f"citizens/{case.citizen_id}/accesses").json()["results"][0]

    assert (shown["action"], shown["by"], shown["post"]) == ("loss_report_viewed", "officer", "PAR")
    assert shown["action_label"] == str(LABELS["loss_report_viewed"])
