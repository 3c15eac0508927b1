"""Bodies and queries, field by field: what is not known is refused, what is known has one type."""

import json
import re
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any
from urllib.parse import urlsplit

from deploy.simulators.wechat_pay.trouble import wrong

LARGEST_AMOUNT = 10**12


@dataclass(frozen=True)
class Field:
    """``pattern`` for text; ``of`` for objects; ``most`` is characters of text or the largest number."""

    kind: type
    required: bool = False
    most: int = 255
    pattern: str = ""
    of: "Mapping[str, Field] | None" = None


Spec = Mapping[str, Field]


def text(most: int, *, required: bool = False, pattern: str = "") -> Field:
    return Field(str, required, most, pattern)


def whole(*, required: bool = False) -> Field:
    return Field(int, required, LARGEST_AMOUNT)


def inner(of: Spec, *, required: bool = False) -> Field:
    return Field(dict, required, of=of)


def body(content: bytes) -> dict[str, Any]:
    """A JSON object. Raises ``Trouble`` for anything else, repeated names included."""
    try:
        data = json.loads(content.decode(), object_pairs_hook=_once, parse_constant=_no_constant)
    except (ValueError, RecursionError):
        raise wrong("/", "请求体不是合法的JSON") from None
    if not isinstance(data, dict):
        raise wrong("/", "请求体应为JSON对象")
    return data


def check(given: Mapping[str, Any], spec: Spec, location: str = "body", path: str = "") -> None:
    """Raises ``Trouble`` at the first field that is missing, unknown or wrong."""
    for name in given:
        if name not in spec:
            raise wrong(f"{path}/{name}", "未知的字段", location)
    for name, field in spec.items():
        if name in given:
            _check_one(given[name], field, location, f"{path}/{name}")
        elif field.required:
            raise wrong(f"{path}/{name}", "缺少必填字段", location)


def _check_one(value: Any, field: Field, location: str, path: str) -> None:
    if type(value) is not field.kind:
        raise wrong(path, f"类型错误，应为{field.kind.__name__}", location)
    if isinstance(value, str):
        _check_text(value, field, location, path)
    if type(value) is int and not 0 < value <= field.most:
        raise wrong(path, "数值超出范围", location)
    if isinstance(value, dict) and field.of is not None:
        check(value, field.of, location, path)


def _check_text(value: str, field: Field, location: str, path: str) -> None:
    if not value or len(value) > field.most:
        raise wrong(path, "长度错误", location)
    if field.pattern and not re.fullmatch(field.pattern, value):
        raise wrong(path, "格式错误", location)


def check_url(value: str, path: str) -> None:
    """Where notices go: reachable, and without a query. That it is on the loopback is allowed here alone."""
    try:
        parts = urlsplit(value)
        is_good = parts.scheme in {"http", "https"} and bool(parts.hostname) and parts.port != 0
    except ValueError:
        is_good = False
    if not is_good or "?" in value or "#" in value or not value.isascii() or " " in value:
        raise wrong(path, "回调地址格式错误，不能携带参数")


def _once(pairs: list[tuple[str, Any]]) -> dict[str, Any]:
    found = dict(pairs)
    if len(found) != len(pairs):
        raise ValueError("a name appears twice")
    return found


def _no_constant(name: str) -> None:
    raise ValueError(name)
