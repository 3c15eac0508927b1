from typing import Protocol

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


channels: Registry[Channel] = Registry("channel")
