"""Requests to ``verify``."""

import base64
from datetime import datetime

from django.utils import timezone

from apps.seals.batch.lines import Json, Malformed, moment, text, texts
from apps.seals.trust import Trust, trust_in
from apps.seals.verdicts import Code, Verdict
from apps.seals.verification import AUTO, verify


def answer(request: Json) -> Json:
    """Raises ``Malformed``."""
    if not isinstance(request.get("data"), str):
        raise Malformed("data is not a string")
    verdict = verify(
        request["data"],
        format=text(request, "format") or AUTO,
        trust=_trust(texts(request, "certificates"), texts(request, "void")),
        at=_moment(request),
        printed_mrz=texts(request, "printed_mrz"),
    )
    return verdict.as_json()


def refuse(reason: str) -> Json:
    return Verdict(Code.MALFORMED_REQUEST, detail=reason).as_json()


def _trust(certificates: list[str], void: list[str]) -> Trust:
    try:
        ders = tuple(base64.b64decode("".join(each.split()), validate=True) for each in certificates)
        return trust_in(ders, frozenset(void))
    except ValueError:
        raise Malformed("certificates are not base64") from None


def _moment(request: Json) -> datetime:
    try:
        return moment(text(request, "at")) if request.get("at") is not None else timezone.now()
    except ValueError:
        raise Malformed("at is not an ISO 8601 time") from None
