"""The certificates we make (ICAO Doc 9303-12 §7), and the ones of others that we must bear."""

from datetime import UTC, datetime

import pytest
from asn1crypto import algos, core
from asn1crypto import x509 as asn1
from cryptography import x509
from cryptography.hazmat.primitives import hashes
from cryptography.hazmat.primitives.asymmetric import ec, rsa
from cryptography.hazmat.primitives.serialization import Encoding, PublicFormat
from hypothesis import given
from hypothesis import strategies as st

from apps.kernel.errors import Invalid
from apps.seals import authority, certificates
from apps.seals.authority import Order
from apps.seals.ecdsa import to_der, to_raw
from tests.seals import factories

START, END = datetime(2026, 1, 1, tzinfo=UTC), datetime(2051, 6, 1, tzinfo=UTC)
KEYS = {name: ec.generate_private_key(ec.SECP256R1()) for name in ("csca", "signer")}


def spki(key):
    return key.public_key().public_bytes(Encoding.DER, PublicFormat.SubjectPublicKeyInfo)


def signing(key):
    return lambda data: to_raw(key.sign(data, ec.ECDSA(hashes.SHA256())), 32)


def order(name, key="signer", serial=0x1A2B):
    return Order(("CN", name), serial, spki(KEYS[key]), START, END)


CSCA = authority.authority(order("China Consular CSCA", "csca", 5), sign=signing(KEYS["csca"]))
VDS = authority.vds_signer(order("ED"), issuer=CSCA, sign=signing(KEYS["csca"]), document_codes=("PU",))
PDF = authority.pdf_signer(order("Documents"), issuer=CSCA, sign=signing(KEYS["csca"]))


def seen(der):
    return x509.load_der_x509_certificate(der)


def extensions(der):
    return {each.oid.dotted_string: each.critical for each in seen(der).extensions}


def test_the_authority_has_exactly_its_extensions():
    certificate = seen(CSCA)

    assert extensions(CSCA) == {"2.5.29.15": True, "2.5.29.19": True, "2.5.29.14": False}
    constraints = certificate.extensions.get_extension_for_class(x509.BasicConstraints).value
    usage = certificate.extensions.get_extension_for_class(x509.KeyUsage).value
    assert (constraints.ca, constraints.path_length) == (True, 0)
    assert (usage.key_cert_sign, usage.crl_sign, usage.digital_signature) == (True, True, False)
    certificate.verify_directly_issued_by(certificate)


def test_the_seal_signer_has_exactly_its_extensions():
    certificate = seen(VDS)

    assert extensions(VDS) == {"2.5.29.35": False, "2.5.29.37": True, "2.23.136.1.1.6.2": False}
    assert certificate.subject.rfc4514_string() == "CN=ED,C=CN"
    assert [
        each.dotted_string for each in certificate.extensions.get_extension_for_class(x509.ExtendedKeyUsage).value
    ] == ["2.23.136.1.1.11.1"]
    document_type = certificate.extensions.get_extension_for_oid(factories.DOCUMENT_TYPE).value
    assert document_type.value == factories.PU_ONLY
    certificate.verify_directly_issued_by(seen(CSCA))


def test_both_names_of_a_seal_signer_are_printable_strings():
    subject = asn1.Certificate.load(VDS).subject.chosen

    assert [type(attribute["value"].chosen) for names in subject for attribute in names] == [core.PrintableString] * 2


def test_a_document_type_is_encoded_as_real_signers_do():
    nv = certificates.DOCUMENT_TYPE_LIST({"version": 0, "codes": ["NV"]})

    assert nv.dump().hex() == "3009020100310413024e56"


def test_the_pdf_signer_may_not_deny_what_it_signed():
    assert extensions(PDF) == {"2.5.29.35": False, "2.5.29.14": False, "2.5.29.15": True}
    usage = seen(PDF).extensions.get_extension_for_class(x509.KeyUsage).value
    assert (usage.digital_signature, usage.content_commitment, usage.key_cert_sign) == (True, True, False)


def test_the_authority_key_identifier_is_the_authoritys():
    subject_key = seen(CSCA).extensions.get_extension_for_class(x509.SubjectKeyIdentifier).value
    for der in (VDS, PDF):
        authority_key = seen(der).extensions.get_extension_for_class(x509.AuthorityKeyIdentifier).value
        assert authority_key.key_identifier == subject_key.digest


def test_times_beyond_2049_are_generalized():
    assert seen(CSCA).not_valid_after_utc == END
    assert asn1.Certificate.load(CSCA)["tbs_certificate"]["validity"]["not_after"].name == "general_time"


def test_we_read_what_we_wrote():
    read = certificates.parse(VDS)

    assert (read.lookup, read.document_types, read.purposes) == ("CNED1A2B", {"PU"}, {certificates.VDS_SIGNER})
    assert read.is_signed_by(certificates.parse(CSCA))
    assert not read.is_signed_by(certificates.parse(PDF))
    assert certificates.parse(CSCA).is_authority
    assert not read.is_authority


def changed(der, edit):
    """The certificate with something in it changed, and signed again."""
    certificate = asn1.Certificate.load(der)
    tbs = certificate["tbs_certificate"]
    edit(certificate, tbs)
    signature = KEYS["csca"].sign(tbs.dump(force=True), ec.ECDSA(hashes.SHA384()))
    certificate["signature_value"] = signature
    return certificate.dump(force=True)


def test_null_parameters_of_a_signature_algorithm_are_borne():
    """A production signer has them; pyca refuses the certificate as a whole."""

    def edit(certificate, tbs):
        with_null = core.Sequence()
        with_null.contents = algos.SignedDigestAlgorithmId("sha384_ecdsa").dump() + core.Null().dump()
        tbs["signature"] = certificate["signature_algorithm"] = algos.SignedDigestAlgorithm.load(with_null.dump())

    odd = changed(VDS, edit)

    assert b"\x05\x00" in odd
    with pytest.raises(ValueError, match=r"signature_alg|ExtraData|parsing"):
        x509.load_der_x509_certificate(odd).signature_algorithm_parameters  # noqa: B018
    assert certificates.parse(odd).is_signed_by(certificates.parse(CSCA))


def test_an_empty_purpose_is_borne():
    csca = factories.authority()

    assert certificates.parse(factories.signer(csca, purposes=()).certificate_der).purposes == frozenset()
    assert certificates.parse(factories.signer(csca, purposes=None).certificate_der).purposes is None


def test_a_constraint_that_says_false_in_words_is_borne():
    explicit = x509.UnrecognizedExtension(x509.ObjectIdentifier("2.5.29.19"), bytes.fromhex("3003010100"))
    odd = factories.certificate(factories.authority(), KEYS["signer"].public_key(), factories.Wish(), explicit)

    assert not certificates.parse(odd).is_authority


def test_an_unreadable_extension_of_no_concern_is_borne():
    def edit(_certificate, tbs):
        tbs["extensions"].append(asn1.Extension({"extn_id": "1.2.3.4", "extn_value": b"\xff\xff\xff"}))

    assert certificates.parse(changed(VDS, edit)).name == "ED"


def test_the_two_names_of_the_signature_algorithm_must_agree():
    def edit(certificate, _tbs):
        certificate["signature_algorithm"] = algos.SignedDigestAlgorithm({"algorithm": "sha384_ecdsa"})

    assert not certificates.parse(changed(VDS, edit)).is_signed_by(certificates.parse(CSCA))


@pytest.mark.parametrize("key", [rsa.generate_private_key(65537, 2048), ec.generate_private_key(ec.SECP521R1())])
def test_other_kinds_of_key_are_not_supported(key):
    der = factories.certificate(factories.authority(), key.public_key(), factories.Wish())

    with pytest.raises(Invalid) as refused:
        certificates.parse(der)
    assert refused.value.code == "key_not_supported"


@given(st.binary(max_size=100), st.integers(0, len(VDS) - 1), st.integers(0, 255))
def test_any_bytes_are_a_certificate_or_refused(data, place, octet):
    damaged = VDS[:place] + bytes([octet]) + VDS[place + 1 :]
    for der in (data, damaged, VDS[:place]):
        try:
            certificates.parse(der)
        except Invalid as refused:
            assert refused.code in {"certificate_unreadable", "key_not_supported"}


@given(st.integers(0, len(VDS) * 8 - 1))
def test_no_bit_of_a_certificate_can_flip(place):
    damaged = bytearray(VDS)
    damaged[place // 8] ^= 1 << place % 8
    try:
        assert not certificates.parse(bytes(damaged)).is_signed_by(certificates.parse(CSCA))
    except Invalid:
        return


@given(st.binary(min_size=64, max_size=64))
def test_signatures_there_and_back(raw):
    assert to_raw(to_der(raw), 32) == raw


def test_a_signature_of_unwhole_octets_is_refused():
    """The count of unused bits is outside the signature; it must be the only one that makes sense."""
    signature = asn1.Certificate.load(VDS)["signature_value"]
    start = VDS.index(signature.dump()) + len(signature.dump()) - len(signature.contents)

    assert VDS[start] == 0
    for unused in (1, 2, 4):
        with pytest.raises(Invalid):
            certificates.parse(VDS[:start] + bytes([unused]) + VDS[start + 1 :])
