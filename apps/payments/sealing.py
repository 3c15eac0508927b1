"""What names a payer, kept so that a copy of the database alone does not tell it.

By keys derived from ``FILE_KEYS`` (HKDF-SHA256, RFC 5869): the newest seals, any of them opens.
"""

from base64 import b64decode, urlsafe_b64encode
from functools import lru_cache

from cryptography.fernet import Fernet, InvalidToken, MultiFernet
from cryptography.hazmat.primitives.hashes import SHA256
from cryptography.hazmat.primitives.kdf.hkdf import HKDF
from django.conf import settings
from django.utils.translation import gettext_lazy as _

from apps.kernel.errors import Conflict


def seal(content: bytes) -> bytes:
    return _keys(tuple(settings.FILE_KEYS)).encrypt(content)


def unseal(sealed: bytes) -> bytes:
    """Raises ``Conflict`` (``sealed``) when no key opens it."""
    try:
        return _keys(tuple(settings.FILE_KEYS)).decrypt(sealed)
    except InvalidToken:
        raise Conflict(_("No key of this installation opens this."), code="sealed") from None


@lru_cache
def _keys(entries: tuple[str, ...]) -> MultiFernet:
    return MultiFernet([Fernet(_derived(entry.partition(":")[2])) for entry in entries])


def _derived(key: str) -> bytes:
    return urlsafe_b64encode(HKDF(SHA256(), 32, None, b"consular payments").derive(b64decode(key)))
