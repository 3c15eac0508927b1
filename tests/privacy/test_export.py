"""A copy of everything, for whoever may manage the person, for a week."""

import base64
import json
from datetime import timedelta
from urllib.parse import urlsplit

import pytest
from django.utils.timezone import now

from apps.documents.store import store
from apps.notifications.models import Message
from apps.privacy import services
from apps.privacy.models import Export
from deploy.drills._opened import show
from tests.accounts.factories import Phone, make_child, make_mandate, make_user
from tests.privacy.factories import EMAIL, NAME, NUMBER, PASSPORT, SAID, SURNAME, canary, table, unpacked, workers_work

pytestmark = pytest.mark.django_db(transaction=True)


@pytest.fixture(autouse=True)
def no_wake(monkeypatch):
    monkeypatch.setattr("apps.outbox.services.wake", lambda queue: None)


def read(phone, url):
    return phone.generic("GET", urlsplit(url).path.removeprefix("/api/v1/"))


def test_the_copy_holds_every_holding_in_both_languages_with_papers_and_documents():
    user, case = canary()
    phone, path = Phone(user), f"citizens/{case.citizen_id}/export"
    asked, again = phone.post(path), phone.post(path)
    assert (asked.status_code, asked.json()["status"]) == (202, "preparing")
    assert again.json()["id"] == asked.json()["id"]
    assert phone.get(f"{path}/content").status_code == 404
    workers_work()

    assert phone.get(path).json()["status"] == "ready"
    answer = read(phone, phone.get(f"{path}/content").json()["url"])
    assert answer["Content-Type"] == "application/zip"
    pack = unpacked(b"".join(answer.streaming_content))

    citizen = table(pack, "accounts")
    assert citizen["rows"][0] | {"name": NAME, "surname": SURNAME, "identity_number": NUMBER} == citizen["rows"][0]
    assert set(citizen["fields"]["name"]) == set(citizen["label"]) == {"zh-Hans", "en"}
    assert table(pack, "losses")["rows"][0]["passport_number"] == PASSPORT
    assert table(pack, "travel_documents")["rows"][0]["address"] == SAID
    assert table(pack, "cases", 1)["rows"][0]["note"] == SAID
    assert EMAIL in pack["accounts.json"].decode()
    assert table(pack, "notifications")["rows"]
    assert base64.b64decode(table(pack, "documents", 1)["rows"][0]["seal"]).endswith(SURNAME.encode())
    assert {name.partition("/")[0] for name in pack if "/" in name} == {"files", "documents"}
    assert any(content.startswith(b"%PDF-1.7") for content in pack.values())
    assert all(json.loads(pack[name])["label"] for name in pack if name.endswith(".json"))
    assert Message.objects.get(template="export_ready").user == user


def test_it_is_encrypted_where_it_lies_and_gone_after_a_week(capsys):
    user, case = canary()
    phone, path = Phone(user), f"citizens/{case.citizen_id}/export"
    phone.post(path)
    workers_work()
    export = Export.objects.get()
    stored = b"".join(store().open(export.key)[1])
    assert stored.startswith(b"CCF")
    assert b"accounts.json" not in stored

    show()  # as the drill opens it
    opened = json.loads(capsys.readouterr().out)
    assert NUMBER.encode() in bytes.fromhex(opened[f"{export.key}/accounts.json"])

    assert services.purge(at=export.until - timedelta(seconds=1)) == 0
    assert services.purge(at=export.until) == 1
    assert store().size(export.key) is None
    assert phone.get(path).status_code == phone.get(f"{path}/content").status_code == 404


def test_nobody_else_gets_it():
    user, case = canary()
    helper, path = make_user(), f"citizens/{case.citizen_id}/export"
    make_mandate(case.citizen, helper, "apply", "pay", "collect")
    mine, stranger = Phone(user), Phone(make_user())
    for other in (Phone(helper), stranger):
        assert {other.post(path).status_code, other.get(path).status_code} == {404}
    assert not Export.objects.exists()
    mine.post(path)
    workers_work()
    url = mine.get(f"{path}/content").json()["url"]

    assert read(stranger, url).status_code == 404
    assert read(Phone(user), url).status_code == 404
    export = Export.objects.get()
    Export.objects.update(ready_at=now() - timedelta(days=8), until=now() - timedelta(seconds=1))
    assert read(mine, url).status_code == 404
    assert export.pk


def test_a_childs_copy_tells_nothing_of_the_account_of_its_parent():
    user, _case = canary()
    child = make_child(user)
    Phone(user).post(f"citizens/{child.pk}/export")
    workers_work()
    export = Export.objects.get()

    pack = b"".join(services.archive(whose=services.whose_of(citizen=child.pk), at=now()))
    told = b"".join(unpacked(pack).values()).decode()

    assert export.ready_at
    assert EMAIL not in told
    assert NUMBER not in told
