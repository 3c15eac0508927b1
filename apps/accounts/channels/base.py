from dataclasses import dataclass
from typing import Protocol

from django.conf import settings
from django.template.loader import render_to_string


@dataclass(frozen=True, slots=True)
class Notice:
    """Words without a code, to an address that is the account's no more. ``key`` is the same on every attempt."""

    address: str
    language: str
    key: str
    template: str = "address_changed"

    def text(self, kind: str, *, language: str = "") -> str:
        return render_to_string(f"accounts/{self.template}.{language or self.language}{kind}").strip()

    @property
    def other_languages(self) -> list[str]:
        return [code for code, _ in settings.LANGUAGES if code != self.language]


@dataclass(frozen=True, slots=True)
class Code:
    """What is to be sent, where to. ``key`` is the same on every attempt; ``purpose`` chooses the words."""

    address: str
    digits: str
    minutes: int
    language: str
    key: str
    purpose: str = "sign_in"

    def text(self, kind: str, *, language: str = "") -> str:
        template = f"accounts/{self.purpose}_code.{language or self.language}{kind}"
        return render_to_string(template, {"code": self.digits, "minutes": self.minutes}).strip()

    @property
    def other_languages(self) -> list[str]:
        return [code for code, _ in settings.LANGUAGES if code != self.language]


class Channel(Protocol):
    def is_available(self) -> bool:
        """Whether codes can leave this way in this installation."""
        ...

    def send(self, code: Code) -> None:
        """Hand it over. Raises ``OSError`` when that is worth another attempt."""
        ...

    def tell(self, notice: Notice) -> None:
        """Hand words over. Raises ``OSError`` when that is worth another attempt."""
        ...
