"""A ZIP of everything held about somebody, made part by part: it is never whole, neither in memory nor on disk."""

import base64
import io
import json
from collections.abc import Iterable, Iterator
from datetime import datetime
from typing import Any
from zipfile import ZIP_DEFLATED, ZipFile, ZipInfo

from django.core.exceptions import FieldDoesNotExist
from django.core.serializers.json import DjangoJSONEncoder
from django.db.models import Model
from django.utils import translation

from apps.kernel.holdings import Holding, Sheet, Whose, holdings

LANGUAGES = {"zh-hans": "zh-Hans", "en": "en"}


class _Written(io.RawIOBase):
    """Where ``ZipFile`` writes to; what it wrote is taken away again and again."""

    def __init__(self) -> None:
        super().__init__()
        self._parts: list[bytes] = []

    def writable(self) -> bool:
        return True

    def write(self, part: Any, /) -> int:
        self._parts.append(bytes(part))
        return len(part)

    def taken(self) -> bytes:
        parts, self._parts = self._parts, []
        return b"".join(parts)


class _Encoder(DjangoJSONEncoder):
    def default(self, o: Any) -> Any:
        return base64.b64encode(bytes(o)).decode() if isinstance(o, bytes | memoryview) else super().default(o)


def archive(*, whose: Whose, at: datetime) -> Iterator[bytes]:
    """``<holding>.json`` for every holding, then the papers. Labels are in both languages."""
    written = _Written()
    with ZipFile(written, "w", ZIP_DEFLATED) as pack:
        for name, parts in _members(whose):
            entry = ZipInfo(name, at.timetuple()[:6])
            entry.compress_type = ZIP_DEFLATED
            with pack.open(entry, "w") as member:
                for part in parts:
                    member.write(part)
                    yield written.taken()
    yield written.taken()


def _members(whose: Whose) -> Iterator[tuple[str, Iterable[bytes]]]:
    for name in holdings:
        yield f"{name}.json", [_told(holdings[name], whose)]
    for holding in holdings.values():
        for paper in holding.papers(whose):
            yield paper.name, paper.parts()


def _told(holding: Holding, whose: Whose) -> bytes:
    told = {
        "label": said(holding.label),
        "tables": [_table(sheet) for sheet in holding.export(whose)],
        "kept": [{"what": said(kept.what), "basis": said(kept.basis)} for kept in holding.kept],
    }
    return json.dumps(told, ensure_ascii=False, indent=1, cls=_Encoder).encode()


def _table(sheet: Sheet) -> dict[str, Any]:
    fields = list(dict.fromkeys(name for row in sheet.rows for name in row))
    return {
        "label": said(sheet.model._meta.verbose_name_plural),  # noqa: SLF001 -- a documented door
        "fields": {name: said(_label(sheet.model, name)) for name in fields},
        "rows": sheet.rows,
    }


def _label(model: type[Model], name: str) -> Any:
    """What a field is called, also at the other end of relations (``case__number``)."""
    first, _, rest = name.partition("__")
    try:
        field: Any = model._meta.get_field(first)  # noqa: SLF001
    except FieldDoesNotExist:
        return name
    return _label(field.related_model, rest) if rest else field.verbose_name


def said(text: Any) -> dict[str, str]:
    """A text in both languages."""
    told = {}
    for code, name in LANGUAGES.items():
        with translation.override(code):
            told[name] = str(text)
    return told
