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

    def _get_response_bodies(self, direction: Any = "response") -> Any:
        """Every operation may answer a problem, whatever its status."""
        problem = self._get_response_for_code(Problem, "default", media_types=[CONTENT_TYPE], direction=direction)  # type: ignore[no-untyped-call]
        problem["description"] = "A problem (RFC 9457); decide by its `code`."
        return super()._get_response_bodies(direction) | {"default": problem}

    def get_operation(self, *args: Any, **kwargs: Any) -> Any:
        """What is open to anyone says so, instead of leaving it out."""
        operation = super().get_operation(*args, **kwargs)
        return operation and {"security": []} | operation

    def get_summary(self) -> str:
        """The first sentence of what the operation says of itself."""
        return str(self.get_description()).split(". ")[0].split("\n")[0].rstrip(".")

    def get_tags(self) -> list[str]:
        return [self.view.__module__.split(".")[1].replace("_", " ")]
