"""What a format is to the verifier."""

from collections.abc import Sequence
from datetime import datetime
from typing import NamedTuple, Protocol

from apps.kernel.registry import Registry
from apps.seals.trust import Trust
from apps.seals.verdicts import Verdict


class Question(NamedTuple):
    """Whom to believe, at what time, and the zone someone read off the page, where someone did."""

    trust: Trust
    at: datetime
    printed_mrz: Sequence[str] = ()


class Format(Protocol):
    def recognises(self, data: bytes) -> bool:
        """Whether this looks like one, by its first bytes alone."""

    def verify(self, data: bytes, question: Question) -> Verdict:
        """Judge it. Bytes of any kind get a verdict."""


formats: Registry[Format] = Registry("document format")


def recognised(data: bytes) -> Format | None:
    for each in formats.values():
        if each.recognises(data):
            return each
    return None
