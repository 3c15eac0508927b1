"""Somebody's paper as an HTTP answer: as what it is, for nobody's cache, and unable to do anything."""

from django.http import StreamingHttpResponse
from django.utils.http import content_disposition_header

from apps.documents.services import Opened

HARMLESS = {
    "X-Content-Type-Options": "nosniff",
    "Content-Security-Policy": "sandbox; default-src 'none'",
    "Cross-Origin-Resource-Policy": "same-origin",
    "Cache-Control": "private, no-store",
    "Accept-Ranges": "none",
}


def shown(opened: Opened) -> StreamingHttpResponse:
    """A picture in the page, anything else as a download: a browser shows no PDF in a sandbox (RFC 6266)."""
    response = StreamingHttpResponse(opened.parts, content_type=opened.content_type)
    is_picture = opened.content_type.startswith("image/")
    response["Content-Disposition"] = str(content_disposition_header(not is_picture, opened.filename))
    response["Content-Length"] = str(opened.size)
    for name, value in HARMLESS.items():
        response[name] = value
    return response
