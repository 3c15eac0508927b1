"""ETags from row versions: a cheap "nothing new", and no edit lost to another (RFC 9110 §8.8, §13)."""

from django.utils.translation import get_language
from rest_framework.request import Request
from rest_framework.response import Response

from apps.kernel.errors import Stale, VersionRequired
from apps.kernel.models import Record


def etag(record: Record) -> str:
    """The language is part of it, since it is part of what was read."""
    return f'"{record.version}.{get_language()}"'


def answer(request: Request, record: Record, body: object, status: int = 200) -> Response:
    """``body`` under the record's ETag, or 304 without body when the phone already has this version."""
    tag = etag(record)
    wanted = request.headers.get("If-None-Match", "")
    if request.method in {"GET", "HEAD"} and (tag in wanted or wanted.strip() == "*"):
        return Response(status=304, headers={"ETag": tag})
    return Response(body, status=status, headers={"ETag": tag})


def edited_version(request: Request) -> int:
    """The version the caller edited, from ``If-Match``. Raises ``VersionRequired`` or ``Stale``."""
    tag = request.headers.get("If-Match", "").strip()
    if not tag:
        raise VersionRequired
    number = tag.removeprefix("W/").strip('"').partition(".")[0]
    if not (number.isascii() and number.isdigit() and len(number) < 10):  # noqa: PLR2004
        raise Stale
    return int(number)
