"""Hashes of entries and of trees over them, as Certificate Transparency has them (RFC 6962 §2.1)."""

import hashlib
from collections.abc import Sequence

LEAF, NODE = b"\x00", b"\x01"
SIZE = 32
NOTHING = bytes(SIZE)
"""What the first batch names as its predecessor."""


def leaf(content: bytes) -> bytes:
    return hashlib.sha256(LEAF + content).digest()


def root(leaves: Sequence[bytes]) -> bytes:
    """The Merkle tree hash of leaf hashes, 32 bytes. An odd one is carried up, which is the tree of RFC 6962."""
    level = list(leaves)
    if not level:
        return hashlib.sha256().digest()
    while len(level) > 1:
        pairs = zip(level[::2], level[1::2], strict=False)
        carried = level[-1:] if len(level) % 2 else []
        level = [hashlib.sha256(NODE + left + right).digest() for left, right in pairs] + carried
    return level[0]
