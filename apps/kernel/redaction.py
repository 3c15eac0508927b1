"""Personal data does not reach a log: names by key, numbers and addresses by shape."""

import re
from typing import Any

PRIVATE = {
    "name", "surname", "given_names", "email", "phone", "address", "identity_number", "passport_number", "token",
    "code", "authorization", "password", "secret", "born_on", "answers", "body",
}  # fmt: skip
SHAPES = re.compile(
    # no \b: in Chinese text a number stands right between letters
    r"(?<![0-9A-Za-z])(?:"
    r"\d{17}[\dXx]"  # mainland identity number
    r"|[A-Z]{1,2}\d{7,8}"  # passport or travel document number
    r"|1[3-9]\d{9}"  # mainland mobile number
    r")(?![0-9A-Za-z])"
    r"|[\w.+-]{1,64}(?:@|%40)[\w-]+(?:\.[\w-]+)+"  # e-mail address
    r"|(?:\+|%2B)\d[\d ().-]{6,20}\d"  # international phone number
    r"|(?<=Failing row contains ).*"  # PostgreSQL explains a constraint with the whole row,
    r"|(?<=\)=)\(.*\)(?= already exists)"  # or with the values that clash
)
HIDDEN = "[redacted]"


def _clean(value: Any) -> Any:
    if isinstance(value, str):
        return SHAPES.sub(HIDDEN, value)
    if isinstance(value, dict):
        return {name: _clean_field(str(name), inner) for name, inner in value.items()}
    if isinstance(value, list | tuple | set | frozenset):
        return [_clean(inner) for inner in value]
    if value is None or isinstance(value, bool | int | float):
        return value
    # a row prints as whatever its people are called
    return f"{type(value).__name__} {value.pk}" if hasattr(value, "pk") else SHAPES.sub(HIDDEN, repr(value))


def _clean_field(name: str, value: Any) -> Any:
    """A number under a private name is none of a person's: ``code`` is an HTTP status far more often."""
    return HIDDEN if name.lower() in PRIVATE and not isinstance(value, int) else _clean(value)


def redact(logger: Any, method: str, entry: dict[str, Any]) -> dict[str, Any]:
    """A structlog processor; the last before rendering, so that traces are cleaned as well."""
    cleaned: dict[str, Any] = _clean(entry)
    if isinstance(cleaned.get("request"), str):
        # "GET /path?query": what people search for is theirs
        cleaned["request"] = cleaned["request"].partition("?")[0]
    return cleaned
