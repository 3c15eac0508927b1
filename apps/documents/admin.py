"""What the desk needs of documents: the bytes behind an address it was given. Everything else is on the case."""

from django.http import HttpRequest, HttpResponse, HttpResponseBase
from django.utils.timezone import now
from django.views.decorators.http import require_GET

from apps.documents import services
from apps.documents.showing import shown
from apps.kernel.errors import DomainError
from apps.kernel.workflow import Actor, By


@require_GET
def content(request: HttpRequest, reading: str) -> HttpResponseBase:
    """For the session that asked, for one minute. Wrap it in ``admin_view``: only staff comes here."""
    actor, session = Actor(By.OFFICER, request.user), request.session.session_key or ""
    try:
        return shown(services.open_content(token=reading, actor=actor, session=session, at=now()))
    except DomainError as refused:
        return HttpResponse(str(refused.detail), status=404, content_type="text/plain; charset=utf-8")
