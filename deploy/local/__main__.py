"""The commands of `./dev`."""

import importlib
import signal
import sys
from collections.abc import Sequence
from typing import NamedTuple

from deploy.local import signals
from deploy.local.console import LaunchError


class Entry(NamedTuple):
    """The module whose `run(arguments)` does it, and what `./dev help` says."""

    module: str
    usage: str
    says: str


COMMANDS = {
    "demo": Entry("deploy.local.demo", "demo [--once]", "start everything, play one journey, stay up (--once: stop)"),
    "serve": Entry("deploy.local.serve", "serve", "start everything for development, until Ctrl-C"),
    "test": Entry("deploy.local.run_tests", "test [ARGUMENT …]", "run the tests (arguments are pytest's)"),
    "drill": Entry("deploy.local.drill", "drill NAME …", "workers, history, restore, erase, attacks, fuzz"),
    "bench": Entry("deploy.local.bench", "bench [NAME …] [--quick]", "measure, each against its own limit"),
    "simulators": Entry("deploy.local.simulate", "simulators", "the payment companies alone, for app developers"),
    "manage": Entry("deploy.local.manage", "manage COMMAND …", "run manage.py in the same environment"),
}
_HELP = {"help", "-h", "--help"}


def main(arguments: Sequence[str]) -> int:
    """Run one command and return the exit code; an error is one line on standard error."""
    name, *rest = arguments or ["help"]
    if name in _HELP:
        print(usage())
        return 0
    if name not in COMMANDS:
        print(f"./dev: no command {name!r}\n\n{usage()}", file=sys.stderr)
        return 2
    signals.install()
    try:
        return int(importlib.import_module(COMMANDS[name].module).run(rest))
    except LaunchError as error:
        print(f"./dev: {error}", file=sys.stderr)
        return 1
    except signals.Interrupted as interrupted:
        print(f"./dev: {interrupted}", file=sys.stderr)
        return 0 if interrupted.number == signal.SIGINT and name == "serve" else 128 + interrupted.number


def usage() -> str:
    """The list of commands."""
    width = max(len(entry.usage) for entry in COMMANDS.values())
    rows = [f"  ./dev {entry.usage:<{width}}  {entry.says}" for entry in COMMANDS.values()]
    return "\n".join(["Usage:", *rows, f"  ./dev {'help':<{width}}  this list"])


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
