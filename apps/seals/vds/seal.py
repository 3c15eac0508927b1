"""A whole seal: header, message zone, signature zone (ICAO Doc 9303-13 §2)."""

from typing import NamedTuple

from apps.kernel.errors import Invalid
from apps.seals.der import decode_length, encode_length
from apps.seals.vds.header import V4, Header
from apps.seals.vds.header import decode as decode_header

SIGNATURE = 0xFF


class Feature(NamedTuple):
    tag: int
    value: bytes


class Seal(NamedTuple):
    """``signed`` is what the signature is over, byte for byte as received; ``signature`` is raw r‖s."""

    header: Header
    features: tuple[Feature, ...]
    signed: bytes
    signature: bytes

    def feature(self, tag: int) -> bytes | None:
        return next((feature.value for feature in self.features if feature.tag == tag), None)


def unsigned(header: Header, features: tuple[Feature, ...]) -> bytes:
    """What is to be signed. Version 4 only: we write no other."""
    zone = [bytes([tag]) + encode_length(len(value)) + value for tag, value in features]
    return header.encode() + b"".join(zone)


def signed(message: bytes, signature: bytes) -> bytes:
    return message + bytes([SIGNATURE]) + encode_length(len(signature)) + signature


def decode(data: bytes) -> Seal:
    """Raises ``Invalid`` for anything that is not exactly one seal; nothing may follow the signature."""
    header, at = decode_header(data)
    der = header.version == V4
    features: list[Feature] = []
    while at < len(data):
        tag, start = data[at], at
        length, at = decode_length(data, at + 1, der=der)
        value, at = data[at : at + length], at + length
        if tag == SIGNATURE:
            if not length or at != len(data):
                raise Invalid(code="vds_signature")
            return Seal(header, tuple(features), data[:start], value)
        if len(value) != length:
            raise Invalid(code="vds_feature")
        features.append(Feature(tag, value))
    raise Invalid(code="vds_signature")
