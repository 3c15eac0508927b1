"""The header of a seal, versions 3 and 4 (ICAO Doc 9303-13 §2.2)."""

import re
from datetime import date
from functools import lru_cache
from typing import NamedTuple

from apps.kernel.errors import Invalid
from apps.seals import c40
from apps.seals.vds import dates

MAGIC = b"\xdc"
V3, V4 = 3, 4
VERSIONS = {0x02: V3, 0x03: V4}
"""From the version byte to the version it stands for."""

NAMES_AT, V3_NAMES_END, V4_LENGTH_END = 2, 10, 8
LAST_OF_V3 = 5
RESERVED = b"\x00\xff"
REFERENCE = re.compile(r"[0-9A-F]{1,40}")
SIGNER = re.compile(r"[A-Z]{2}[A-Z0-9]{2}")
DECIMAL_LENGTHS = {"DEZV"}
"""Signers that write the length of the reference in decimal, against the standard; read, never written."""


class Names(NamedTuple):
    """``signer``: its country and name. ``reference``: the serial number of its certificate in hex."""

    issuing_state: str
    signer: str
    reference: str


class Header(NamedTuple):
    """A document's issuing state, signer, dates, and what kind of document it is (9303-13 §2.2)."""

    names: Names
    issued_on: date | None
    signed_on: date | None
    document_type: tuple[int, int]
    version: int = V4

    @property
    def key(self) -> str:
        """What finds the signer's certificate; leading zeros of the reference do not count."""
        return self.names.signer + (self.names.reference.lstrip("0") or "0")

    def encode(self) -> bytes:
        """18 bytes in version 3, 16 and the reference in version 4. Raises ``Invalid``."""
        head = bytes((self.version - 1,)) + _encoded(self.names, self.version)
        return MAGIC + head + dates.encode(self.issued_on) + dates.encode(self.signed_on) + bytes(self.document_type)


def decode(data: bytes) -> tuple[Header, int]:
    """Header and its length in bytes. Raises ``Invalid`` for anything that is not one."""
    version = VERSIONS.get(data[1]) if data.startswith(MAGIC) and len(data) > 1 else None
    if version is None:
        raise Invalid(code="vds_header")
    end = V3_NAMES_END if version == V3 else _end_of_names(data[NAMES_AT:V4_LENGTH_END])
    return _whole(data[NAMES_AT:end], data[end : end + 8], version), end + 8


# The same few names and days come again and again, so what they look like is remembered.


@lru_cache(maxsize=1024)
def _whole(names: bytes, rest: bytes, version: int) -> Header:
    if len(rest) < 8 or rest[6] in RESERVED or rest[7] in RESERVED:  # noqa: PLR2004
        raise Invalid(code="vds_header")
    document_type = rest[6], rest[7]
    return Header(_decoded(names, version), dates.decode(rest[:3]), dates.decode(rest[3:6]), document_type, version)


@lru_cache(maxsize=1024)
def _encoded(names: Names, version: int) -> bytes:
    if not SIGNER.fullmatch(names.signer) or not REFERENCE.fullmatch(names.reference):
        raise Invalid(code="vds_header")
    if version == V4:
        reference = f"{len(names.reference):02X}{names.reference}"
    elif len(names.reference) <= LAST_OF_V3:
        reference = names.reference.rjust(LAST_OF_V3, "0")
    else:
        raise Invalid(code="vds_header")
    return c40.encode(names.issuing_state.ljust(3, "<")) + c40.encode(names.signer + reference)


@lru_cache(maxsize=1024)
def _decoded(data: bytes, version: int) -> Names:
    state, text = c40.decode(data[:2]).rstrip(" "), c40.decode(data[2:])
    signer, reference = text[:4], text[4:] if version == V3 else text[6:]
    if not (state.isalpha() and SIGNER.fullmatch(signer) and REFERENCE.fullmatch(reference)):
        raise Invalid(code="vds_header")
    if version == V4 and len(reference) != _length(text):
        raise Invalid(code="vds_header")
    return Names(state, signer, reference)


@lru_cache(maxsize=1024)
def _end_of_names(data: bytes) -> int:
    """Of version 4: state, signer and length in six bytes, then the reference, three characters in two bytes."""
    return V4_LENGTH_END + 2 * -(-_length(c40.decode(data[2:])) // 3)


def _length(text: str) -> int:
    """How many characters the reference has: two digits after the signer's four."""
    signer, length = text[:4], text[4:6]
    if not REFERENCE.fullmatch(length) or len(length) != 2:  # noqa: PLR2004
        raise Invalid(code="vds_header")
    return int(length, 10 if signer in DECIMAL_LENGTHS and length.isdecimal() else 16)
