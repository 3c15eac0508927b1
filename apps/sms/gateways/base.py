from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum
from typing import Protocol

from apps.kernel.registry import Registry


class Undeliverable(Exception):
    """The company refused it and would refuse it again. ``code`` says why, without a number in it."""

    def __init__(self, code: str) -> None:
        self.code = code
        super().__init__(code)


class Uncertain(Undeliverable):
    """It was handed over and no answer came: perhaps it arrives. ``find`` can tell, after a while."""


class Receipt(StrEnum):
    """What the company knows about a message it took."""

    WAITING = "waiting"
    DELIVERED = "delivered"
    FAILED = "failed"


@dataclass(frozen=True, slots=True)
class Text:
    """``to`` in E.164, ``template`` the company's code of it, ``reference`` ours: the same on every attempt."""

    to: str
    template: str
    facts: Mapping[str, str]
    reference: str


class Gateway(Protocol):
    def send(self, text: Text) -> None:
        """Hand it over, outside any transaction.

        Returns once it is accepted. Raises ``kernel.errors.Unavailable`` when certainly nothing left,
        ``Undeliverable`` when it never will, ``Uncertain`` when nobody can tell yet.
        """

    def find(self, *, to: str, reference: str, at: datetime) -> Receipt | None:
        """What became of a message handed over about ``at``; None when the company has not seen it (so far).

        Raises ``kernel.errors.Unavailable``.
        """


gateways: Registry[Callable[[str], Gateway]] = Registry("text message gateway")
"""By the scheme of ``SMS_URL``, which each is made from."""
