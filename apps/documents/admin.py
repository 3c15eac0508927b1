"""What the desk needs of documents: an address, and the bytes behind it. Everything else is on the case."""

from collections.abc import Callable
from typing import Any

from django.http import HttpRequest, HttpResponse, HttpResponseBase, HttpResponseRedirect
from django.utils.cache import add_never_cache_headers
from django.utils.timezone import now
from django.views.decorators.http import require_GET

from apps.documents import services
from apps.documents.showing import shown
from apps.documents.store import Address
from apps.kernel.admin import officer
from apps.kernel.errors import DomainError


def lead_to(address: Callable[..., Address], request: HttpRequest, **what: Any) -> HttpResponse:
    """Redirect to where it can be read for a minute; who reads is written down. The caller checked whose it is."""
    actor, session = officer(request), request.session.session_key or ""
    try:
        response = HttpResponseRedirect(address(**what, actor=actor, session=session, at=now()).url)
    except DomainError as refused:
        return HttpResponse(str(refused.detail), status=404, content_type="text/plain; charset=utf-8")
    add_never_cache_headers(response)
    return response


@require_GET
def content(request: HttpRequest, reading: str) -> HttpResponseBase:
    """For the session that asked, for one minute. Wrap it in ``admin_view``: only staff comes here."""
    actor, session = officer(request), request.session.session_key or ""
    try:
        return shown(services.open_content(token=reading, actor=actor, session=session, at=now()))
    except DomainError as refused:
        return HttpResponse(str(refused.detail), status=404, content_type="text/plain; charset=utf-8")
