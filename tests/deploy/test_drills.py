"""Rehearsals find what they are told to find, and the scripts of backup and restore bring back what was promised."""

import time

import pytest

from deploy.drills import restore
from deploy.drills._cluster import Cluster
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
    moment = str(cluster.ask("SELECT now()")[0][0])
    at_that_moment = numbers(cluster)
    time.sleep(1)
    cluster.destroy()
    writer.stop()

    cluster.restore(base)
    late = {number for number, at in writer.promised.items() if number not in numbers(cluster)}
    assert len(writer.promised) > len(at_that_moment) > 50
    assert all(writer.promised[number] > max(writer.promised.values()) - 1 for number in late)

    cluster.destroy()
    cluster.restore(base, moment)
    assert abs(len(numbers(cluster)) - len(at_that_moment)) <= 5


@pytest.mark.stack
@pytest.mark.timeout(300)
def test_without_the_record_of_changes_the_loss_is_seen(cluster):
    cluster.begin_anew()
    writer, base = write_for(1, cluster, then=cluster.copy)
    cluster.destroy()
    writer.stop()

    cluster.restore(base)

    assert len(set(writer.promised) - numbers(cluster)) > 10
