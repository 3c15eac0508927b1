from datetime import datetime
from enum import StrEnum
from typing import Protocol, runtime_checkable

from apps.accounts.models import User
from apps.kernel.registry import Registry
from apps.notifications.models import Dispatch


class Undeliverable(Exception):
    """It was refused and would be refused again. ``code`` says why, without an address in it."""

    def __init__(self, code: str) -> None:
        self.code = code
        super().__init__(code)


class Uncertain(Undeliverable):
    """The line broke after the letter was handed over: perhaps it arrived, perhaps not."""


class Channel(Protocol):
    def reaches(self, user: User) -> bool:
        """Whether there is an address to send to."""

    def send(self, dispatch: Dispatch) -> None:
        """Hand the message over, outside any transaction.

        Returns once it is accepted. Raises ``kernel.errors.Unavailable`` when certainly nothing left (tried again
        later), ``Undeliverable`` when it never will, ``Uncertain`` when nobody can tell.
        """


class Found(StrEnum):
    """What a carrier says about a message that was perhaps handed over."""

    TAKEN = "taken"
    LOST = "lost"
    """It was taken and did not arrive."""
    UNSEEN = "unseen"
    """It has not seen it, so far."""


@runtime_checkable
class Answering(Protocol):
    """A channel whose carrier can be asked what became of a message."""

    def ask(self, dispatch: Dispatch, at: datetime) -> Found:
        """Raises ``kernel.errors.Unavailable``; that changes nothing and is repeated."""


channels: Registry[Channel] = Registry("channel")
