import argparse
import os
import signal
import sys
import threading
from pathlib import Path

from deploy.simulators.sandbox_pay.server import Sandbox


def main() -> int:
    parser = argparse.ArgumentParser(prog="python -m deploy.simulators.sandbox_pay")
    parser.add_argument("--host", default="127.0.0.1")
    parser.add_argument("--port", type=int, default=8100, help="0 takes a free one and prints it")
    parser.add_argument("--public-url", default="", help="as payers reach it, when that is another address")
    parser.add_argument("--state", type=Path, help="keeps the orders here, so that a restart knows them")
    given = parser.parse_args()
    secret = os.environ.get("SANDBOX_PAY_SECRET", "")
    if not secret:
        print("sandbox_pay: SANDBOX_PAY_SECRET is missing", file=sys.stderr)
        return 2
    try:
        server = Sandbox((given.host, given.port), secret=secret, public_url=given.public_url, state=given.state)
    except OSError as error:
        print(f"sandbox_pay: {given.host}:{given.port}: {error.strerror}", file=sys.stderr)
        return 1
    _serve(server)
    return 0


def _serve(server: Sandbox) -> None:
    """Until SIGTERM or Ctrl-C; ``shutdown`` waits for the loop, so it must not run inside it."""

    def stop(*anything: object) -> None:
        server.sender.stop()
        threading.Thread(target=server.shutdown).start()

    signal.signal(signal.SIGTERM, stop)
    signal.signal(signal.SIGINT, stop)
    print(f"sandbox_pay listens on {server.url}", flush=True)
    server.serve_forever(poll_interval=0.1)
    server.server_close()


if __name__ == "__main__":
    sys.exit(main())
