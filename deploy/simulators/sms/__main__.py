import argparse
import os
import signal
import sys
import threading
from pathlib import Path

from deploy.simulators.sms.server import Company


def main() -> int:
    parser = argparse.ArgumentParser(prog="python -m deploy.simulators.sms")
    parser.add_argument("--host", default="127.0.0.1")
    parser.add_argument("--port", type=int, default=8101, help="0 takes a free one and prints it")
    parser.add_argument("--state", type=Path, help="keeps the messages here, so that a restart knows them")
    given = parser.parse_args()
    key, secret = os.environ.get("SMS_KEY", ""), os.environ.get("SMS_SECRET", "")
    if not (key and secret):
        print("sms: SMS_KEY and SMS_SECRET are needed", file=sys.stderr)
        return 2
    try:
        server = Company((given.host, given.port), key=key, secret=secret, state=given.state)
    except OSError as error:
        print(f"sms: {given.host}:{given.port}: {error.strerror}", file=sys.stderr)
        return 1
    _serve(server)
    return 0


def _serve(server: Company) -> None:
    """Until SIGTERM or Ctrl-C; ``shutdown`` waits for the loop, so it must not run inside it."""

    def stop(*anything: object) -> None:
        threading.Thread(target=server.shutdown).start()

    signal.signal(signal.SIGTERM, stop)
    signal.signal(signal.SIGINT, stop)
    print(f"sms listens on {server.url}", flush=True)
    server.serve_forever(poll_interval=0.1)
    server.server_close()


if __name__ == "__main__":
    sys.exit(main())
