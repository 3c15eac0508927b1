"""Values that make programs fall over, put into every parameter and every field of the schema (I1)."""

import json
import uuid
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any
from urllib.parse import quote

import httpx

from deploy.demo.contract import Broken, Contract
from deploy.drills import _rights as rights

DEEP = "[" * 5000 + "]" * 5000
VALUES: dict[str, str] = {
    "NUL": '"a\\u0000b"',
    "lone surrogate": '"\\ud800"',
    "right to left": json.dumps("\u202egnp.exe"),
    "long": json.dumps("领" * 70_000),
    "huge number": "9" * 400,
    "below 64 bits": str(-(2**63) - 1),
    "float beyond": "1e999",
    "NaN": "NaN",
    "infinity": "-Infinity",
    "deep": DEEP,
    "deep object": '{"a":' * 900 + "1" + "}" * 900,
    "null": "null",
    "true": "true",
    "list": '["x"]',
    "object": '{"$gt": ""}',
    "SQL": json.dumps("'; DROP TABLE cases_case; --"),
    "template": json.dumps("{{7*7}}${7*7}%s%n{0.__class__}"),
    "markup": json.dumps("<script>alert(1)</script>"),
    "path": json.dumps("../../../../etc/passwd"),
    "line break": json.dumps("a\r\nSet-Cookie: x=1"),
    "year 0": '"0000-00-00"',
    "empty": '""',
}
"""As JSON says them, or nearly: what is no JSON has to be refused as well."""
TEXTS = [
    "%00",
    "%ff%fe",
    "%ED%A0%80",
    "%E2%80%AE",
    "9" * 400,
    "-1",
    "1e9",
    "x" * 4000,
    "%27%3B--",
    "..%2F..%2F",
    "%0d%0aX:1",
]
"""For paths and queries, as they stand in an address."""
BODIES = {
    "no JSON": b"{",
    "bad UTF-8": b'{"a": "\xff\xfe"}',
    "UTF-16": '{"a": 1}'.encode("utf-16"),
    "twice": b'{"name": 1, "name": 2}',
    "a list": b"[]",
    "a number": b"1",
    "nothing": b"",
    "deep": DEEP.encode(),
    "blanks": b" " * 200_000,
}
TYPES = [
    "text/plain",
    "application/xml",
    "multipart/form-data",
    "application/json; charset=utf-7",
    "x",
    "application/x-www-form-urlencoded",
]


@dataclass(frozen=True)
class Shot:
    method: str
    path: str
    content: bytes | None = None
    content_type: str = "application/json"
    what: str = ""


def shots(schema: dict[str, Any], ids: dict[str, str]) -> Iterator[Shot]:
    """Every value at every place, one at a time."""
    for path, methods in schema["paths"].items():
        for method, operation in methods.items():
            address = rights.filled(path, ids)
            yield from _in_address(method.upper(), path, address, operation)
            if "requestBody" in operation:
                yield from _in_body(method.upper(), _whole(address), _fields(schema, operation))


def _whole(address: str) -> str:
    """Nobody's id for what is left to fill in."""
    while "{" in address:
        head, _, rest = address.partition("{")
        address = head + str(uuid.uuid4()) + rest.partition("}")[2]
    return address


def _in_address(method: str, path: str, address: str, operation: dict[str, Any]) -> Iterator[Shot]:
    body = b"{}" if "requestBody" in operation else None
    for text in TEXTS if "{" in path else ():
        head, _, rest = path.partition("{")
        yield Shot(method, _whole(head + text + rest.partition("}")[2]), body, what=f"path {text[:12]}")
    asked = [one["name"] for one in operation.get("parameters", ()) if one["in"] == "query"]
    for name in [*asked, "id__in"]:
        for text in TEXTS:
            yield Shot(method, f"{_whole(address)}?{name}={text}", body, what=f"query {name}={text[:12]}")
    yield Shot(method, f"{_whole(address)}?{quote('%00')}=%00&=&&a[b]=c", body, what="query without sense")


def _in_body(method: str, address: str, fields: list[str]) -> Iterator[Shot]:
    for what, content in BODIES.items():
        yield Shot(method, address, content, what=f"body {what}")
    for of in TYPES:
        yield Shot(method, address, b"{}", of, what=f"type {of}")
    for field in fields:
        for what, value in VALUES.items():
            yield Shot(method, address, f"{{{json.dumps(field)}: {value}}}".encode(), what=f"field {field}: {what}")


def _fields(schema: dict[str, Any], operation: dict[str, Any]) -> list[str]:
    body = operation["requestBody"]["content"].get("application/json", {}).get("schema", {})
    named = body.get("$ref", "").rpartition("/")[2]
    return list((schema["components"]["schemas"][named] if named else body).get("properties", ()))


def judge(contract: Contract, shot: Shot, answer: httpx.Response) -> str:
    """What is wrong with the answer; nothing when the schema promises it."""
    if answer.status_code >= 500:  # noqa: PLR2004
        return f"{shot.method} {shot.path[:90]} ({shot.what}): {answer.status_code}"
    try:
        body = answer.json() if "json" in answer.headers.get("Content-Type", "") else answer.content
        path = shot.path.partition("?")[0]
        contract.check(
            shot.method,
            path,
            status=answer.status_code,
            content_type=answer.headers.get("Content-Type", ""),
            body=body,
        )
    except (Broken, ValueError) as reason:
        return "" if answer.status_code == 404 and "not in the schema" in str(reason) else f"{shot.what}: {reason}"  # noqa: PLR2004
    return ""
