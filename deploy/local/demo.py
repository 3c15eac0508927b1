"""`./dev demo [--once]`: the whole product, and one journey played through it over HTTP."""

import sys
from collections.abc import Sequence

from deploy.local.console import LaunchError, say
from deploy.local.process import Command
from deploy.local.product import bring_up, print_addresses, web_ports
from deploy.local.profile import ROOT, Profile
from deploy.local.stack import Stack

JOURNEY = "deploy.demo"


def run(arguments: Sequence[str]) -> int:
    """Play the journey and stay until a signal; with `--once`, or without a terminal, end with its code."""
    if set(arguments) - {"--once"}:
        raise LaunchError("demo takes one option: --once")
    once = bool(arguments) or not sys.stdout.isatty()
    with Stack(Profile("demo"), *web_ports()) as stack:
        bring_up(stack)
        code = _journey(stack)
        if code or once:
            say("stopping everything")
            return code
        print_addresses(stack)
        stack.supervisor.watch()
    return 0


def _journey(stack: Stack) -> int:
    say("playing the journey")
    addresses = ["--base-url", stack.environ["PUBLIC_URL"], "--staff-url", stack.environ["STAFF_URL"]]
    words = [*addresses, "--profile-dir", str(stack.profile.dir)]
    command = Command(argv=[sys.executable, "-m", JOURNEY, *words], environ=stack.environ, cwd=ROOT)
    code = stack.supervisor.foreground("journey", command)
    if code:
        say(f"the journey failed (exit code {code}); the logs are in {stack.profile.log_dir}")
    return code
