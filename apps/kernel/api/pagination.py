from typing import Any

from django.utils.dateparse import parse_datetime
from rest_framework.exceptions import NotFound, ValidationError
from rest_framework.fields import IntegerField
from rest_framework.pagination import CursorPagination
from rest_framework.request import Request


class Cursor(CursorPagination):
    """Newest first by an opaque cursor: never a count, never a page that drifts.

    A list that is ordered by another field says how its cursors are read (``is_position``).
    """

    ordering = ("-created_at", "-id")
    page_size = 20
    page_size_query_param = "page_size"
    max_page_size = 100

    def decode_cursor(self, request: Request) -> Any:
        """The parent hands whatever the cursor holds to the database."""
        cursor = super().decode_cursor(request)
        if cursor and cursor.position is not None and not self.is_position(str(cursor.position)):
            raise NotFound(self.invalid_cursor_message)
        return cursor

    def get_page_size(self, request: Request) -> int | None:
        """The parent shrugs at what is no number. Raises ``ValidationError``; too large or too small is bounded."""
        try:
            int(request.query_params.get(self.page_size_query_param, self.page_size))
        except ValueError:
            refused = IntegerField.default_error_messages["invalid"]
            raise ValidationError({self.page_size_query_param: [refused]}, code="invalid") from None
        return super().get_page_size(request)

    def is_position(self, position: str) -> bool:
        """Whether this may be a value of the field that orders the list: here, a time with its offset."""
        try:
            time = parse_datetime(position)
        except ValueError:
            return False
        return time is not None and time.tzinfo is not None

    def get_paginated_response_schema(self, schema: dict[str, Any]) -> dict[str, Any]:
        """OpenAPI 3.1 spells "or null" as a type list; the parent still writes 3.0."""
        link = {"type": ["string", "null"], "format": "uri"}
        return {
            "type": "object",
            "required": ["next", "previous", "results"],
            "properties": {"next": link, "previous": link, "results": schema},
        }
