from collections.abc import Mapping
from typing import Any

from django.utils.translation import gettext_lazy as _
from rest_framework import serializers


class In(serializers.Serializer[Any]):
    """What a phone may send. A field nobody knows is an error, not a shrug."""

    default_error_messages = {"unknown": _("There is no such field.")}

    def to_internal_value(self, data: Any) -> Any:
        if isinstance(data, Mapping) and (strangers := sorted(set(data) - set(self.fields), key=str)):
            message = self.error_messages["unknown"]
            raise serializers.ValidationError(
                {str(name): [serializers.ErrorDetail(str(message), code="unknown_field")] for name in strangers}
            )
        return super().to_internal_value(data)


class Out(serializers.Serializer[Any]):
    """What we answer. Every field is always there, so the schema says ``required``."""

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        kwargs.setdefault("read_only", True)
        super().__init__(*args, **kwargs)
