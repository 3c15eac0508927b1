"""`./dev bench [NAME …] [--quick]`: measurements (`deploy.bench`), all of them or those named.

They have a profile of their own, whose databases stay for the next run. Each bench is a process, one after another.
"""

import json
from collections.abc import Sequence

from deploy.bench import BENCHES, LARGE, SMALL
from deploy.bench._home import Home
from deploy.bench._table import Row, growth, table
from deploy.local import contract
from deploy.local.console import LaunchError, say
from deploy.local.profile import Profile, var_dir
from deploy.local.stack import Stack

QUICK = "--quick"


def run(arguments: Sequence[str]) -> int:
    """Print a table for each; 1 when a result was wrong. Raises LaunchError when a bench is unknown."""
    is_quick, wanted = QUICK in arguments, [name for name in arguments if name != QUICK]
    if unknown := [name for name in wanted if name not in BENCHES]:
        raise LaunchError(f"no bench {unknown[0]!r}: there are {', '.join(BENCHES)}")
    if contract.given("postgres"):
        raise LaunchError("a bench fills and changes its database, so it only uses its own: unset DATABASE_URL")
    with Stack(Profile("bench")) as stack:
        stack.start()
        home = Home(stack, is_quick=is_quick)
        for size in dict.fromkeys(size for name in wanted or BENCHES for size in BENCHES[name].sizes):
            home.fill(size)
        codes = [_measured(home, name) for name in wanted or BENCHES]
    return max(codes)


def _measured(home: Home, name: str) -> int:
    """Run a bench with every size of data, show what it found and keep it."""
    rows: list[Row] = []
    wrong = []
    for size in BENCHES[name].sizes:
        say(f"measuring: {name}, {home.cases(size)} cases")
        code, found = home.measure(name, size)
        rows += found
        wrong += [f"WRONG RESULT: {name}, {home.cases(size)} cases"] if code else []
    rows += growth(rows, home.cases(SMALL), home.cases(LARGE))
    print("\n".join([table(rows), *wrong, ""]), flush=True)
    _keep(name, rows, "quick.json" if home.is_quick else "results.json")
    return 1 if wrong else 0


def _keep(name: str, rows: Sequence[Row], file: str) -> None:
    """Beside what the others found, now or earlier."""
    path = var_dir() / "bench" / file
    path.parent.mkdir(parents=True, exist_ok=True)
    kept = json.loads(path.read_text()) if path.exists() else {}
    kept[name] = [row._asdict() for row in rows]
    path.write_text(json.dumps(kept, indent=1, ensure_ascii=False))
