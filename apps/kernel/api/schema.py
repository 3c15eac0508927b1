"""OpenAPI 3.1 as it really is: problem details on every operation, keys and versions as headers."""

from typing import Any

from drf_spectacular.openapi import AutoSchema
from drf_spectacular.utils import OpenApiParameter

from apps.kernel.api.problem import CONTENT_TYPE, Problem

KEY = OpenApiParameter(
    "Idempotency-Key",
    str,
    OpenApiParameter.HEADER,
    required=True,
    description="Yours, random, one per intent. The same key gives the same answer and one effect.",
)
IF_MATCH = OpenApiParameter(
    "If-Match", str, OpenApiParameter.HEADER, required=True, description="The ETag of what you edited."
)


class Schema(AutoSchema):
    """Adds what the decorators of a view promise."""

    def get_override_parameters(self) -> list[Any]:
        method = getattr(self.view, self.method.lower(), None)
        marked = [(KEY, "idempotent"), (IF_MATCH, "versioned")]
        return [
            *super().get_override_parameters(),
            *(p for p, mark in marked if getattr(method, mark, False)),
        ]

    def get_tags(self) -> list[str]:
        return [self.view.__module__.split(".")[1].replace("_", " ")]


def describe_errors(result: dict[str, Any], generator: Any, **kwargs: Any) -> dict[str, Any]:
    """A postprocessing hook: one ``Problem`` component, the default answer of every operation."""
    registry = generator.registry
    schema = Schema()
    schema.registry, schema.method, schema.path, schema.view = registry, "GET", "/", None
    reference = schema._map_serializer(Problem(), "response")  # noqa: SLF001
    result["components"]["schemas"]["Problem"] = reference
    refused = {
        "description": "A problem (RFC 9457); decide by its `code`.",
        "content": {CONTENT_TYPE: {"schema": {"$ref": "#/components/schemas/Problem"}}},
    }
    for operations in result["paths"].values():
        for operation in operations.values():
            operation["responses"]["default"] = refused
    return result
