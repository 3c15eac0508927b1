import argparse
import asyncio
import signal
import socket
import sys
from pathlib import Path

from hypercorn.asyncio import serve
from hypercorn.config import Config

from deploy.simulators.push.books import Books
from deploy.simulators.push.keys import Keys
from deploy.simulators.push.server import Services


def main() -> int:
    parser = argparse.ArgumentParser(prog="python -m deploy.simulators.push")
    parser.add_argument("--host", default="127.0.0.1")
    parser.add_argument("--port", type=int, default=8102, help="plain HTTP; 0 takes a free one and prints it")
    parser.add_argument("--tls-port", type=int, default=0, help="TLS and HTTP/2, for Apple's side")
    parser.add_argument("--state", type=Path, required=True, help="folder of keys, certificates and the journal")
    given = parser.parse_args()
    try:
        plain, tls = (_listen(given.host, port) for port in (given.port, given.tls_port))
    except OSError as error:
        print(f"push: {given.host}:{given.port}: {error.strerror}", file=sys.stderr)
        return 1
    url, tls_url = (f"{kind}://{given.host}:{one.getsockname()[1]}" for kind, one in (("http", plain), ("https", tls)))
    keys = Keys.kept_in(given.state, url=url)
    config = Config()
    config.bind, config.insecure_bind = [f"fd://{tls.fileno()}"], [f"fd://{plain.fileno()}"]
    config.certfile = config.keyfile = str(keys.certificate)
    config.alpn_protocols = ["h2"]
    config.graceful_timeout, config.errorlog = 0.5, None
    print(f"push listens on {url} and {tls_url}", flush=True)
    asyncio.run(_serve(Services(keys, Books(given.state / "push.jsonl")), config))
    return 0


def _listen(host: str, port: int) -> socket.socket:
    listener = socket.socket()
    listener.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
    listener.bind((host, port))
    listener.listen(64)
    return listener


async def _serve(app: Services, config: Config) -> None:
    """Until SIGTERM or Ctrl-C."""
    stop = asyncio.Event()
    for number in (signal.SIGTERM, signal.SIGINT):
        asyncio.get_running_loop().add_signal_handler(number, stop.set)

    async def stopped() -> None:
        await stop.wait()

    await serve(app, config, shutdown_trigger=stopped)


if __name__ == "__main__":
    sys.exit(main())
