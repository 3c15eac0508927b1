"""Rehearsals find what they are told to find, and the scripts of backup and restore bring back what was promised."""

import time

import pytest

from deploy.drills import history, restore, workers
from deploy.drills._cluster import Cluster
from deploy.drills._ground import ground, read_lines, words
from deploy.drills._ledger import Fate, add_up, repeated_letters
from deploy.drills._writing import TABLE, Writer
from deploy.local import bench, drill
from deploy.local.console import LaunchError
from deploy.local.profile import Profile
from deploy.local.stack import Stack


@pytest.fixture
def cluster(var):
    with Stack(Profile("test-drill")) as stack:
        yield Cluster(stack)


def test_an_unknown_drill_is_refused_with_the_list_of_those_there_are():
    with pytest.raises(LaunchError, match=r"no drill 'fire': there are .*restore"):
        drill.run(["fire"])
    with pytest.raises(LaunchError, match="no bench 'nothing'"):
        bench.run(["nothing"])


def test_a_drill_never_destroys_a_database_that_somebody_brought(monkeypatch):
    monkeypatch.setenv("DATABASE_URL", "postgres://app:pw@db.internal:5432/consular")

    with pytest.raises(LaunchError, match="unset DATABASE_URL"):
        restore.run([])


@pytest.mark.parametrize("name", ["workers", "history"])
def test_a_drill_never_breaks_a_service_that_somebody_brought(monkeypatch, name):
    monkeypatch.setenv("REDIS_URL", "redis://:pw@cache.internal:6379/0")

    with pytest.raises(LaunchError, match=r"unset .*REDIS_URL"):
        drill.run([name])


def test_options_of_a_drill_are_whole_numbers_that_it_knows():
    assert words("workers", ["--seed", "7"], applications=500, seed=1) == {"applications": 500, "seed": 7}
    for wrong in (["--seed"], ["--seed", "x"], ["--speed", "1"], ["seed", "1"]):
        with pytest.raises(LaunchError, match=r"drill workers takes \[--seed 1\]"):
            words("workers", wrong, seed=1)


GOOD = Fate("ready_to_collect", documents=1, issues=1, charges=1)
BAD = {
    "lost": {"a": GOOD._replace(status="submitted")},
    "duplicate_documents": {"a": GOOD._replace(documents=2)},
    "never_charged": {"a": GOOD._replace(charges=0)},
    "duplicate_charges": {"a": GOOD._replace(charges=2)},
    "charged_without_document": {"a": GOOD._replace(documents=1, issues=0)},
}


@pytest.mark.parametrize(("what", "fates"), BAD.items(), ids=BAD)
def test_each_kind_of_loss_is_counted(what, fates):
    assert set(add_up({"a": GOOD, "b": GOOD}, ["a", "b"])) == {0}

    assert getattr(add_up(fates | {"b": GOOD}, ["a", "b"]), what) == 1
    assert add_up({"b": GOOD}, ["a", "b"]).lost == 1


def test_a_letter_that_came_twice_is_counted(tmp_path):
    for number, name in enumerate(("one", "two", "one")):
        (tmp_path / f"{number}.eml").write_text(f"X-Envelope-To: a@b.example\r\nMessage-ID: <{name}@x>\r\n\r\nHello")

    assert repeated_letters(tmp_path) == 1


def test_a_line_that_is_still_being_written_is_not_read_yet(tmp_path):
    (tmp_path / "steps.jsonl").write_text('{"step": "paid"}\n{"step": "re')

    assert read_lines(tmp_path / "steps.jsonl") == [{"step": "paid"}]


def write_for(seconds, cluster, *, then):
    writer = Writer(cluster.url)
    writer.start()
    time.sleep(seconds)
    result = then()
    time.sleep(seconds)
    return writer, result


def numbers(cluster):
    return {number for (number,) in cluster.ask(f"SELECT number FROM {TABLE}")}


@pytest.mark.stack
@pytest.mark.timeout(300)
def test_what_was_acknowledged_comes_back_after_everything_was_destroyed(cluster):
    cluster.begin_anew()
    cluster.record()
    writer, base = write_for(1, cluster, then=cluster.copy)
    before = numbers(cluster)
    moment = str(cluster.ask("SELECT now()")[0][0])
    after = numbers(cluster)
    time.sleep(1)
    cluster.destroy()
    writer.stop()

    cluster.restore(base)
    late = {number for number, at in writer.promised.items() if number not in numbers(cluster)}
    assert len(writer.promised) > len(after) >= len(before) > 50
    assert all(writer.promised[number] > max(writer.promised.values()) - 1 for number in late)

    cluster.destroy()
    cluster.restore(base, moment)
    restored = numbers(cluster)
    assert before <= restored
    assert len(restored - after) <= 1, "one may have been on its way"


@pytest.mark.stack
@pytest.mark.timeout(300)
def test_without_the_record_of_changes_the_loss_is_seen(cluster):
    cluster.begin_anew()
    writer, base = write_for(1, cluster, then=cluster.copy)
    cluster.destroy()
    writer.stop()

    cluster.restore(base)

    assert len(set(writer.promised) - numbers(cluster)) > 10


@pytest.mark.drill
@pytest.mark.timeout(900)
def test_workers_die_and_nothing_is_lost_or_done_twice(var):
    with ground("drill-small") as place:
        lines = workers.rehearse(place, applications=6, seconds=8, threads=4, posts=2, seed=2)

    assert {line.what: line.found for line in lines if not line.is_good} == {}
    assert {line.what: line.found for line in lines}["acknowledged submissions"] == "6"


@pytest.mark.drill
@pytest.mark.timeout(900)
def test_what_many_were_told_at_random_is_kept(var):
    with ground("drill-small") as place:
        lines = history.rehearse(place, actors=12, seconds=30, posts=2, seed=2)

    assert {line.what: line.found for line in lines if not line.is_good} == {}
    assert {line.what: line.found for line in lines}["citizens who looked in the end"] == "8"
