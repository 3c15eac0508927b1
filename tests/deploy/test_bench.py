"""What a bench says: ratios against limits, growth with the data, and a code only for wrong results."""

import importlib.util
import json
from pathlib import Path

import pytest

from deploy import bench as benches
from deploy.bench import BENCHES, LARGE, SMALL
from deploy.bench._table import Figures, growth, interleaved, table
from deploy.local import bench
from deploy.local.console import LaunchError


def test_every_bench_that_is_named_is_there_and_every_one_that_is_there_is_named():
    modules = {path.stem for path in Path(benches.__file__).parent.glob("[a-z]*.py")}

    assert modules == set(BENCHES)
    assert all(importlib.util.find_spec(f"deploy.bench.{name}") for name in BENCHES)


def test_a_database_that_somebody_brought_is_never_filled(monkeypatch):
    monkeypatch.setenv("DATABASE_URL", "postgres://app:pw@db.internal:5432/consular")

    with pytest.raises(LaunchError, match="unset DATABASE_URL"):
        bench.run(["seals", "--quick"])


def test_a_ratio_below_what_was_asked_is_said_and_is_no_failure():
    rows = [
        Figures("1/s", "10/s", 0.1, least=0.3).row("drain", SMALL),
        Figures("20 ms", "50 ms", 0.4, most=1).row("wait", SMALL),
        Figures("1/s", "2/s", 0.5).row("neither", SMALL),
    ]

    assert [row.is_met for row in rows] == [False, True, None]
    below, met, neither = table(rows).splitlines()[1:]
    assert below.split()[-3:] == ["≥", "0.3", "BELOW"]
    assert met.split()[-3:] == ["≤", "1", "met"]
    assert "BELOW" not in neither


def test_growth_is_the_cost_with_much_data_over_that_with_little():
    def measured(what: str, size: str, cost: float, grows: float = 1.5):
        return Figures("", "", 1, cost=cost, grows=grows).row(what, size)

    rows = [measured("list", SMALL, 0.002), measured("alone", SMALL, 1), measured("free", SMALL, 1, grows=0)]
    rows += [measured("list", LARGE, 0.005), measured("free", LARGE, 1, grows=0)]

    (grown,) = growth(rows, SMALL, LARGE)
    assert (grown.what, round(grown.ratio, 3), grown.asked, grown.is_met) == ("list", 2.5, "≤ 1.5", False)


def test_the_round_that_warms_up_does_not_count_and_the_others_are_interleaved():
    calls: list[str] = []
    answers = {"ours": iter([99.0, 1.0, 3.0, 2.0]), "limit": iter([99.0, 10.0, 30.0, 20.0])}

    def measure(name: str) -> float:
        calls.append(name)
        return next(answers[name])

    found = interleaved({name: lambda name=name: measure(name) for name in answers}, rounds=3)

    assert found == {"ours": 2.0, "limit": 20.0}
    assert calls == ["ours", "limit"] * 4


class Idle:
    """A stack in which nothing runs."""

    def __init__(self, profile): ...

    def __enter__(self):
        return self

    def __exit__(self, *_): ...

    def start(self): ...


class Answering:
    """A home where every bench finds something below what was asked, and ends with ``code``."""

    code = 0

    is_quick = False

    def __init__(self, stack, *, is_quick): ...

    def fill(self, size): ...

    def cases(self, size):
        return size

    def measure(self, name, size):
        return self.code, [Figures("1/s", "100/s", 0.01, least=0.5).row("slow", size)]


@pytest.mark.parametrize("code", [1, 0], ids=["wrong result", "right result"])
def test_only_a_wrong_result_is_a_failure(code, monkeypatch, tmp_path, capsys):
    monkeypatch.setenv("CONSULAR_VAR", str(tmp_path))
    monkeypatch.delenv("DATABASE_URL", raising=False)
    monkeypatch.setattr(bench, "Stack", Idle)
    monkeypatch.setattr(bench, "Home", Answering)
    monkeypatch.setattr(Answering, "code", code)

    assert bench.run(["seals"]) == code
    assert "BELOW" in capsys.readouterr().out
    assert json.loads((tmp_path / "bench" / "results.json").read_text())["seals"][0]["ratio"] == 0.01
