"""The officer hears of every change to the ways into the account, where an address is known."""

from django.utils.translation import gettext as _
from django.utils.translation import override

from apps.accounts.channels.email import deliver
from apps.accounts.models import User
from apps.outbox.events import Job, effect
from apps.passkeys.events import OfficerInvited, PasskeyAdded, PasskeyRemoved
from apps.passkeys.models import Passkey


@effect(OfficerInvited, queue="messages")
def tell_of_the_link(event: OfficerInvited, job: Job) -> None:
    user = User.objects.get(pk=event.user)
    with override(user.language):
        _tell(user, job, _("A link to add a passkey to your account %(name)s was made.") % _who(user))


@effect(PasskeyAdded, queue="messages")
def tell_of_a_new_passkey(event: PasskeyAdded, job: Job) -> None:
    passkey = Passkey.objects.select_related("user").get(pk=event.passkey)
    with override(passkey.user.language):
        said = _("The passkey “%(passkey)s” was added to your account %(name)s.")
        _tell(passkey.user, job, said % {"passkey": passkey.name, **_who(passkey.user)})


@effect(PasskeyRemoved, queue="messages")
def tell_of_a_removed_passkey(event: PasskeyRemoved, job: Job) -> None:
    passkey = Passkey.objects.select_related("user").get(pk=event.passkey)
    with override(passkey.user.language):
        said = _("The passkey “%(passkey)s” was removed from your account %(name)s.")
        _tell(passkey.user, job, said % {"passkey": passkey.name, **_who(passkey.user)})


def _who(user: User) -> dict[str, str]:
    return {"name": user.get_username()}


def _tell(user: User, job: Job, what: str) -> None:
    """After a crash the same mail may come twice, under one Message-ID."""
    if user.email:
        body = "\n\n".join([what, _("If you know nothing of this, tell your administrator at once.")])
        deliver(to=user.email, subject=_("China Consular: your way in has changed"), body=body, key=job.key)
    with job.finish():
        pass
