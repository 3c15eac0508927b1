"""A gateway as a process: two ports, one line once both listen, until SIGTERM or Ctrl-C."""

import argparse
import signal
import sys
import threading
from collections.abc import Callable
from pathlib import Path

from deploy.simulators.gateway.control import ControlPort
from deploy.simulators.gateway.data import DataPort
from deploy.simulators.gateway.notices import Manner
from deploy.simulators.gateway.plug import Gateway
from deploy.simulators.gateway.world import World


def run(name: str, manner: Manner, build: Callable[[World], Gateway], *, port: int = 0) -> int:
    """The exit code. ``port`` is where the data port listens unless told otherwise; control is the next one."""
    given = _arguments(name, port)
    try:
        data = DataPort((given.host, given.port))
        control = ControlPort((given.host, given.control_port))
    except OSError as error:
        print(f"{name}: {given.host}:{given.port}: {error.strerror}", file=sys.stderr)
        return 1
    world = World(manner, url=given.public_url.rstrip("/") or data.url, folder=given.state)
    data.world = control.world = world
    data.gateway = control.gateway = build(world)
    print(f"{name} listens on {data.url} control {control.url}", flush=True)
    _serve(data, control)
    return 0


def _arguments(name: str, port: int) -> argparse.Namespace:
    parser = argparse.ArgumentParser(prog=f"python -m deploy.simulators.{name}")
    parser.add_argument("--host", default="127.0.0.1")
    parser.add_argument("--port", type=int, default=port, help="0 takes a free one and prints it")
    parser.add_argument("--control-port", type=int, default=port and port + 1, help="the same")
    parser.add_argument("--public-url", default="", help="of the data port, when payers reach it by another address")
    parser.add_argument("--state", type=Path, help="a folder that keeps keys and journal, so that a restart knows them")
    return parser.parse_args()


def _serve(data: DataPort, control: ControlPort) -> None:
    """``shutdown`` waits for the loop, so it must not run inside it."""

    def stop(*anything: object) -> None:
        for port in (control, data):
            threading.Thread(target=port.shutdown).start()

    signal.signal(signal.SIGTERM, stop)
    signal.signal(signal.SIGINT, stop)
    threading.Thread(target=control.serve_forever, kwargs={"poll_interval": 0.1}, daemon=True).start()
    data.serve_forever(poll_interval=0.1)
    control.server_close()
    data.server_close()
