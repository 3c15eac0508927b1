"""The texts people agree to: files in the repository, one per version and language, never edited once published."""

import hashlib
from dataclasses import dataclass
from functools import cache
from pathlib import Path

from django.conf import settings
from django.utils.translation import gettext_lazy as _

from apps.kernel.errors import Conflict, Unknown

FOLDER = Path(__file__).parent / "consents"
PERSONAL_DATA = "personal_data"
LOSS_DECLARATION = "loss_declaration"
GUARDIAN_DATA = "guardian_data"
GUARDIAN_APPLICATION = "guardian_application"
PURPOSES = (PERSONAL_DATA, LOSS_DECLARATION, GUARDIAN_DATA, GUARDIAN_APPLICATION)
FINAL = (LOSS_DECLARATION,)
"""Declarations: made together with what they are about, and never withdrawn (R20)."""


@dataclass(frozen=True, slots=True)
class Text:
    """``sha256`` is of the file's bytes, as anyone can compute it again."""

    purpose: str
    version: str
    language: str
    body: str
    sha256: str


def consent_text(purpose: str, language: str) -> Text:
    """The version in force. Raises ``Unknown`` for a purpose that needs no consent."""
    if purpose not in PURPOSES:
        raise Unknown
    return _read(purpose, _newest(purpose), language if language in dict(settings.LANGUAGES) else "zh-hans")


def agreed_text(purpose: str, version: str, language: str) -> Text:
    """The text in force, if that is what the person was shown. Raises ``Conflict`` when a newer one exists."""
    text = consent_text(purpose, language)
    if text.version != version:
        raise Conflict(
            _("This text has changed since it was shown. Please read it again."), code="consent_text_changed"
        )
    return text


@cache
def _newest(purpose: str) -> str:
    return str(max(int(file.name.partition(".")[0]) for file in (FOLDER / purpose).glob("*.md")))


@cache
def _read(purpose: str, version: str, language: str) -> Text:
    content = (FOLDER / purpose / f"{version}.{language}.md").read_bytes()
    return Text(purpose, version, language, content.decode(), hashlib.sha256(content).hexdigest())
