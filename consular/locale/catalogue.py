"""The catalogue as files: ``django.po`` for people, ``django.mo`` for Django."""

from pathlib import Path
from typing import Any

from translate.misc.multistring import multistring
from translate.storage.pypo import pofile, pounit
from translate.tools.pocompile import POCompile

from consular.locale.texts import Text

FOLDER = Path(__file__).parent / "zh_Hans" / "LC_MESSAGES"
SOURCE, COMPILED = "django.po", "django.mo"

HEADER = """# What the project, and the theme of its staff screens, say in simplified Chinese.
# Edit the translations here, then run `python -m consular.locale`.
msgid ""
msgstr ""
"Project-Id-Version: consular\\n"
"Language: zh_Hans\\n"
"MIME-Version: 1.0\\n"
"Content-Type: text/plain; charset=UTF-8\\n"
"Content-Transfer-Encoding: 8bit\\n"
"Plural-Forms: nplurals=1; plural=0;\\n"
"""


def read(path: Path) -> dict[Text, str]:
    """Translations by text. A fuzzy one is a guess and counts as none."""
    units = [unit for unit in _parse(path).units if not unit.isheader() and not unit.isobsolete()]
    return {_text(unit): "" if unit.isfuzzy() else str(unit.target) for unit in units}


def write(translations: dict[Text, str], places: dict[Text, list[str]]) -> str:
    """The text of ``django.po``: grouped by the file that says it first."""
    order = sorted(translations, key=lambda text: (places[text], text))
    return "\n".join([HEADER, *(str(_unit(text, translations[text], places[text])) for text in order)])


def compiled(path: Path) -> bytes:
    """The bytes of ``django.mo`` that belong to a ``django.po``."""
    compiler: Any = POCompile()
    content: bytes = compiler.convertstore(_parse(path))
    return content


def _parse(path: Path) -> Any:
    reader: Any = pofile
    return reader.parsefile(str(path)) if path.exists() else reader()


def _text(unit: Any) -> Text:
    one, many = unit.source.strings if unit.hasplural() else (unit.source, "")
    return Text(str(one), str(many), unit.getcontext())


def _unit(text: Text, translation: str, places: list[str]) -> Any:
    unit: Any = pounit(multistring([text.one, text.many]) if text.many else text.one)
    unit.target = [translation] if text.many else translation
    if text.context:
        unit.setcontext(text.context)
    if "%" in text.one + text.many:
        unit.settypecomment("python-format")
    for place in places:
        unit.addlocation(place)
    return unit
