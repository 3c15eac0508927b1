"""`./dev serve`: the whole product for development, until a signal."""

from collections.abc import Sequence

from deploy.local.console import LaunchError
from deploy.local.product import bring_up, print_addresses, web_ports
from deploy.local.profile import Profile
from deploy.local.stack import Stack


def run(arguments: Sequence[str]) -> int:
    """Stays until a signal, or until one of the processes dies (LaunchError)."""
    if arguments:
        raise LaunchError(f"serve takes no arguments ({' '.join(arguments)})")
    with Stack(Profile("serve"), *web_ports()) as stack:
        bring_up(stack)
        print_addresses(stack)
        stack.supervisor.watch()
    return 0
