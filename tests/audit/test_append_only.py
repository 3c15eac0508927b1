from contextlib import contextmanager

import pytest
from django.contrib.auth import get_user_model
from django.db import ProgrammingError, connection, transaction
from django.utils.timezone import now
from structlog.contextvars import bound_contextvars

from apps.audit.models import Entry
from apps.audit.services import record
from apps.kernel.workflow import SYSTEM, Actor, By

pytestmark = pytest.mark.django_db


@pytest.fixture
def entry():
    return record(actor=SYSTEM, action="seen", subject="case:1", at=now(), version=3)


@contextmanager
def refused():
    with pytest.raises(ProgrammingError, match="audit_entry is append-only"), transaction.atomic():
        yield


def run(sql):
    with connection.cursor() as cursor:
        cursor.execute(sql)


@pytest.mark.parametrize(
    "sql",
    [
        "UPDATE audit_entry SET action = 'unseen'",
        "UPDATE audit_entry SET detail = '{}'",
        "UPDATE audit_entry SET at = at",
        "DELETE FROM audit_entry",
        "INSERT INTO audit_entry SELECT * FROM audit_entry ON CONFLICT (id) DO UPDATE SET action = 'unseen'",
        "WITH gone AS (DELETE FROM audit_entry RETURNING *) SELECT * FROM gone",
        "MERGE INTO audit_entry USING (SELECT 1) AS one ON true WHEN MATCHED THEN DELETE",
    ],
)
def test_the_database_itself_refuses_to_change_what_was_written_down(entry, sql):
    with refused():
        run(sql)

    kept = Entry.objects.get()
    assert (kept.action, kept.detail) == ("seen", {"version": 3})


def test_neither_a_row_nor_a_queryset_can_be_saved_or_deleted(entry):
    with refused():
        entry.save()
    with refused():
        entry.delete()
    with refused():
        Entry.objects.update(action="unseen")
    with refused():
        Entry.objects.all().delete()


def test_an_entry_says_who_did_what_to_what_and_under_which_request(entry):
    officer = get_user_model().objects.create_user(username="wang", is_staff=True)
    with bound_contextvars(request_id="r1"):
        seen = record(actor=Actor(By.OFFICER, officer), action="seen", subject="case:1", at=now())

    assert (seen.actor, seen.request_id) == (f"officer:{officer.pk}", "r1")
    assert (entry.actor, entry.request_id) == ("system", "")
    assert set(Entry.objects.about("case:1")) == {entry, seen}
    assert not Entry.objects.about("case:2").exists()


def test_an_entry_stands_and_falls_with_what_it_tells_of():
    with transaction.atomic():
        record(actor=SYSTEM, action="seen", subject="case:1", at=now())
        transaction.set_rollback(True)

    assert not Entry.objects.exists()


@pytest.mark.parametrize("action", ["add", "change", "delete"])
def test_staff_may_look_at_entries_and_nothing_else(admin_client, entry, action):
    address = {"add": "add/", "change": f"{entry.pk}/change/", "delete": f"{entry.pk}/delete/"}[action]

    opened = admin_client.get("/admin/audit/entry/")
    answer = admin_client.post(f"/admin/audit/entry/{address}", {"action": "x", "post": "yes"})

    assert opened.status_code == 200
    assert answer.status_code == 403
    assert Entry.objects.get(pk=entry.pk) == entry
    others = set(Entry.objects.exclude(pk=entry.pk).values_list("action", flat=True))
    assert others - {"rights_changed"} == {"desk_refused"}
