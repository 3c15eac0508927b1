"""Lengths of features and signature: DER in version 4, one byte in version 3 (ICAO Doc 9303-13 §2.3)."""

from apps.kernel.errors import Invalid

SHORT = 0x80
LONGEST = 0xFFFF


def encode_length(length: int) -> bytes:
    """One to three bytes, the shortest form. Raises ``Invalid`` (``vds_length``) beyond 65,535."""
    if length < SHORT:
        return bytes([length])
    if length > LONGEST:
        raise Invalid(code="vds_length")
    octets = length.to_bytes(1 if length < 0x100 else 2, "big")  # noqa: PLR2004
    return bytes([SHORT | len(octets)]) + octets


def decode_length(data: bytes, at: int, *, der: bool = True) -> tuple[int, int]:
    """The length written at this offset, and the offset behind it. Raises ``Invalid`` (``vds_length``)."""
    if at >= len(data):
        raise Invalid(code="vds_length")
    first = data[at]
    if first < SHORT or not der:
        return first, at + 1
    end = at + 1 + (first & 0x7F)
    length = int.from_bytes(data[at + 1 : end], "big")
    if end > len(data) or length > LONGEST or encode_length(length) != data[at:end]:
        raise Invalid(code="vds_length")
    return length, end
