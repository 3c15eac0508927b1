"""How much anybody may send, decided before a byte of it is read (security U1)."""

from collections.abc import Callable

from django.conf import settings
from django.http import HttpRequest, HttpResponse
from django.utils.translation import gettext_lazy as _

from apps.kernel.api.problem import plain
from apps.kernel.errors import TooLarge

Handler = Callable[[HttpRequest], HttpResponse]


def body_limit(get_response: Handler) -> Handler:
    """413 for a body longer than this address takes (``BODY_LIMITS``), 411 for one of unknown length.

    The connection ends with the answer: gunicorn drains at most 64 KB of what nobody wanted.
    """

    def middleware(request: HttpRequest) -> HttpResponse:
        if "Transfer-Encoding" in request.headers:
            return plain(status=411, code="length_required", detail=_("Say with Content-Length how many bytes follow."))
        length = request.headers.get("Content-Length", "")
        if length.isascii() and length.isdigit() and (len(length) > 18 or int(length) > _most(request.path)):  # noqa: PLR2004
            return plain(status=413, code=TooLarge.code, detail=TooLarge.detail)
        return get_response(request)

    return middleware


def _most(path: str) -> int:
    own = (most for prefix, most in settings.BODY_LIMITS.items() if path.startswith(prefix))
    return int(next(own, settings.DATA_UPLOAD_MAX_MEMORY_SIZE))
