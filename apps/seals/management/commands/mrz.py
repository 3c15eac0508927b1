import sys
from argparse import RawDescriptionHelpFormatter
from typing import Any

from django.core.management.base import BaseCommand, CommandParser, no_translations

from apps.seals.batch.lines import converse
from apps.seals.batch.zones import answer, refuse


class Command(BaseCommand):
    """Write and read machine readable zones: JSON lines in, as many JSON lines out, in order, each at once.

    To write (ICAO Doc 9303 parts 3, 4, 6, 8):
      {"profile": "ETD_SHEET" (PU), "ETD_BOOKLET" (PE), "TD2" or "TD3",
       "surname", "given_names", "number", "nationality", "issuing_state",
       "birth": "1990-01-01", "1990-01", "1990" or "",   what is unknown is left out
       "sex": "F", "M" or "X",  "expiry": "2027-03-01",
       "optional": "",  "document_code": ""              other than P or I, for TD3 and TD2,
       "romanisation": "pinyin" or "icao"                left out: pinyin for nationals of China}
    Answer: {"id", "lines": [line 1, line 2]}

    To read: {"lines": [line 1, line 2], "on": "2026-06-13"}   the day of issue tells the century of birth
    Answer:
      {"id", "size": "TD2" or "TD3", "document_code", "issuing_state", "surname", "given_names",
       "name_may_be_truncated", "number", "nationality", "birth": "1985-03-XX" or null, "sex", "expiry" or null,
       "optional", "checks": {"number", "birth", "expiry", "optional" (TD3), "composite": true or false},
       "valid": all of checks, and every field has its form}

    What cannot be: {"id", "code": "mrz_..." or "malformed_request", "detail"}. Any line may have an "id".
    """

    requires_system_checks: list[str] = []

    def add_arguments(self, parser: CommandParser) -> None:
        parser.formatter_class, parser.description = RawDescriptionHelpFormatter, self.__doc__

    @no_translations
    def handle(self, *args: Any, **options: Any) -> None:
        converse(sys.stdin.buffer, sys.stdout, answer=answer, refuse=refuse)
