from collections.abc import Mapping
from typing import Any

from django.http import QueryDict
from django.utils.translation import gettext_lazy as _
from rest_framework import serializers

NUMBER: tuple[type, ...] = (int, float)
JSON_TYPES: dict[type[serializers.Field[Any, Any, Any, Any]], tuple[type, ...]] = {
    serializers.BooleanField: (bool,),
    serializers.IntegerField: NUMBER,
    serializers.CharField: (str,),
    serializers.UUIDField: (str,),
}
"""The framework also takes ``0`` for false and ``5`` for "5"; the schema says otherwise, and so do we."""


class In(serializers.Serializer[Any]):
    """What a phone may send. A field nobody knows, or a value of another type, is an error and not a shrug."""

    default_error_messages = {"unknown": _("There is no such field.")}

    def to_internal_value(self, data: Any) -> Any:
        if isinstance(data, Mapping) and (faults := {**self._strangers(data), **self._mistaken(data)}):
            raise serializers.ValidationError(faults)
        return super().to_internal_value(data)

    def _strangers(self, data: Mapping[str, Any]) -> dict[str, list[serializers.ErrorDetail]]:
        unknown = serializers.ErrorDetail(str(self.error_messages["unknown"]), code="unknown_field")
        return {str(name): [unknown] for name in sorted(set(data) - set(self.fields), key=str)}

    def _mistaken(self, data: Mapping[str, Any]) -> dict[str, list[serializers.ErrorDetail]]:
        """A query has text only: there, a name without a value is the mistake."""
        is_wrong, code = (_is_empty, "blank") if isinstance(data, QueryDict) else (_is_of_another_type, "invalid")
        wrong = [str(name) for name, field in self.fields.items() if name in data and is_wrong(field, data[name])]
        blank = serializers.CharField.default_error_messages["blank"]
        said = {name: str(self.fields[name].error_messages.get(code, blank)) for name in wrong}
        return {name: [serializers.ErrorDetail(text, code=code)] for name, text in said.items()}


def _is_empty(field: object, value: object) -> bool:
    return value == "" and not getattr(field, "allow_blank", False)


def _is_of_another_type(field: object, value: object) -> bool:
    wanted = next((types for kind, types in JSON_TYPES.items() if isinstance(field, kind)), None)
    return wanted is not None and value is not None and type(value) not in wanted


class Out(serializers.Serializer[Any]):
    """What we answer. Every field is always there, so the schema says ``required``."""

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        kwargs.setdefault("read_only", True)
        super().__init__(*args, **kwargs)
