"""What names a payer, kept so that a copy of the database alone does not tell it."""

from functools import lru_cache

from cryptography.fernet import Fernet, InvalidToken, MultiFernet
from django.conf import settings
from django.utils.translation import gettext_lazy as _

from apps.kernel.errors import Conflict


def seal(content: bytes) -> bytes:
    """By the newest of ``PAYMENTS_KEYS``."""
    return _keys(tuple(settings.PAYMENTS_KEYS)).encrypt(content)


def unseal(sealed: bytes) -> bytes:
    """By whichever of ``PAYMENTS_KEYS`` fits. Raises ``Conflict`` (``sealed``) when none does."""
    try:
        return _keys(tuple(settings.PAYMENTS_KEYS)).decrypt(sealed)
    except InvalidToken:
        raise Conflict(_("No key of this installation opens this."), code="sealed") from None


@lru_cache
def _keys(keys: tuple[str, ...]) -> MultiFernet:
    return MultiFernet([Fernet(key) for key in keys])
