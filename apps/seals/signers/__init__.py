"""Where private keys live: one module per kind of key store; ``file`` is the first, an HSM may be the next."""

from apps.seals.signers import file
from apps.seals.signers.base import KeyStore, Sign, Signer, StoredKey, key_stores

__all__ = ["KeyStore", "Sign", "Signer", "StoredKey", "file", "key_stores"]
