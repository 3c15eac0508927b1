"""Detached CMS signatures for PDFs: RFC 5652, RFC 5035, PAdES baseline B (ETSI EN 319 142-1 §6.3).

pyHanko makes these too, but rebuilds the whole ASN.1 tree twice for each document, three quarters of its time.
Only digest and signature differ between documents, so all else is encoded once per certificate.
"""

from collections.abc import Sequence
from hashlib import sha256

from asn1crypto import algos, cms, tsp, x509

from apps.seals.der import encode_length

SEQUENCE, SET, OCTETS, CONTEXT_0 = 0x30, 0x31, 0x04, 0xA0
VERSION_1 = b"\x02\x01\x01"
LONGEST_SIGNATURE = 72
"""ECDSA over P-256 in DER."""

SHA256 = algos.DigestAlgorithm({"algorithm": "sha256"})
ECDSA_SHA256 = algos.SignedDigestAlgorithm({"algorithm": "sha256_ecdsa"})


class Envelope:
    """The signatures of one signer; ``chain`` are the certificates that go with them, the signer's first."""

    def __init__(self, chain: Sequence[bytes]) -> None:
        signer = x509.Certificate.load(chain[0])
        sid = cms.IssuerAndSerialNumber({"issuer": signer.issuer, "serial_number": signer.serial_number})
        self._fixed_attributes = _fixed_attributes(chain[0])
        self._signer_head = VERSION_1 + sid.dump() + SHA256.dump()
        content = cms.ContentInfo({"content_type": "data"}).dump()
        certificates = _tlv(CONTEXT_0, b"".join(sorted(chain)))
        self._head = VERSION_1 + _tlv(SET, SHA256.dump()) + content + certificates

    @property
    def longest(self) -> int:
        """Bytes that the longest signature may need."""
        return len(self.sealed(self.attributes(bytes(32)), bytes(LONGEST_SIGNATURE)))

    def attributes(self, digest: bytes) -> bytes:
        """What is signed for a document of this SHA-256 digest: the signed attributes, a SET in DER."""
        message_digest = _attribute("message_digest", digest)
        return _tlv(SET, b"".join(sorted([*self._fixed_attributes, message_digest])))

    def sealed(self, attributes: bytes, signature: bytes) -> bytes:
        """The ContentInfo in DER; ``signature`` is an ECDSA-Sig-Value over ``attributes``."""
        signed_attributes = bytes([CONTEXT_0]) + attributes[1:]
        signer = self._signer_head + signed_attributes + ECDSA_SHA256.dump() + _tlv(OCTETS, signature)
        signed_data = _tlv(SEQUENCE, self._head + _tlv(SET, _tlv(SEQUENCE, signer)))
        content_type = cms.ContentType("signed_data").dump()
        return _tlv(SEQUENCE, content_type + _tlv(CONTEXT_0, signed_data))


def _fixed_attributes(signer: bytes) -> list[bytes]:
    """The kind of content, whose certificate it is, and which algorithms may not be exchanged (RFC 6211)."""
    identified = tsp.SigningCertificateV2({"certs": [{"cert_hash": sha256(signer).digest()}]})
    algorithms = cms.CMSAlgorithmProtection({"digest_algorithm": SHA256, "signature_algorithm": ECDSA_SHA256})
    return [
        _attribute("content_type", "data"),
        _attribute("signing_certificate_v2", identified),
        _attribute("cms_algorithm_protection", algorithms),
    ]


def _attribute(kind: str, value: object) -> bytes:
    return bytes(cms.CMSAttribute({"type": kind, "values": [value]}).dump())


def _tlv(tag: int, value: bytes) -> bytes:
    return bytes([tag]) + encode_length(len(value)) + value
