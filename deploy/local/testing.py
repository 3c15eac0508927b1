"""The services that tests need, for a pytest that was started directly as well as for `./dev test`."""

import atexit
import os

from deploy.local import contract
from deploy.local.profile import Profile
from deploy.local.stack import ALL, Stack, first_free, unreached

PROFILES = ("test", *(f"test-{number}" for number in range(2, 10)))
"""Several test runs at once each get their own cluster, queue and bucket."""


def test_services() -> Stack:
    """A stack with all services, on the first test profile that is free. The caller stops it."""
    stack = first_free(PROFILES)
    try:
        stack.start(ALL)
    except BaseException:
        stack.stop()
        raise
    return stack


def ensure_test_services() -> dict[str, str]:
    """Start what the environment does not name already; stop it at exit. Call from the main thread, once.

    Returns every variable of the contract, to be put into `os.environ` before settings are read.
    """
    if contract.missing(ALL):
        stack = test_services()
        atexit.register(stack.stop)
        settings = stack.settings
    else:
        settings = unreached(Profile(PROFILES[0]))
    return {name: os.environ.get(name) or value for name, value in settings.items()}
