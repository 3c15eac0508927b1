import sys
from argparse import RawDescriptionHelpFormatter
from pathlib import Path
from typing import Any

from django.core.management.base import BaseCommand, CommandError, CommandParser
from django.utils import timezone

from apps.kernel.errors import Invalid
from apps.seals import trust
from apps.seals.batch import answer_verify, converse, moment, to_json
from apps.seals.formats.base import formats
from apps.seals.verification import AUTO, verify

USAGE = 2


class Command(BaseCommand):
    """Judge documents offline. No database, no network.

    One document: prints one JSON object; exit code 0 VALID, 1 INVALID, 2 wrong usage.

    --batch: JSON lines in, as many JSON lines out, in order, each written out at once. In:
      {"id": any string or whole number,
       "format": "auto" | "vds" | "pdf" | "image"                 (left out: auto),
       "data": text, or the bytes in hex,
       "certificates": [base64 DER of each trusted signer or CSCA, or of a revocation list],
       "at": ISO 8601 time, UTC if it names no zone               (left out: now),
       "printed_mrz": [line 1, line 2] as read off the page       (may be left out)}
    Out:
      {"id", "verdict": "VALID" | "INVALID", "code", "format", "document_status", "detail", "content"}
    Codes: ICAO Doc 9303-13 App. D and 9303-8 App. A; UNSUPPORTED for what no format reads; MALFORMED_REQUEST
    for a line that is no such request. The exit code of a batch is 0.
    """

    help = __doc__ or ""
    requires_system_checks: list[str] = []

    def create_parser(self, prog_name: str, subcommand: str, **kwargs: Any) -> CommandParser:
        return super().create_parser(
            prog_name, subcommand, formatter_class=RawDescriptionHelpFormatter, description=self.__doc__, **kwargs
        )

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument("file", nargs="?", help="the document; - is standard input")
        parser.add_argument("--format", default=AUTO, choices=[AUTO, *formats])
        parser.add_argument("--trust", type=Path, help="certificates and revocation lists: a file or a folder")
        parser.add_argument("--at", help="judge as at this time (ISO 8601)")
        parser.add_argument("--batch", action="store_true", help="JSON lines on standard input")

    def handle(self, *args: Any, **options: Any) -> None:
        if options["batch"] is bool(options["file"]):
            raise CommandError("give either a file or --batch", returncode=USAGE)
        if options["batch"]:
            converse(sys.stdin.buffer, sys.stdout, answer_verify)
            return
        try:
            data = sys.stdin.buffer.read() if options["file"] == "-" else Path(options["file"]).read_bytes()
            believed = trust.load(options["trust"]) if options["trust"] else trust.Trust([])
            at = moment(options["at"]) if options["at"] else timezone.now()
        except (OSError, ValueError, Invalid) as error:
            raise CommandError(str(error), returncode=USAGE) from None
        verdict = verify(data, format=options["format"], trust=believed, at=at)
        self.stdout.write(to_json(verdict.as_json()))
        if not verdict.is_valid:
            sys.exit(1)
