"""What signs. Bytes go in, a signature comes out; a private key never leaves its store."""

from collections.abc import Callable
from dataclasses import dataclass
from functools import lru_cache
from typing import Protocol

from apps.kernel.registry import Registry

Sign = Callable[[bytes], bytes]
"""ECDSA over P-256 with SHA-256 of the bytes given; the answer is raw r‖s, 64 bytes."""


class Signer(Protocol):
    """A key and the certificate that says whose it is."""

    @property
    def certificate_der(self) -> bytes: ...

    def sign(self, data: bytes) -> bytes:
        """As ``Sign``."""


class KeyStore(Protocol):
    """Keeps P-256 keys by name."""

    def generate(self, name: str) -> bytes:
        """Make a key of this name, never over another; its SubjectPublicKeyInfo in DER."""

    def open(self, name: str) -> Sign:
        """What signs with this key. Raises ``Unavailable`` (``signing_key_unavailable``)."""


key_stores: Registry[KeyStore] = Registry("key store")


@dataclass(frozen=True, slots=True)
class StoredKey:
    """A ``Signer`` over a key store. ``reference`` is ``store:name``."""

    certificate_der: bytes
    reference: str

    def sign(self, data: bytes) -> bytes:
        return _opened(self.reference)(data)


@lru_cache(maxsize=64)
def _opened(reference: str) -> Sign:
    """Once per process: opening takes a thousand times as long as signing."""
    store, _colon, name = reference.partition(":")
    return key_stores[store].open(name)
