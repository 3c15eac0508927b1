"""From a template and facts to a title and a text.

A template is ``texts/<language>/<name>.txt`` in Django's template language: the title, an empty line, the text.
``_close.txt`` ends every one of them.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path

from django.template import Context, Engine

TEXTS = Path(__file__).resolve().parent / "texts"


class MissingFact(Exception):
    """A template says a fact that its caller did not give: better no message than one with a hole."""


class _Loud(str):
    """Django's engine has no strict mode, but formats this text with the name it does not know."""

    __slots__ = ()

    def __mod__(self, name: object) -> str:
        raise MissingFact(str(name))


ENGINE = Engine(dirs=[str(TEXTS)], autoescape=False, string_if_invalid=_Loud("%s"))


@dataclass(frozen=True, slots=True)
class Text:
    """One line, and paragraphs with one empty line between them."""

    title: str
    body: str


def render(*, template: str, language: str, facts: Mapping[str, str]) -> Text:
    """Raises ``MissingFact``, or ``TemplateDoesNotExist`` for a template or language there is not.

    An empty fact counts as missing, unless the template asks ``{% if %}`` first.
    """
    told = Context({name: text for name, text in facts.items() if text}, autoescape=False)
    title, _, body = ENGINE.get_template(f"{language}/{template}.txt").render(told).partition("\n")
    close = ENGINE.get_template(f"{language}/_close.txt").render(told)
    return Text(title=" ".join(title.split()), body=_tidy(f"{body}\n\n{close}"))


def _tidy(text: str) -> str:
    """What an ``{% if %}`` left out leaves no gap."""
    paragraphs = "\n".join(line.rstrip() for line in text.split("\n")).split("\n\n")
    return "\n\n".join(paragraph.strip("\n") for paragraph in paragraphs if paragraph.strip())
