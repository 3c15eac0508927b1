"""JSON lines, one answer to each line, whatever the line: how other programs talk to ``verify`` and ``mrz``."""

import base64
import json
from collections.abc import Callable
from datetime import UTC, date, datetime
from typing import Any, BinaryIO, TextIO

from django.utils import timezone

from apps.kernel.errors import DomainError, Invalid
from apps.seals import mrz
from apps.seals.trust import trust_in
from apps.seals.verdicts import Code, Verdict
from apps.seals.verification import AUTO, verify

LONGEST_LINE = 64 * 1024 * 1024

Answer = Callable[[dict[str, Any]], dict[str, Any]]


class Malformed(Exception):
    """The line is no request; the message says why, in English, for programmers."""
