"""Ask for the passkey again, for one act: options for the page, proof for the service that decides."""

from datetime import datetime
from typing import Any

from django.http import HttpRequest

from apps.kernel.errors import DomainError, Forbidden
from apps.passkeys import services
from apps.passkeys.admin import ceremonies, session
from apps.passkeys.models import Confirmation
from apps.passkeys.party import party
from apps.passkeys.statuses import Purpose

LONGEST = 200


@ceremonies.options
def confirm_options(request: HttpRequest, at: datetime) -> dict[str, Any]:
    """For a form marked ``data-passkey="get"``; its field ``confirm`` names the act."""
    what, user = request.POST.get("confirm", ""), session.officer_of(request)
    if not what or len(what) > LONGEST or "\0" in what:
        raise Forbidden
    return dict(ceremonies.asked(request, purpose=Purpose.CONFIRM, user=user, what=what, at=at))


def confirmed(request: HttpRequest, *, what: str, at: datetime) -> Confirmation:
    """What the form that is being handled brought along, verified and stored; ``services.spend`` uses it up.

    ``what`` is the server's own description of the act: another act than the one that was signed is refused.
    Raises ``Forbidden`` (``confirmation_needed``, ``ceremony_over``) or ``Refused``; a failure is audited.
    Must not be called inside the transaction of the decision: a rollback would give the question back.
    """
    officer = session.officer_of(request)
    if session.opened_by_password(request):
        return services.confirm_by_password(officer=officer, what=what, at=at)
    try:
        ceremony = ceremonies.answered(request, purpose=Purpose.CONFIRM, at=at)
        answer = request.POST.get("credential", "")
        made = services.confirm(ceremony=ceremony, what=what, answer=answer, party=party(request), at=at)
    except DomainError as refused:
        why = getattr(refused, "why", refused.code)
        services.note_failure("confirmation_failed", why=why, user=officer, at=at)
        raise
    if made.passkey:
        session.shown(request, passkey=made.passkey, at=at)
    return made
