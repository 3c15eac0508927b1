from datetime import datetime

from apps.accounts.models import Citizen, Consent, User
from apps.accounts.texts import agreed_text, consent_text

__all__ = ["consent_text", "give_consent"]


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
