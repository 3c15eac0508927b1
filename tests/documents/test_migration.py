"""What was there before files belonged to citizens finds its owner."""

from datetime import date

import pytest
from django.db import connection
from django.db.migrations.executor import MigrationExecutor

from tests.accounts.factories import make_citizen, make_user


def migrate(name):
    executor = MigrationExecutor(connection)
    executor.migrate([("documents", name)])
    return executor.loader.project_state([("documents", name)]).apps


@pytest.fixture
def before():
    yield migrate("0001_initial")
    migrate("0004_every_file_has_a_citizen")


@pytest.mark.django_db(transaction=True)
def test_what_an_account_sent_goes_to_its_own_citizen_else_to_its_first(before):
    both, parent, nobody = make_user(), make_user(), make_user()
    make_citizen(both, kind="child")
    own, child = make_citizen(both), make_citizen(parent, kind="child")
    file, issue = before.get_model("documents", "File").objects, before.get_model("documents", "Issue").objects
    facts = {"kind": "paper", "content_type": "image/jpeg", "size": 1}
    files = {user: file.create(owner_id=user.pk, **facts).pk for user in (both, parent, nobody)}
    paper = issue.create(
        number="L00000001", kind="x", subject="case:1", holder="x", owner_id=both.pk,
        issued_on=date(2026, 1, 1), expires_on=date(2026, 2, 1),
    )  # fmt: skip

    after = migrate("0004_every_file_has_a_citizen")

    found = dict(after.get_model("documents", "File").objects.values_list("pk", "citizen_id"))
    assert found == {files[both]: own.pk, files[parent]: child.pk}
    assert after.get_model("documents", "Issue").objects.get(pk=paper.pk).citizen_id == own.pk
