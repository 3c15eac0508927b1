"""Personal data does not reach a log: names by key, numbers and addresses by shape."""

import re
from typing import Any

PRIVATE = {
    "name", "surname", "given_names", "email", "phone", "address", "identity_number", "passport_number", "token",
    "code", "authorization", "password", "secret", "born_on", "answers", "body",
}  # fmt: skip
SHAPES = re.compile(
    r"\b\d{17}[\dXx]\b"  # mainland identity number
    r"|\b[A-Z]{1,2}\d{7,8}\b"  # passport or travel document number
    r"|[\w.+-]+@[\w-]+(?:\.[\w-]+)+"  # e-mail address
    r"|\+\d[\d -]{6,}\d"  # international phone number
)
HIDDEN = "[redacted]"


def _clean(value: Any) -> Any:
    if isinstance(value, str):
        return SHAPES.sub(HIDDEN, value)
    if isinstance(value, dict):
        return {name: HIDDEN if name in PRIVATE else _clean(inner) for name, inner in value.items()}
    if isinstance(value, (list, tuple)):
        return [_clean(inner) for inner in value]
    return value


def redact(logger: Any, method: str, entry: dict[str, Any]) -> dict[str, Any]:
    """A structlog processor; the last before rendering, so that traces are cleaned as well."""
    cleaned: dict[str, Any] = _clean(entry)
    return cleaned
