"""`./dev simulators`: the payment companies alone, for whoever builds an app or a merchant against them."""

from collections.abc import Sequence

from deploy.local import gateways
from deploy.local.console import LaunchError
from deploy.local.profile import Profile
from deploy.local.services import free_port
from deploy.local.stack import Stack
from deploy.simulators.gateway.magic import MAGIC

GATEWAYS = {"alipay": 8102, "wechat_pay": 8104, "unionpay": 8108, "stripe": 8110}
"""Data ports; the control port is the next one. A port that is taken is replaced by a free one."""


def run(arguments: Sequence[str]) -> int:
    """Stays until a signal. What they know is kept in the profile `simulators`."""
    if arguments:
        raise LaunchError(f"simulators takes no arguments ({' '.join(arguments)})")
    with Stack(Profile("simulators")) as stack:
        stack.start(())
        lines = [_line(stack, name, port) for name, port in GATEWAYS.items()]
        print("\n".join(["", *lines, *_magic(), "", "Ctrl-C stops everything."]), flush=True)
        stack.supervisor.watch()
    return 0


def _line(stack: Stack, name: str, port: int) -> str:
    url, control = gateways.run(stack, name, port=port if free_port(port) == port else 0)
    return f"{name:<12} {url}   control {control} (GET /merchant: keys and numbers)"


def _magic() -> list[str]:
    amounts = [f"  {digits:02}  {says}" for digits, (says, _rule) in MAGIC.items()]
    return ["", "Amounts that misbehave, by their last two digits:", *amounts]
