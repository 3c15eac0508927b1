from dataclasses import dataclass
from typing import Protocol

from django.conf import settings
from django.template.loader import render_to_string


@dataclass(frozen=True, slots=True)
class Code:
    """What is to be sent, where to. ``key`` is the same on every attempt."""

    address: str
    digits: str
    minutes: int
    language: str
    key: str

    def text(self, kind: str, *, language: str = "") -> str:
        template = f"accounts/sign_in_code.{language or self.language}{kind}"
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
