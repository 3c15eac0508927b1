from datetime import datetime
from typing import Any

from django.db import transaction
from django.utils.translation import gettext_lazy as _

from apps.accounts.events import ConsentWithdrawn
from apps.accounts.models import Citizen, Consent, Scope, User
from apps.accounts.services import guardians
from apps.accounts.texts import FINAL, GUARDIAN_APPLICATION, GUARDIAN_DATA, agreed_text, consent_text
from apps.audit.services import record
from apps.kernel.errors import Conflict, Fault, Invalid, Unknown
from apps.kernel.workflow import Actor, By
from apps.outbox.services import publish

__all__ = ["agree", "consent_text", "give_consent", "withdraw_consent"]


def give_consent(
    *, user: User, citizen: Citizen, purpose: str, version: str, language: str, device: str, at: datetime
) -> Consent:
    """Write down that this text was agreed to (R20). Raises ``Unknown`` or ``Conflict`` when it is not in force."""
    text = agreed_text(purpose, version, language)
    return Consent.objects.create(
        user=user,
        citizen=citizen,
        purpose=purpose,
        text_version=text.version,
        text_sha256=text.sha256,
        language=text.language,
        device=device,
        at=at,
    )


@transaction.atomic
def agree(*, user: User, citizen: Any, purpose: str, version: str, language: str, device: str, at: datetime) -> Consent:
    """Consent to one purpose by itself, again after a withdrawal, or as a guardian.

    Raises ``Invalid`` for somebody else's citizen or a guardian's purpose without being the guardian, ``Conflict``
    for an outdated text or a declaration that is made elsewhere.
    """
    person = Citizen.objects.of(user, Scope.MANAGE).select_for_update(of=("self",)).filter(pk=citizen).first()
    if person is None:
        raise Invalid(faults=(Fault("/citizen", "does_not_exist", Unknown.detail),))
    if purpose in FINAL:
        raise Conflict(_("This is declared together with what it is about."), code="declared_elsewhere")
    if purpose in {GUARDIAN_DATA, GUARDIAN_APPLICATION} and not guardians.is_guardian(user=user, citizen=person):
        raise Invalid(faults=(Fault("/purpose", "not_a_guardian", _("Only a guardian can agree to this.")),))
    consent = give_consent(
        user=user, citizen=person, purpose=purpose, version=version, language=language, device=device, at=at
    )
    _note("consent_given", consent, at)
    return consent


@transaction.atomic
def withdraw_consent(*, user: User, pk: Any, at: datetime) -> Consent:
    """From now on nothing new rests on it; the row stays, as the proof of what was agreed to. Twice does no harm.

    Raises ``Unknown``, ``Conflict`` for a declaration, which is final.
    """
    consent = Consent.objects.of(user).select_for_update(of=("self",)).filter(pk=pk).first()
    if consent is None:
        raise Unknown
    if consent.purpose in FINAL:
        raise Conflict(_("This declaration cannot be withdrawn."), code="consent_final")
    if consent.withdrawn_at is None:
        consent.withdrawn_at = at
        consent.save(update_fields=["withdrawn_at"])
        _note("consent_withdrawn", consent, at)
        facts = {"citizen": str(consent.citizen_id), "purpose": consent.purpose}
        publish(ConsentWithdrawn(consent=str(consent.pk), **facts))
    return consent


def _note(action: str, consent: Consent, at: datetime) -> None:
    actor, subject = Actor(By.APPLICANT, consent.user), f"citizen:{consent.citizen_id}"
    said = {"purpose": consent.purpose, "consent": str(consent.pk)}
    record(actor=actor, action=action, subject=subject, at=at, citizen=consent.citizen_id, **said)
