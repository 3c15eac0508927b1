"""A real SMTP server for machines without one: every accepted message becomes a file, nothing is sent on.

Submission as RFC 6409 has it, without TLS (it listens on 127.0.0.1 only): a client must authenticate
(AUTH PLAIN or LOGIN, RFC 4954) before MAIL FROM. Messages land like in a maildir: written to `tmp/`, then
moved to `new/`, named in the order of arrival, `.eml`, with the envelope's addresses on top
(`X-Envelope-From`, `X-Envelope-To`).
"""

import argparse
import asyncio
import hmac
import itertools
import os
import signal
import time
from pathlib import Path

from aiosmtpd.smtp import SMTP, AuthResult, Envelope, LoginPassword, Session


class Folder:
    """Where accepted messages go (a handler of aiosmtpd)."""

    def __init__(self, folder: Path) -> None:
        self._folder = folder
        self._numbers = itertools.count()
        for part in ("tmp", "new"):
            (folder / part).mkdir(parents=True, exist_ok=True)

    async def handle_DATA(self, server: SMTP, session: Session, envelope: Envelope) -> str:  # noqa: N802
        """Keep the message; 250 once it is on disk."""
        name = f"{time.time_ns():020d}-{os.getpid()}-{next(self._numbers):06d}.eml"
        top = [
            f"X-Envelope-From: {envelope.mail_from}",
            *(f"X-Envelope-To: {one}" for one in envelope.rcpt_tos),
        ]
        content = envelope.content if isinstance(envelope.content, bytes) else (envelope.content or "").encode()
        part = self._folder / "tmp" / name
        part.write_bytes("".join(f"{line}\r\n" for line in top).encode(errors="replace") + content)
        part.rename(self._folder / "new" / name)
        return f"250 2.0.0 kept as {name}"


class Doorman:
    """Compares what a client presents with the one account of the sink (an authenticator of aiosmtpd)."""

    def __init__(self, user: str, password: str) -> None:
        self._account = (user.encode(), password.encode())

    def __call__(
        self, server: SMTP, session: Session, envelope: Envelope, mechanism: str, auth_data: object
    ) -> AuthResult:
        if not isinstance(auth_data, LoginPassword):
            return AuthResult(success=False, handled=False)
        name, password = self._account
        same = hmac.compare_digest(auth_data.login, name) & hmac.compare_digest(auth_data.password, password)
        # handled=False lets aiosmtpd answer 535 itself; with True a refusal would go unanswered
        return AuthResult(success=bool(same), handled=False)


async def serve(*, port: int, folder: Path, user: str, password: str) -> None:
    """Serve on 127.0.0.1 until SIGTERM or SIGINT."""
    loop = asyncio.get_running_loop()
    keeper, doorman, stop = Folder(folder), Doorman(user, password), asyncio.Event()

    def session() -> SMTP:
        return SMTP(
            keeper,
            hostname="localhost",
            enable_SMTPUTF8=True,
            auth_required=True,
            auth_require_tls=False,
            authenticator=doorman,
            loop=loop,
        )

    for number in (signal.SIGTERM, signal.SIGINT):
        loop.add_signal_handler(number, stop.set)
    server = await loop.create_server(session, "127.0.0.1", port)
    await stop.wait()
    server.close()


def main() -> None:
    parser = argparse.ArgumentParser(prog="python -m deploy.local.smtp_sink", description=__doc__)
    parser.add_argument("--port", type=int, required=True)
    parser.add_argument("--folder", type=Path, required=True)
    parser.add_argument("--user", required=True)
    chosen = parser.parse_args()
    password = os.environ["SMTP_SINK_PASSWORD"]
    asyncio.run(serve(port=chosen.port, folder=chosen.folder, user=chosen.user, password=password))


if __name__ == "__main__":
    main()
