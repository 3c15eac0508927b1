import threading
from datetime import timedelta

import pytest

from deploy.simulators.gateway.clock import Clock, rfc3339
from deploy.simulators.gateway.journal import Journal
from tests.simulators.sides import wait_for


def test_what_comes_due_runs_in_the_order_of_its_moment_and_at_its_moment():
    clock, ran = Clock(), []
    start = clock.now()
    for seconds in (300, 100, 200):
        clock.after(
            seconds, lambda seconds=seconds: ran.append((seconds, round((clock.now() - start).total_seconds())))
        )
    clock.advance(250)
    assert ran == [(100, 100), (200, 200)]
    clock.advance(50)
    assert ran[2:] == [(300, 300)]


def test_what_is_planned_on_the_way_runs_on_the_way():
    clock, ran = Clock(), []

    def again() -> None:
        ran.append(clock.now())
        clock.after(3600, again)

    clock.after(3600, again)
    clock.advance(24 * 3600 + 60)

    assert len(ran) == 24


def test_real_time_runs_it_as_well():
    clock, rang = Clock(), threading.Event()
    clock.after(0.05, rang.set)
    assert rang.wait(5)


def test_a_jump_waits_for_what_is_running_and_for_what_that_plans():
    clock, begun, may_end, ran = Clock(), threading.Event(), threading.Event(), []

    def slow() -> None:
        begun.set()
        may_end.wait(5)
        clock.after(10, lambda: ran.append("later"))

    clock.after(0, slow)
    assert begun.wait(5)
    jump = threading.Thread(target=clock.advance, args=(20,))
    jump.start()
    may_end.set()
    jump.join(5)

    assert ran == ["later"]


def test_a_call_that_fails_stops_no_other(capsys):
    clock, ran = Clock(), []
    clock.after(10, lambda: 1 / 0)
    clock.after(20, lambda: ran.append("still"))
    clock.advance(30)

    assert ran == ["still"]
    assert "ZeroDivisionError" in capsys.readouterr().err


def test_time_goes_forward_only():
    with pytest.raises(ValueError, match="forward"):
        Clock().advance(-1)


def test_beijing_is_eight_hours_ahead_all_year():
    clock = Clock()
    for _ in range(4):
        assert rfc3339(clock.now()).endswith("+08:00")
        clock.advance(timedelta(days=91).total_seconds())


def test_many_threads_lose_no_line(tmp_path):
    clock = Clock()
    journal = Journal(clock.now, tmp_path / "journal.jsonl")
    threads = [
        threading.Thread(target=lambda name=name: [journal.write("row", f"{name}/{n}", {"n": n}) for n in range(20)])
        for name in range(8)
    ]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()

    read = Journal(clock.now, tmp_path / "journal.jsonl")
    wait_for(lambda: len(journal.entries()) == 160)
    assert read.rows("row") == journal.rows("row")
    assert len(read.entries()) == 160


def test_a_row_that_is_changed_afterwards_changes_no_history():
    journal, row = Journal(Clock().now), {"state": "open"}
    journal.write("order", "1", row)
    row["state"] = "paid"

    assert journal.row("order", "1") == {"state": "open"}
