"""Requests to ``mrz``."""

from django.utils import timezone

from apps.kernel.errors import DomainError
from apps.seals import mrz
from apps.seals.batch.lines import Json, Malformed, moment, text, texts

FIELDS = (
    *("profile", "surname", "given_names", "number", "nationality", "birth", "sex", "expiry"),
    *("issuing_state", "optional", "document_code", "romanisation"),
)


def answer(request: Json) -> Json:
    """Lines for fields, or fields for lines. Raises ``Malformed``."""
    try:
        if "lines" in request:
            return _read(request)
        return {"lines": mrz.build(**{field: text(request, field) for field in FIELDS})}
    except DomainError as error:
        return {"code": error.code, "detail": str(error)}


def refuse(reason: str) -> Json:
    return {"code": "malformed_request", "detail": reason}


def _read(request: Json) -> Json:
    lines = texts(request, "lines")
    try:
        at = moment(text(request, "on")) if request.get("on") is not None else timezone.now()
    except ValueError:
        raise Malformed("on is not an ISO 8601 date") from None
    return mrz.parse(lines, on=at.date()).as_json()
