"""Where private keys live: one module per kind of key store: encrypted files, or a hardware token."""

from apps.seals.signers import file, pkcs11
from apps.seals.signers.base import KeyStore, Sign, Signer, StoredKey, key_stores

__all__ = ["KeyStore", "Sign", "Signer", "StoredKey", "file", "key_stores", "pkcs11"]
