"""How a vertical plugs in: one ``Procedure`` per kind of case, found in ``<app>/procedure.py``."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from typing import Any

from django.utils.functional import Promise

from apps.documents.statuses import PDF, PICTURES
from apps.kernel.errors import Fault
from apps.kernel.registry import Registry
from apps.kernel.workflow import Workflow

Text = str | Promise


@dataclass(frozen=True, slots=True)
class Material:
    """One paper that is asked for (R23). ``why`` tells the person; ``kind`` decides how the file is checked."""

    code: str
    label: Text
    why: Text
    kind: str = "paper"
    required: bool = True
    types: tuple[str, ...] = (*PICTURES, PDF)
    max_bytes: int = 12 * 1024 * 1024


@dataclass(frozen=True, slots=True)
class Row:
    """A labelled value on the officer's screen."""

    label: Text
    value: str


@dataclass(frozen=True, slots=True)
class Procedure:
    """Everything ``cases`` asks of a vertical. The callables take the ``Case``."""

    kind: str
    label: Text
    workflow: Workflow
    materials: Callable[[Any], list[Material]]
    problems: Callable[[Any], list[Fault]]
    """All that stands between the case and its submission, each with a JSON pointer into the application."""
    components: Callable[[Any], list[str]]
    """The tariff components owed, e.g. ``["base", "urgent"]``."""
    rows: Callable[[Any], list[Row]]
    former_passport: Callable[[Any], str] = field(default=lambda _case: "")
    """The number of the passport that the document stands in for, or nothing."""
    reasons: Mapping[str, Mapping[str, Text]] = field(default_factory=dict)
    """Coded reasons by the name a move ``asks`` for."""
    concerns: Mapping[str, str] = field(default_factory=dict)
    """The material a deficiency is about, by its code (R30)."""
    messages: dict[str, str] = field(default_factory=dict)
    """The notification template told after a move."""


procedures: Registry[Procedure] = Registry("procedure")
