"""The gravest acts are confirmed one by one; a confirmation serves one decision (security §6 "step-up as a fact")."""

import hashlib
from datetime import datetime
from uuid import UUID

from django.db import transaction
from django.utils.translation import gettext_lazy as _

from apps.accounts.models import User
from apps.kernel.errors import Forbidden
from apps.passkeys.models import Ceremony, Confirmation
from apps.passkeys.party import Party
from apps.passkeys.services.assertions import Refused, proof, verify
from apps.passkeys.services.traces import note


@transaction.atomic
def confirm(*, ceremony: Ceremony, what: str, answer: str, party: Party, at: datetime) -> Confirmation:
    """The officer of the ceremony confirms ``what``, which the passkey signed. Raises ``Refused``."""
    if ceremony.user is None or ceremony.what != what:
        raise Refused("something_else", ceremony.user)
    passkey = verify(ceremony=ceremony, answer=answer, party=party, at=at)
    made = Confirmation.objects.create(
        officer=passkey.user,
        passkey=passkey,
        what=what,
        what_sha256=_sha256(what),
        proof=proof(answer, bytes(ceremony.nonce)),
        at=at,
    )
    note("confirmed", user=passkey.user, at=at, confirmation=str(made.pk), passkey=str(passkey.pk))
    return made


def confirm_by_password(*, officer: User, what: str, at: datetime) -> Confirmation:
    """Sandbox only: a session that was opened by password has nothing better to show."""
    made = Confirmation.objects.create(officer=officer, what=what, what_sha256=_sha256(what), at=at)
    note("confirmed_by_password", user=officer, at=at, confirmation=str(made.pk))
    return made


def spend(*, confirmation: UUID, officer: User, what: str, at: datetime) -> None:
    """In the transaction of the decision: once, by whom and for what it was given. Raises ``Forbidden``."""
    usable = Confirmation.objects.filter(pk=confirmation, officer=officer, what_sha256=_sha256(what), used_at=None)
    if not usable.update(used_at=at):
        raise Forbidden(_("Please confirm this with your passkey."), code="confirmation_needed")


def _sha256(what: str) -> str:
    return hashlib.sha256(what.encode()).hexdigest()
