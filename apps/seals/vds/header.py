"""The header of a seal, versions 3 and 4 (ICAO Doc 9303-13 §2.2)."""

import re
from dataclasses import dataclass
from datetime import date

from apps.kernel.errors import Invalid
from apps.seals import c40
from apps.seals.vds import dates

MAGIC = 0xDC
VERSIONS = {2: 3, 3: 4}
"""From the version byte to the version it stands for."""

LAST_OF_V3 = 5
REFERENCE = re.compile(r"[0-9A-F]{1,40}")
SIGNER = re.compile(r"[A-Z]{2}[A-Z0-9]{2}")
DECIMAL_LENGTHS = {"DEZV"}
"""Signers that write the length of the reference in decimal, against the standard; read, never written."""


@dataclass(frozen=True, slots=True)
class Header:
    """``signer`` is country and name of the signer, ``reference`` its certificate's serial number in hex."""

    issuing_state: str
    signer: str
    reference: str
    issued_on: date | None
    signed_on: date | None
    definition: int
    category: int
    version: int = 4

    @property
    def key(self) -> str:
        """What finds the signer's certificate; leading zeros of the reference do not count."""
        return self.signer + (self.reference.lstrip("0") or "0")

    @property
    def document_type(self) -> tuple[int, int]:
        return self.definition, self.category

    def encode(self) -> bytes:
        """18 bytes in version 3, 16 and the reference in version 4. Raises ``Invalid``."""
        return b"".join(
            (
                bytes((MAGIC, self.version - 1)),
                c40.encode(self.issuing_state.ljust(3, "<")),
                c40.encode(self._signer_and_reference()),
                dates.encode(self.issued_on),
                dates.encode(self.signed_on),
                bytes(self.document_type),
            )
        )

    def _signer_and_reference(self) -> str:
        if not SIGNER.fullmatch(self.signer) or not REFERENCE.fullmatch(self.reference):
            raise Invalid(code="vds_header")
        if self.version == 4:  # noqa: PLR2004
            return f"{self.signer}{len(self.reference):02X}{self.reference}"
        if len(self.reference) > LAST_OF_V3:
            raise Invalid(code="vds_header")
        return self.signer + self.reference.rjust(LAST_OF_V3, "0")


def decode(data: bytes) -> tuple[Header, int]:
    """Header and its length in bytes. Raises ``Invalid`` for anything that is not one."""
    if len(data) < 4 or data[0] != MAGIC or data[1] not in VERSIONS:  # noqa: PLR2004
        raise Invalid(code="vds_header")
    version = VERSIONS[data[1]]
    signer, reference, end = (_signer_v3 if version == 3 else _signer_v4)(data)  # noqa: PLR2004
    if len(data) < end + 8 or not SIGNER.fullmatch(signer) or not REFERENCE.fullmatch(reference):
        raise Invalid(code="vds_header")
    header = Header(
        issuing_state=_state(data[2:4]),
        signer=signer,
        reference=reference,
        issued_on=dates.decode(data[end : end + 3]),
        signed_on=dates.decode(data[end + 3 : end + 6]),
        definition=_known(data[end + 6]),
        category=_known(data[end + 7]),
        version=version,
    )
    return header, end + 8


def _signer_v3(data: bytes) -> tuple[str, str, int]:
    text = c40.decode(data[4:10])
    return text[:4], text[4:], 10


def _signer_v4(data: bytes) -> tuple[str, str, int]:
    text = c40.decode(data[4:8])
    signer, length = text[:4], text[4:]
    if not REFERENCE.fullmatch(length):
        raise Invalid(code="vds_header")
    decimal = signer in DECIMAL_LENGTHS and length.isdecimal()
    size = int(length, 10 if decimal else 16)
    end = 8 + 2 * -(-size // 3)
    reference = c40.decode(data[8:end])
    if len(reference) != size:
        raise Invalid(code="vds_header")
    return signer, reference, end


def _state(data: bytes) -> str:
    state = c40.decode(data).rstrip(" ")
    if not state.isalpha():
        raise Invalid(code="vds_header")
    return state


def _known(value: int) -> int:
    if value in {0, 0xFF}:
        raise Invalid(code="vds_header")
    return value
