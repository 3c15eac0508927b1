"""Whoever owns the database can change anything; these are the ways in which it shows."""

import json
import threading
from datetime import UTC, datetime, timedelta
from io import StringIO
from uuid import uuid4

import pytest
from django.core.files.storage import storages
from django.core.management import CommandError, call_command
from django.db import DatabaseError, connection, transaction

from apps.audit import services, signers
from apps.audit.models import Batch, Entry
from apps.audit.services import sealing
from apps.audit.services.publishing import published_heads
from apps.kernel.errors import Unavailable
from apps.kernel.workflow import SYSTEM
from tests.audit.conftest import as_dba, fill

AT = datetime(2026, 11, 23, 12, 0, tzinfo=UTC)
SIZE = 5000
BATCH = 500


def seal(at=AT, patience=0.0):
    return services.seal(signer=signers.signer(), at=at, patience=timedelta(seconds=patience))


def found(*, heads=None, **more):
    """(batch, code) of everything that verification says."""
    verdict = services.verify(keys=signers.public_keys(), heads=heads or {}, **more)
    return [(finding.batch, finding.code) for finding in verdict.findings]


@pytest.fixture
def sealed(db, house, monkeypatch):
    """5,000 entries in ten batches, published; answers the heads."""
    monkeypatch.setattr(sealing, "MOST", BATCH)
    fill(SIZE)
    seal()
    services.publish_heads(at=AT)
    return published_heads()


def test_what_nobody_touched_is_found_as_it_was_sealed(sealed):
    verdict = services.verify(keys=signers.public_keys(), heads=sealed)

    assert (verdict.batches, verdict.entries, verdict.unsealed, verdict.findings) == (10, SIZE, 0, ())
    assert sorted(sealed) == list(range(1, 11))
    assert not Batch.objects.filter(published_at=None).exists()


@pytest.mark.parametrize(
    ("sql", "said"),
    [
        ("UPDATE audit_entry SET action = 'nothing' WHERE id = 2468", [(3, "entries_edited")]),
        ("UPDATE audit_entry SET detail = detail || '{\"n\": 0}' WHERE id = 2", [(1, "entries_edited")]),
        ("UPDATE audit_entry SET at = at + interval '1 microsecond' WHERE id = 10000", [(10, "entries_edited")]),
        ("UPDATE audit_entry SET citizen = NULL WHERE id = 5000", [(5, "entries_edited")]),
        ("DELETE FROM audit_entry WHERE id = 3000", [(3, "entries_deleted")]),
        (
            "INSERT INTO audit_entry (id, at, actor, action, subject, request_id, detail) "
            "VALUES (7777, now(), 'officer:1', 'seen', 'case:1', '', '{}')",
            [(8, "entries_inserted")],
        ),
        (
            "UPDATE audit_entry SET id = CASE id WHEN 1200 THEN -1 ELSE 1200 END WHERE id IN (1200, 6400);"
            "UPDATE audit_entry SET id = 6400 WHERE id = -1",
            [(2, "entries_edited"), (7, "entries_edited")],
        ),
        (
            "UPDATE audit_entry a SET subject = b.subject FROM audit_entry b "
            "WHERE (a.id, b.id) IN ((4002, 4004), (4004, 4002))",
            [(5, "entries_edited")],
        ),
        ("UPDATE audit_batch SET count = count + 1 WHERE number = 4", [(4, "head_wrong")]),
        ("DELETE FROM audit_batch WHERE number = 6", [(6, "batch_missing")]),
    ],
    ids=["edit", "detail", "time", "citizen", "delete", "insert", "swap", "swap in a batch", "seal", "lost seal"],
)
def test_the_batch_that_was_touched_is_named(sealed, sql, said):
    as_dba(*sql.split(";"))

    told = found()

    assert set(said) <= set(told)
    assert {batch for batch, _code in told} == {batch for batch, _code in said}
    assert dict.fromkeys(told) == dict.fromkeys(found(heads=sealed))


def test_a_tail_that_was_cut_shows_against_what_was_published(sealed):
    as_dba("DELETE FROM audit_batch WHERE number > 8", "DELETE FROM audit_entry WHERE id > 8000")

    assert found() == []
    assert found(heads=sealed) == [(9, "tail_cut"), (10, "tail_cut")]


def test_a_chain_made_anew_with_the_stolen_key_shows_against_what_was_published(sealed):
    as_dba("DELETE FROM audit_batch", "UPDATE audit_entry SET actor = 'system' WHERE id = 2468")
    seal()

    assert found() == []
    # the batches before the edited one come out as they were: same entries, same key, same moment
    assert found(heads=sealed) == [(number, "rebuilt") for number in range(3, 11)]


def test_a_chain_made_anew_with_another_key_is_signed_by_a_stranger(sealed, settings, tmp_path):
    ours = signers.public_keys()
    as_dba("DELETE FROM audit_batch")
    settings.AUDIT_KEYS_DIR = str(tmp_path / "theirs")
    seal()

    findings = services.verify(keys=ours, heads={}).findings
    assert {finding.code for finding in findings} == {"key_unknown"}
    assert len(findings) == 10


def test_keys_may_change_and_what_the_old_one_signed_is_still_believed(sealed):
    signers.new_key()
    Entry.objects.create(at=AT, actor="system", action="seen", subject="case:1", id=SIZE * 2 + 1)
    (batch,) = seal()

    assert batch.key != Batch.objects.get(number=1).key
    assert found(heads=sealed) == []


def test_only_what_was_sealed_since_then_is_looked_at(sealed):
    fill_after = "INSERT INTO audit_entry (id, at, actor, action, subject, request_id, detail) " \
        "VALUES (20000, now(), 'system', 'seen', 'case:1', '', '{}')"  # fmt: skip
    as_dba(fill_after)
    seal(at=AT + timedelta(days=1))
    as_dba("DELETE FROM audit_entry WHERE id = 2")

    assert found() == [(1, "entries_deleted")]
    verdict = services.verify(keys=signers.public_keys(), heads=sealed, since=AT + timedelta(hours=1))
    assert (verdict.batches, verdict.entries, verdict.findings) == (1, 1, ())


def test_a_sealed_batch_can_neither_be_edited_nor_deleted_by_the_product(sealed):
    for attempt in (
        lambda: Batch.objects.filter(number=1).update(root="0" * 64),
        lambda: Batch.objects.filter(number=1).update(published_at=AT),
        lambda: Batch.objects.filter(number=1).delete(),
    ):
        with pytest.raises(DatabaseError, match="append-only"), transaction.atomic():
            attempt()


@pytest.mark.django_db(transaction=True)
def test_nothing_is_sealed_while_an_older_entry_may_still_appear(house):
    wrote, may_end = threading.Event(), threading.Event()

    def slow():
        with transaction.atomic():
            services.record(actor=SYSTEM, action="slow", subject="case:1", at=AT)
            wrote.set()
            may_end.wait(20)
        connection.close()

    writer = threading.Thread(target=slow)
    writer.start()
    wrote.wait(20)
    services.record(actor=SYSTEM, action="quick", subject="case:2", at=AT)

    assert seal(patience=0.2) == []
    may_end.set()
    (batch,) = seal(patience=10)
    writer.join()
    assert batch.count == 2
    assert found() == []


@pytest.mark.django_db(transaction=True)
def test_sealing_among_many_writers_loses_nobody(house):
    def write(name):
        for turn in range(40):
            with transaction.atomic():
                services.record(actor=SYSTEM, action=name, subject=f"case:{turn}", at=AT)
                services.record(actor=SYSTEM, action=name, subject=f"case:{turn}", at=AT)
                transaction.set_rollback(turn % 7 == 0)
        connection.close()

    def also_seal():
        seal(patience=5)
        connection.close()

    writers = [threading.Thread(target=write, args=(f"writer {number}",)) for number in range(4)]
    for writer in writers:
        writer.start()
    while any(writer.is_alive() for writer in writers):
        rival = threading.Thread(target=also_seal)
        rival.start()
        seal(patience=5)
        rival.join()
    seal(patience=5)

    assert found() == []
    assert sum(Batch.objects.values_list("count", flat=True)) == Entry.objects.count() == 4 * 34 * 2


def test_a_head_that_cannot_be_published_is_published_later_and_never_twice(sealed, monkeypatch, caplog, house):
    Entry.objects.create(at=AT, actor="system", action="seen", subject="case:1", id=SIZE * 2 + 1)
    seal()
    with monkeypatch.context() as broken:
        broken.setattr(storages["audit_heads_dir"], "save", lambda *_: (_ for _ in ()).throw(OSError("full")))
        assert services.publish_heads(at=AT) == 0
    assert "audit_head_not_published" in caplog.text

    assert services.publish_heads(at=AT) == 1
    assert len(list(house.iterdir())) == 11
    assert all(path.stat().st_mode & 0o777 == 0o444 for path in house.iterdir())

    (house / "000000000011.json").chmod(0o644)
    (house / "000000000011.json").write_text('{"batch": 11, "head": "another"}')
    as_dba("UPDATE audit_batch SET published_at = NULL WHERE number = 11")
    services.publish_heads(at=AT)
    assert "audit_head_contradicts_the_published_one" in caplog.text
    assert json.loads((house / "000000000011.json").read_text())["head"] == "another"


def test_the_lag_is_the_age_of_the_oldest_entry_without_a_seal(sealed, caplog):
    assert services.sealing_lag(at=AT) == timedelta()

    Entry.objects.create(at=AT, actor="system", action="seen", subject="case:1", id=SIZE * 2 + 1)
    assert services.sealing_lag(at=AT + timedelta(seconds=90)) == timedelta(seconds=90)
    sealing.warn_when_late(at=AT + timedelta(seconds=90))
    assert "audit_sealing_late" in caplog.text


def test_without_a_key_nothing_is_sealed_outside_the_sandbox(db, house, settings):
    settings.SANDBOX = False

    with pytest.raises(Unavailable) as refused:
        signers.signer()
    assert refused.value.code == "audit_key_unavailable"
    signers.new_key()
    settings.AUDIT_KEYS_PASSPHRASE = "a wrong one"
    with pytest.raises(Unavailable):
        signers.signer()


def test_the_command_says_which_batch_and_ends_badly(sealed, house, tmp_path):
    said = StringIO()
    call_command("audit", "verify", "--heads", str(house), stdout=said)
    assert "10 batches, 5000 entries, 10 published heads; 0 entries are not sealed yet" in said.getvalue()

    as_dba("DELETE FROM audit_batch WHERE number = 10", "DELETE FROM audit_entry WHERE id > 9000",
           "UPDATE audit_entry SET action = 'nothing' WHERE id = 2")  # fmt: skip
    lines = tmp_path / "heads.jsonl"
    lines.write_text("\n".join(json.dumps(head) for head in sealed.values()))
    with pytest.raises(CommandError, match="2 batches are not what was sealed"):
        call_command("audit", "verify", "--heads", str(lines), stdout=said)
    assert "batch 1: something was edited among entries 1 to 1000 (entries_edited)" in said.getvalue()
    assert "batch 10: it was published and is gone (tail_cut)" in said.getvalue()

    with pytest.raises(CommandError, match="cannot be read"):
        call_command("audit", "verify", "--heads", str(tmp_path / "nowhere"), stdout=said)


def test_heads_are_published_to_a_bucket_and_read_back_from_it(sealed, settings):
    bucket = settings.STORAGES["default"] | {
        "OPTIONS": {**settings.STORAGES["default"]["OPTIONS"], "location": uuid4().hex}
    }
    settings.STORAGES = {**settings.STORAGES, "audit_heads_bucket": bucket}
    as_dba("UPDATE audit_batch SET published_at = NULL WHERE number < 3")

    assert services.publish_heads(at=AT) == 2
    del settings.STORAGES["audit_heads_dir"]
    settings.STORAGES = dict(settings.STORAGES)
    assert published_heads() == {number: sealed[number] for number in (1, 2)}

    settings.STORAGES["audit_heads_bucket"]["OPTIONS"]["endpoint_url"] = "http://127.0.0.1:1"
    settings.STORAGES = dict(settings.STORAGES)
    with pytest.raises(CommandError, match="cannot be read"):
        call_command("audit", "verify")


def test_before_anything_is_sealed_there_is_nothing_to_say(db, house):
    said = StringIO()
    call_command("audit", "verify", stdout=said)
    assert said.getvalue() == "0 batches, 0 entries, 0 published heads; 0 entries are not sealed yet\n"


def test_a_whole_turn_seals_and_publishes(db, house):
    services.record(actor=SYSTEM, action="seen", subject="case:1", at=AT)
    said = StringIO()

    call_command("audit", "seal", stdout=said)

    assert said.getvalue() == "1 batches sealed, 1 heads published\n"
