"""Holds answers against the OpenAPI 3.1 document: a schema that lies is a failed journey."""

import re
from collections.abc import Mapping
from typing import Any

from jsonschema import Draft202012Validator
from referencing import Registry, Resource
from referencing.jsonschema import DRAFT202012

ROOT = "urn:openapi"


class Broken(AssertionError):
    """An answer that the schema does not describe."""


class Contract:
    """The published schema, ready to be asked about answers."""

    def __init__(self, schema: Mapping[str, Any]) -> None:
        self._schema = schema
        document = Resource.from_contents(dict(schema), default_specification=DRAFT202012)
        self._registry: Registry[Any] = Registry().with_resource(ROOT, document)
        self._paths = {re.compile(_pattern(path)): path for path in schema["paths"]}
        self.seen: set[tuple[str, str, str]] = set()

    def operation(self, method: str, path: str) -> tuple[str, Mapping[str, Any]]:
        """The templated path and the operation that serve an address. Raises ``Broken`` for an unknown one."""
        fits = sorted((p for regex, p in self._paths.items() if regex.fullmatch(path)), key=lambda p: p.count("{"))
        for template in fits:
            operation = self._schema["paths"][template].get(method.lower())
            if operation is not None:
                return template, operation
        raise Broken(f"{method} {path} is not in the schema")

    def check(self, method: str, path: str, *, status: int, content_type: str, body: Any) -> None:
        """Raise ``Broken`` unless this answer is one that the schema promises."""
        template, operation = self.operation(method, path)
        self.seen.add((method.upper(), template, str(status)))
        if status == 304:  # noqa: PLR2004 - "not modified" has no body and belongs to HTTP, not to the schema
            return
        promised = operation["responses"].get(str(status)) or operation["responses"].get("default")
        where = f"{method} {template} → {status}"
        if promised is None or (status < 400 and str(status) not in operation["responses"]):  # noqa: PLR2004
            raise Broken(f"{where}: this status is not in the schema")
        media = promised.get("content")
        if not media:
            if body not in (None, "", b""):
                raise Broken(f"{where}: a body where the schema has none")
            return
        kind = content_type.partition(";")[0].strip()
        if kind not in media:
            raise Broken(f"{where}: {kind} where the schema has {sorted(media)}")
        self._validate(media[kind]["schema"], body, where)

    def _validate(self, schema: Mapping[str, Any], body: Any, where: str) -> None:
        anchored = _anchor(schema)
        validator = Draft202012Validator(
            anchored, registry=self._registry, format_checker=Draft202012Validator.FORMAT_CHECKER
        )
        for error in validator.iter_errors(body):
            raise Broken(f"{where}: {error.json_path}: {error.message[:300]}")


def _pattern(path: str) -> str:
    return re.sub(r"\\\{\w+\\\}", "[^/]+", re.escape(path))


def _anchor(value: Any) -> Any:
    """Local references, made absolute so that they are found from anywhere."""
    if isinstance(value, Mapping):
        return {
            name: ROOT + inner if name == "$ref" and str(inner).startswith("#") else _anchor(inner)
            for name, inner in value.items()
        }
    return [_anchor(inner) for inner in value] if isinstance(value, list) else value
