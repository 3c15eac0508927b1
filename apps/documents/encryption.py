"""Files at rest: authenticated encryption in pieces, so that a large one is never whole in memory.

A blob is a header and pieces of 1 MiB, each sealed with AES-256-GCM (NIST SP 800-38D) in the STREAM construction
(Hoang, Reyhanitabar, Rogaway, Vizár: CRYPTO 2015): the nonce holds the piece's number and whether it is the last, so
pieces can be neither moved, left out nor added. Header and place of the blob are authenticated with every piece.

Header, 64 bytes: ``CCF``, version (1), suite (1), 3 zero bytes, id of the citizen's key (16), salt (32), nonce prefix
(7), 1 zero byte. Each blob has a key of its own, made by HKDF-SHA-256 (RFC 5869) from the citizen's key and the salt.
"""

import os
import struct
from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass
from uuid import UUID

from cryptography.exceptions import InvalidTag
from cryptography.hazmat.primitives.ciphers.aead import AESGCM
from cryptography.hazmat.primitives.hashes import SHA256
from cryptography.hazmat.primitives.kdf.hkdf import HKDF

PIECE = 1024 * 1024
TAG = 16
KEY = 32
NONCE = 12
_HEADER = struct.Struct(">3sBB3x16s32s7sx")
_MAGIC, _VERSION, _AES_256_GCM = b"CCF", 1, 1
MOST_PIECES = 2**32


class Tampered(Exception):
    """These bytes are not the ones that were stored here."""


@dataclass(frozen=True, slots=True)
class Place:
    """Where a blob belongs: a copy of it anywhere else does not open."""

    citizen: UUID
    key: str
    """In the object store."""
    purpose: str

    def __bytes__(self) -> bytes:
        return b"\0".join([self.citizen.bytes, self.purpose.encode(), self.key.encode()])


def sealed_size(size: int) -> int:
    """How many bytes of blob so many bytes of content become."""
    return _HEADER.size + size + TAG * max(1, -(-size // PIECE))


def content_size(sealed: int) -> int:
    """The other way round; 0 for what is too short to be a blob."""
    body = sealed - _HEADER.size
    return max(0, body - TAG * -(-body // (PIECE + TAG)))


def encrypt(content: Iterable[bytes], *, key: bytes, key_id: UUID, place: Place) -> Iterator[bytes]:
    """The blob, in parts. ``key`` is the citizen's, 32 bytes."""
    salt, prefix = os.urandom(32), os.urandom(7)
    header = _HEADER.pack(_MAGIC, _VERSION, _AES_256_GCM, key_id.bytes, salt, prefix)
    cipher, bound = _cipher(key, salt), header + bytes(place)
    yield header
    for number, piece, is_last in _numbered(_pieces(content, PIECE)):
        yield cipher.encrypt(_nonce(prefix, number, is_last=is_last), piece, bound)


def decrypt(blob: Iterable[bytes], *, key_of: Callable[[UUID], bytes], place: Place) -> Iterator[bytes]:
    """The content, in parts, each one proven before it is given out.

    ``key_of`` finds the citizen's key by its id. Raises ``Tampered`` for anything that was not stored at this place.
    """
    parts = _exactly(blob)
    header = parts(_HEADER.size)
    if len(header) != _HEADER.size or header[:5] != bytes([*_MAGIC, _VERSION, _AES_256_GCM]):
        raise Tampered
    _, _, _, key_id, salt, prefix = _HEADER.unpack(header)
    cipher, bound = _cipher(key_of(UUID(bytes=key_id)), salt), header + bytes(place)
    rest = iter(lambda: parts(PIECE + TAG), b"")
    for number, piece, is_last in _numbered(rest):
        try:
            yield cipher.decrypt(_nonce(prefix, number, is_last=is_last), piece, bound)
        except InvalidTag:
            raise Tampered from None


def wrap(key: bytes, *, kek: bytes, bound: bytes) -> bytes:
    """A key under another one; ``bound`` is what it is for, and must be the same to unwrap it."""
    nonce = os.urandom(NONCE)
    return nonce + AESGCM(kek).encrypt(nonce, key, bound)


def unwrap(wrapped: bytes, *, kek: bytes, bound: bytes) -> bytes:
    """Raises ``Tampered``."""
    try:
        return AESGCM(kek).decrypt(wrapped[:NONCE], wrapped[NONCE:], bound)
    except (InvalidTag, ValueError):
        raise Tampered from None


def _cipher(key: bytes, salt: bytes) -> AESGCM:
    return AESGCM(HKDF(SHA256(), KEY, salt, b"consular file").derive(key))


def _nonce(prefix: bytes, number: int, *, is_last: bool) -> bytes:
    return prefix + struct.pack(">IB", number, is_last)


def _pieces(content: Iterable[bytes], size: int) -> Iterator[bytes]:
    """The same bytes in pieces of one size, the last one shorter; at least one, which may be empty."""
    parts = _exactly(content)
    yield parts(size)
    yield from iter(lambda: parts(size), b"")


def _numbered(pieces: Iterable[bytes]) -> Iterator[tuple[int, bytes, bool]]:
    """Each with its number, and whether it is the last: one is always held back to know."""
    number, held = 0, None
    for piece in pieces:
        if held is not None:
            yield number, held, False
            number += 1
        held = piece
    if held is None or number >= MOST_PIECES:
        raise Tampered
    yield number, held, True


def _exactly(parts: Iterable[bytes]) -> Callable[[int], bytes]:
    """A reader of exactly so many bytes, fewer only at the end."""
    source, buffer = iter(parts), bytearray()

    def read(size: int) -> bytes:
        while len(buffer) < size:
            part = next(source, None)
            if part is None:
                break
            buffer.extend(part)
        taken = bytes(buffer[:size])
        del buffer[:size]
        return taken

    return read
