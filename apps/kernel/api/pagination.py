from typing import Any

from rest_framework.pagination import CursorPagination


class Cursor(CursorPagination):
    """Newest first by an opaque cursor: never a count, never a page that drifts."""

    ordering = ("-created_at", "-id")
    page_size = 20
    page_size_query_param = "page_size"
    max_page_size = 100

    def get_paginated_response_schema(self, schema: dict[str, Any]) -> dict[str, Any]:
        """OpenAPI 3.1 spells "or null" as a type list; the parent still writes 3.0."""
        link = {"type": ["string", "null"], "format": "uri"}
        return {
            "type": "object",
            "required": ["next", "previous", "results"],
            "properties": {"next": link, "previous": link, "results": schema},
        }
