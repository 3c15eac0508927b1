"""What signs. Bytes go in, a signature comes out; a private key never leaves its store."""

from collections.abc import Callable
from dataclasses import dataclass
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

    def sign(self, name: str, data: bytes) -> bytes:
        """As ``Sign``. Raises ``Unavailable`` (``signing_key_unavailable``)."""


key_stores: Registry[KeyStore] = Registry("key store")


@dataclass(frozen=True, slots=True)
class StoredKey:
    """A ``Signer`` over a key store. ``reference`` is ``store:name``."""

    certificate_der: bytes
    reference: str

    def sign(self, data: bytes) -> bytes:
        store, _colon, name = self.reference.partition(":")
        return key_stores[store].sign(name, data)
