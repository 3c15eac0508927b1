"""Authorities and signers of any country and curve, in memory; made with pyca, which the product does not use for it."""

from dataclasses import dataclass, replace
from datetime import UTC, date, datetime

from cryptography import x509
from cryptography.hazmat.primitives import hashes
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.hazmat.primitives.serialization import Encoding, PublicFormat, load_der_public_key

from apps.seals import certificates, mrz
from apps.seals.ecdsa import to_raw
from apps.seals.trust import Trust
from apps.seals.vds import etd
from apps.seals.vds.header import Header, Names
from apps.seals.vds.seal import Feature, signed, unsigned

AT = datetime(2026, 11, 23, 10, tzinfo=UTC)
TODAY = AT.date()
VDS_SIGNER = x509.ObjectIdentifier("2.23.136.1.1.11.1")
DOCUMENT_TYPE = x509.ObjectIdentifier("2.23.136.1.1.6.2")
PU_ONLY = bytes.fromhex("3009020100310413025055")

ZHANG = {
    "surname": "ZHANG", "given_names": "SANFENG", "number": "L12345678", "nationality": "CHN", "birth": "1990-01-01",
    "sex": "M", "expiry": "2027-03-01", "issuing_state": "CHN",
}  # fmt: skip
LINES = ["PUCHNZHANG<<SANFENG<<<<<<<<<<<<<<<<<", "L123456781CHN9001011M2703017<<<<<<<2"]


@dataclass(frozen=True)
class Party:
    """A key with its certificate: a ``Signer``, whatever the curve."""

    key: ec.EllipticCurvePrivateKey
    certificate_der: bytes

    def sign(self, data: bytes) -> bytes:
        public = certificates.parse(self.certificate_der).key
        return to_raw(self.key.sign(data, public.algorithm), public.size)


@dataclass(frozen=True)
class Wish:
    """What a certificate should say."""

    country: str = "CN"
    name: str = "ED"
    serial: int = 0x1A2B
    curve: ec.EllipticCurve = ec.SECP256R1()
    not_before: datetime = datetime(2026, 1, 1, tzinfo=UTC)
    not_after: datetime = datetime(2029, 1, 1, tzinfo=UTC)
    purposes: tuple[x509.ObjectIdentifier, ...] | None = (VDS_SIGNER,)
    document_type: bytes | None = PU_ONLY
    usages: tuple[bool, bool] | None = None


def name(country, common_name):
    attributes = [
        x509.NameAttribute(x509.NameOID.COUNTRY_NAME, country),
        x509.NameAttribute(x509.NameOID.COMMON_NAME, common_name),
    ]
    return x509.Name(attributes)


def authority(country="CN", common_name="Test CSCA", **changes):
    wish = Wish(country=country, name=common_name, serial=1, **changes)
    key = ec.generate_private_key(wish.curve)
    builder = _builder(wish, key.public_key(), issuer=name(country, common_name))
    builder = builder.add_extension(x509.BasicConstraints(ca=True, path_length=0), critical=True)
    return Party(key, builder.sign(key, hashes.SHA256()).public_bytes(Encoding.DER))


def signer(issuer, *, key=None, **changes):
    """A signer under this authority; ``changes`` as in ``Wish``."""
    wish = replace(Wish(), **changes)
    key = key or ec.generate_private_key(wish.curve)
    return Party(key, certificate(issuer, key.public_key(), wish))


def certificate(issuer, public_key, wish, *extensions):
    builder = _builder(wish, public_key, issuer=x509.load_der_x509_certificate(issuer.certificate_der).subject)
    if wish.purposes is not None:
        builder = builder.add_extension(x509.ExtendedKeyUsage(wish.purposes), critical=True)
    if wish.document_type is not None:
        extension = x509.UnrecognizedExtension(DOCUMENT_TYPE, wish.document_type)
        builder = builder.add_extension(extension, critical=False)
    if wish.usages is not None:
        signature, commitment = wish.usages
        builder = builder.add_extension(
            x509.KeyUsage(signature, commitment, False, False, False, False, False, False, False), critical=True
        )
    for extension in extensions:
        builder = builder.add_extension(extension, critical=False)
    return builder.sign(issuer.key, hashes.SHA256()).public_bytes(Encoding.DER)


def wrapped(issuer, point, curve, **changes):
    """A certificate around someone else's public key, given as an uncompressed point."""
    public_key = ec.EllipticCurvePublicKey.from_encoded_point(curve, point)
    return certificate(issuer, public_key, replace(Wish(), **changes))


def _builder(wish, public_key, *, issuer):
    spki = public_key.public_bytes(Encoding.DER, PublicFormat.SubjectPublicKeyInfo)
    return (
        x509.CertificateBuilder()
        .subject_name(name(wish.country, wish.name))
        .issuer_name(issuer)
        .serial_number(wish.serial)
        .public_key(load_der_public_key(spki))
        .not_valid_before(wish.not_before)
        .not_valid_after(wish.not_after)
    )


def trust(*parties):
    return Trust([certificates.parse(getattr(each, "certificate_der", each)) for each in parties])


def seal(party, *, lines=tuple(LINES), issued_on=TODAY, signed_on=TODAY):
    """As the product makes it."""
    return etd.issue(mrz.parse(lines, on=issued_on), signer=party, issued_on=issued_on, signed_on=signed_on)


def odd_seal(party, features, *, document_type=(0x5E, 0x03), issued_on=TODAY, signed_on=TODAY, state="CHN"):
    """Signed like any seal, but with whatever one likes in it."""
    said = certificates.parse(party.certificate_der)
    names = Names(state, said.country + said.name, said.reference)
    header = Header(names, issued_on, signed_on, document_type)
    message = unsigned(header, tuple(Feature(*each) for each in features))
    return signed(message, party.sign(message))


def day(text):
    return date.fromisoformat(text)
