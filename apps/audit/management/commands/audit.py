import sys
from argparse import ArgumentTypeError
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

from django.core.management.base import BaseCommand, CommandError, CommandParser
from django.utils.timezone import now

from apps.audit import services, signers
from apps.audit.models import Batch
from apps.audit.services.publishing import published_heads


def moment(text: str) -> datetime:
    try:
        given = datetime.fromisoformat(text)
    except ValueError:
        raise ArgumentTypeError("a date or a time, such as 2026-11-23 or 2026-11-23T09:00+00:00") from None
    return given if given.tzinfo else given.replace(tzinfo=UTC)


class Command(BaseCommand):
    """``verify`` ends with 1 and names every batch that is not what was sealed."""

    help = "Verify the audit trail, seal it now, or make a sealing key."

    def add_arguments(self, parser: CommandParser) -> None:
        actions = parser.add_subparsers(dest="action", required=True)
        verify = actions.add_parser("verify", help="compute everything again and name what was touched")
        verify.add_argument("--heads", type=Path, help="published heads: a folder, or a file of JSON lines")
        verify.add_argument("--keys", type=Path, help="folder of the public keys to believe")
        verify.add_argument("--since", type=moment, help="only what was sealed from then on")
        actions.add_parser("seal", help="seal and publish what is waiting")
        actions.add_parser("new-key", help="make a key that seals from now on")

    def handle(self, *args: Any, **options: Any) -> None:
        {"verify": self._verify, "seal": self._seal, "new-key": self._new_key}[options["action"]](options)

    def _verify(self, options: dict[str, Any]) -> None:
        try:
            heads = published_heads(options["heads"])
        except (OSError, ValueError, KeyError) as problem:
            raise CommandError(f"the published heads cannot be read: {problem}") from problem
        found = services.verify(
            keys=signers.public_keys(options["keys"]), heads=heads, since=options["since"], progress=self._progress
        )
        for finding in found.findings:
            self.stdout.write(f"batch {finding.batch}: {finding.says} ({finding.code})")
        checked = f"{found.batches} batches, {found.entries} entries, {len(heads)} published heads"
        self.stdout.write(f"{checked}; {found.unsealed} entries are not sealed yet")
        if found.findings:
            raise CommandError(f"{len({finding.batch for finding in found.findings})} batches are not what was sealed")

    def _progress(self, batch: Batch) -> None:
        if batch.number % 10 == 0 and sys.stderr.isatty():
            self.stderr.write(f"\rbatch {batch.number}", ending="")

    def _seal(self, options: dict[str, Any]) -> None:
        made = services.seal(signer=signers.signer(), at=now())
        published = services.publish_heads(at=now())
        self.stdout.write(f"{len(made)} batches sealed, {published} heads published")

    def _new_key(self, options: dict[str, Any]) -> None:
        self.stdout.write(str(signers.new_key()))
