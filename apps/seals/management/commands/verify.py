import sys
from argparse import RawDescriptionHelpFormatter
from pathlib import Path
from typing import Any

from django.core.management.base import BaseCommand, CommandError, CommandParser, no_translations
from django.utils import timezone

from apps.kernel.errors import Invalid
from apps.seals import trust
from apps.seals.batch.lines import converse, moment, to_json
from apps.seals.batch.verification import answer, refuse
from apps.seals.verification import AUTO, verify

WRONG_USAGE = 2


class Command(BaseCommand):
    """Judge documents offline: no database, no network.

    One document: prints one JSON object; exit code 0 VALID, 1 INVALID, 2 wrong usage.

    --batch: JSON lines in, as many JSON lines out, in order, each at once. In:
      {"id": a string or a whole number,
       "format": "auto", "vds", "address", "pdf", "image"   left out: auto,
       "data": text, or bytes in hex,
       "certificates": [base64 DER of trusted signers and CSCAs, of revocation lists],
       "void": [numbers of void documents]           may be left out,
       "at": ISO 8601, UTC if it names no zone       left out: now,
       "printed_mrz": [line 1, line 2]               as read off the page; may be left out}
    Out:
      {"id", "verdict": "VALID" or "INVALID", "code", "format", "document_status", "detail", "content"}
    Codes are those of ICAO Doc 9303-13 App. D and 9303-8 App. A; VOID_DOCUMENT for a genuine one that was
    declared void (the number is in "void", or in void.txt of --trust); UNSUPPORTED for what no format reads;
    MALFORMED_REQUEST for a line that is no such request. A batch ends with exit code 0.

    Whom to believe: a signer that is listed, unless the CSCA of its country is listed too; then it must be signed
    by that CSCA. A seal names its signer, so that certificate must be listed; a PDF brings its own.
    """

    requires_system_checks: list[str] = []

    def add_arguments(self, parser: CommandParser) -> None:
        parser.formatter_class, parser.description = RawDescriptionHelpFormatter, self.__doc__
        parser.add_argument("file", nargs="?", help="the document; - is standard input")
        parser.add_argument("--format", default=AUTO, help="auto, vds, address, pdf or image")
        parser.add_argument("--trust", type=Path, help="certificates, revocation lists: a file or a folder")
        parser.add_argument("--at", help="judge as at this time")
        parser.add_argument("--batch", action="store_true", help="JSON lines on standard input")

    @no_translations
    def handle(self, *args: Any, **options: Any) -> None:
        if options["batch"] is bool(options["file"]):
            raise CommandError("give either a file or --batch", returncode=WRONG_USAGE)
        if options["batch"] and (options["trust"] or options["at"]):
            raise CommandError("in a batch every line brings its own certificates and at", returncode=WRONG_USAGE)
        if options["batch"]:
            converse(sys.stdin.buffer, sys.stdout, answer=answer, refuse=refuse)
        else:
            self._judge(options)

    def _judge(self, options: dict[str, Any]) -> None:
        try:
            data = sys.stdin.buffer.read() if options["file"] == "-" else Path(options["file"]).read_bytes()
            believed = trust.load(options["trust"]) if options["trust"] else trust.Trust([])
            at = moment(options["at"]) if options["at"] else timezone.now()
        except (OSError, ValueError, Invalid) as error:
            raise CommandError(str(error), returncode=WRONG_USAGE) from None
        verdict = verify(data, format=options["format"], trust=believed, at=at)
        self.stdout.write(to_json(verdict.as_json()))
        if not verdict.is_valid:
            sys.exit(1)
