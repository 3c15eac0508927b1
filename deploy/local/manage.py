"""`./dev manage COMMAND …`: manage.py in the environment of a profile.

Uses the stack of `./dev serve` or `./dev demo` when one runs; else starts PostgreSQL for the command, and
nothing at all for commands that read no database. `CONSULAR_PROFILE` chooses the profile; without it, it is
the one that runs, or ran last. Standard input, output and the exit code are manage.py's own.
"""

import os
import sys
from collections.abc import Sequence

from deploy.local.console import say
from deploy.local.contract import product_environ
from deploy.local.process import Command
from deploy.local.profile import ROOT, Profile
from deploy.local.stack import Stack, unreached

NEED_NOTHING = frozenset(
    {
        "check",
        "compilemessages",
        "diffsettings",
        "help",
        "makemessages",
        "mrz",
        "show_workflows",
        "spectacular",
        "verify",
        "version",
    }
)
_PROFILES = ("serve", "demo")


def run(arguments: Sequence[str]) -> int:
    """Run it; where nothing has to be stopped afterwards, manage.py takes the place of this process."""
    if needs_nothing(arguments):
        return _become(arguments, unreached(last_used()))
    for name in _chosen() or _PROFILES:
        running = Profile(name).running()
        if running is not None:
            return _become(arguments, running)
    with Stack(last_used()) as stack:
        say(f"using the data of the profile {stack.profile.name}")
        stack.start(["postgres"])
        stack.publish()
        command = Command(argv=_argv(arguments), environ=stack.environ)
        return stack.supervisor.foreground("manage.py", command)


def needs_nothing(arguments: Sequence[str]) -> bool:
    """Whether the command works without any service."""
    if not arguments or {"--help", "-h", "--version"} & set(arguments):
        return True
    return arguments[0] in NEED_NOTHING and not any(one.startswith("--database") for one in arguments)


def last_used() -> Profile:
    """The profile to work on: the chosen one, else the one that ran last, else that of `./dev serve`."""
    profiles = [Profile(name) for name in _chosen() or _PROFILES]
    return max(profiles, key=lambda profile: profile.last_used_at)


def _chosen() -> tuple[str, ...]:
    name = os.environ.get("CONSULAR_PROFILE")
    return (name,) if name else ()


def _argv(arguments: Sequence[str]) -> list[str]:
    return [sys.executable, str(ROOT / "manage.py"), *arguments]


def _become(arguments: Sequence[str], settings: dict[str, str]) -> int:
    argv = _argv(arguments)
    os.execve(argv[0], argv, product_environ(settings))  # noqa: S606 -- no shell wanted
