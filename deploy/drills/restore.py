"""`./dev drill restore`: backup, disaster, restore (security R13), with the scripts an installation runs.

A cluster of its own is filled, copied while clients write, killed and removed; then it is restored twice from the
backup: to the last moment, and to a moment before a mistake.
"""

import os
import shutil
import signal
import subprocess
import sys
import time
from collections.abc import Sequence
from pathlib import Path
from typing import NamedTuple

from deploy.drills._cluster import Cluster
from deploy.drills._writing import TABLE, Writer
from deploy.local import contract
from deploy.local.console import LaunchError, say
from deploy.local.profile import ROOT, Profile
from deploy.local.stack import Stack

RPO_SECONDS, RTO_SECONDS = 60.0, 1800.0
WRITING_SECONDS = 4.0


class Line(NamedTuple):
    """One line of the table."""

    what: str
    found: str
    wanted: str
    is_good: bool


def run(arguments: Sequence[str]) -> int:
    """Print the table; 1 when anything is not as wanted."""
    if arguments:
        raise LaunchError(f"drill restore takes no arguments ({' '.join(arguments)})")
    if contract.given("postgres"):
        raise LaunchError("this drill destroys its database, so it only uses its own: unset DATABASE_URL")
    with Stack(Profile("drill-restore")) as stack:
        for kept in ("s3", "audit-heads"):  # of an earlier drill
            shutil.rmtree(stack.profile.dir / kept, ignore_errors=True)
        stack.start(["s3"])  # outlives the database: the heads of the audit and the notes of erasures lie there
        lines = rehearse(stack, Cluster(stack))
    print("\n".join(f"{'ok ' if one.is_good else 'BAD'}  {one.what:<44} {one.found:<24} {one.wanted}" for one in lines))
    return 0 if all(one.is_good for one in lines) else 1


def rehearse(stack: Stack, cluster: Cluster) -> list[Line]:
    """From an empty cluster to the two restores."""
    say("making a database and filling it")
    cluster.begin_anew()
    for words in (["migrate", "--noinput", "-v", "0"], ["seed_demo"], ["shell", "-c", _FILL], ["audit", "seal"]):
        _manage(stack, *words)
    writer = Writer(cluster.url)
    writer.start()
    recorder = cluster.record()
    say("copying it while a client writes")
    base = cluster.copy()
    time.sleep(WRITING_SECONDS)
    least = len(writer.promised)
    moment = str(cluster.ask("SELECT now()")[0][0])
    promised = range(least, len(writer.promised) + 2)  # one may be on its way
    before = cluster.counts()
    say("somebody is erased after that moment")
    _manage(stack, "shell", "-c", _ERASE)
    time.sleep(WRITING_SECONDS)
    say("a mistake, and then a fire")
    cluster.ask("WITH gone AS (DELETE FROM cases_attachment RETURNING 1) SELECT count(*) FROM gone")
    mistaken = cluster.counts()
    cluster.destroy()
    os.killpg(recorder.pid, signal.SIGKILL)
    stack.supervisor.discard(recorder)
    writer.stop()
    return [
        *_to_the_end(stack, cluster, base, writer, mistaken),
        *_to_the_moment(stack, cluster, base, moment, before, promised),
    ]


def _to_the_end(stack: Stack, cluster: Cluster, base: Path, writer: Writer, wanted: dict[str, int]) -> list[Line]:
    """After a disaster: everything that was acknowledged."""
    say("restoring to the last moment")
    took = _restored(cluster, base)
    kept = {int(str(number)) for (number,) in cluster.ask(f"SELECT number FROM {TABLE}")}  # noqa: S608
    lost = {number: at for number, at in writer.promised.items() if number not in kept}
    rpo = max(writer.promised.values()) - min(lost.values()) if lost else 0.0
    return [
        Line("to the end: back at work after", f"{took:.1f} s", f"≤ {RTO_SECONDS:.0f} s", took <= RTO_SECONDS),
        Line("to the end: acknowledged rows lost", f"{len(lost)} of {len(writer.promised)}", "", rpo <= RPO_SECONDS),
        Line("to the end: seconds of work lost", f"{rpo:.2f} s", f"≤ {RPO_SECONDS:.0f} s", rpo <= RPO_SECONDS),
        _same("to the end: tables with other row counts", wanted, cluster.counts()),
        _command(stack, "1 batches, 3000 entries, 1 published heads", "audit", "verify"),
        _command(stack, "1 erasures on record", "replay_erasures"),
    ]


def _to_the_moment(
    stack: Stack, cluster: Cluster, base: Path, moment: str, wanted: dict[str, int], promised: range
) -> list[Line]:
    """After a mistake: everything before it, nothing after."""
    say(f"restoring to {moment}")
    cluster.destroy()
    took = _restored(cluster, base, moment)
    kept = int(str(cluster.ask(f"SELECT count(*) FROM {TABLE}")[0][0]))  # noqa: S608
    return [
        Line("to the moment: back at work after", f"{took:.1f} s", f"≤ {RTO_SECONDS:.0f} s", took <= RTO_SECONDS),
        Line(
            "to the moment: rows acknowledged by then", str(kept), f"{promised[0]} to {promised[-1]}", kept in promised
        ),
        _same("to the moment: tables with other row counts", wanted, cluster.counts()),
        _command(stack, "1 erasures on record, 1 repeated", "replay_erasures"),
        _command(stack, "1 erasures on record, 0 repeated", "replay_erasures"),
    ]


def _restored(cluster: Cluster, base: Path, moment: str = "") -> float:
    begun = time.monotonic()
    cluster.restore(base, moment)
    return time.monotonic() - begun


def _same(what: str, wanted: dict[str, int], found: dict[str, int]) -> Line:
    """The client's own table is judged by what it was promised."""
    other = [name for name in wanted if name != TABLE and wanted[name] != found.get(name)]
    rows = sum(found.values())
    return Line(what, f"{len(other)} ({rows} rows in {len(found)})", ", ".join(other), not other)


def _command(stack: Stack, wanted: str, *words: str) -> Line:
    """What the product itself says about what came back."""
    ran = subprocess.run(_argv(*words), env=stack.environ, cwd=ROOT, capture_output=True, text=True, check=False)
    said = (ran.stdout.strip() or ran.stderr.strip()).splitlines()
    last = said[-1] if said else ""
    return Line(f"manage.py {' '.join(words)}", last, "", ran.returncode == 0 and wanted in last)


def _manage(stack: Stack, *words: str) -> None:
    ran = subprocess.run(_argv(*words), env=stack.environ, cwd=ROOT, capture_output=True, text=True, check=False)
    if ran.returncode:
        raise LaunchError(f"manage.py {words[0]} failed: {(ran.stderr.strip().splitlines() or ['?'])[-1]}")


def _argv(*words: str) -> list[str]:
    return [sys.executable, str(ROOT / "manage.py"), *words]


_FILL = "from deploy.drills._fill import fill; fill()"
_ERASE = "from deploy.drills._fill import erase; erase()"
