from datetime import datetime

from django.db import transaction
from django.utils.translation import gettext_lazy as _

from apps.accounts.models import User
from apps.kernel.errors import Conflict, Forbidden
from apps.kernel.workflow import Actor, By
from apps.outbox.services import publish
from apps.passkeys.events import PasskeyRemoved
from apps.passkeys.models import Passkey
from apps.passkeys.services.traces import note


@transaction.atomic
def remove(*, passkey: Passkey, by: User, at: datetime) -> None:
    """It and its sessions are worth nothing from the next request on. Twice does no harm.

    Raises ``Forbidden`` for somebody else's passkey, ``Conflict`` for one's own last: without it nobody gets in, so
    that is for an administrator.
    """
    if by.pk != passkey.user_id and not by.is_superuser:
        raise Forbidden
    owner = User.objects.select_for_update().get(pk=passkey.user_id)
    if not by.is_superuser and not Passkey.objects.of(owner).exclude(pk=passkey.pk).exists():
        raise Conflict(_("This is your last passkey. Only an administrator may remove it."), code="last_passkey")
    if Passkey.objects.of(owner).filter(pk=passkey.pk).update(removed_at=at):
        note("passkey_removed", user=owner, at=at, actor=Actor(By.OFFICER, by), passkey=str(passkey.pk))
        publish(PasskeyRemoved(user=str(owner.pk), passkey=str(passkey.pk)))
