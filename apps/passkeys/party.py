"""For whom a passkey works: this desk, at this address, and nowhere else (Web Authentication §5.1.2, §13.4.9)."""

from dataclasses import dataclass
from urllib.parse import urlsplit

from django.conf import settings
from django.http import HttpRequest
from django.urls import reverse
from django.utils.translation import gettext as _

NAMED = "localhost"
"""A passkey belongs to a name, never to a number like 127.0.0.1."""


@dataclass(frozen=True, slots=True)
class Party:
    """The relying party: ``id`` is its host name, ``origin`` scheme, host and port."""

    id: str
    origin: str
    name: str


def party(request: HttpRequest) -> Party:
    """As configured; in the sandbox, whose port differs, the address that was called under its name."""
    address = urlsplit(settings.STAFF_URL)
    host = address.hostname or ""
    origin = f"{address.scheme}://{address.netloc}"
    if settings.SANDBOX:
        port = urlsplit(f"//{request.get_host()}").port
        host, origin = NAMED, f"{request.scheme}://{NAMED}" + (f":{port}" if port else "")
    return Party(id=host, origin=origin, name=_("China Consular"))


def enrolment_address(token: str) -> str:
    """To be handed over. The secret stands after the ``#``: no server log ever sees it."""
    return f"{settings.STAFF_URL}{reverse('passkeys:enrol')}#{token}"


def named_address(request: HttpRequest) -> str:
    """The sandbox under the name at which passkeys work, if it was called by a number; otherwise nothing."""
    if not settings.SANDBOX or request.get_host().partition(":")[0] == NAMED:
        return ""
    return party(request).origin + request.get_full_path()
