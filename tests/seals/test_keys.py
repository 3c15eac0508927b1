"""Keys: made once, used in their time, renewed without a gap."""

from concurrent.futures import ThreadPoolExecutor
from datetime import timedelta
from threading import Barrier

import pytest
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.hazmat.primitives.serialization import load_der_public_key
from django.db import IntegrityError, connection, transaction

from apps.kernel.errors import Conflict, Unavailable
from apps.seals import certificates, services
from apps.seals.models import Purpose, SigningKey
from apps.seals.signers import StoredKey, key_stores
from apps.seals.trust import trust_in
from apps.seals.verification import verify
from tests.seals.factories import AT, LINES, TODAY

YEAR = timedelta(days=365)


def test_the_first_call_makes_all_keys_and_the_next_none(signing_keys):
    again = services.create_keys(at=AT + timedelta(days=1))

    assert [key.pk for key in again] == [key.pk for key in signing_keys.values()]
    assert set(signing_keys) == set(Purpose.values)


def test_signers_are_signed_by_the_authority_and_named_as_icao_asks(signing_keys):
    csca, vds, pdf = (certificates.parse(signing_keys[each].certificate_der) for each in ("csca", "vds", "pdf"))

    assert vds.is_signed_by(csca)
    assert pdf.is_signed_by(csca)
    assert (vds.country, vds.name) == ("CN", "ED")
    assert 3 <= len(vds.reference) <= 6


def test_a_certificate_outlives_its_key_by_the_life_of_a_document(signing_keys):
    vds = signing_keys["vds"]

    assert timedelta(days=365 + 58) <= vds.use_until - vds.use_from <= timedelta(days=365 + 62)
    assert vds.valid_until - vds.use_until >= 2 * YEAR
    assert signing_keys["csca"].valid_until >= signing_keys["csca"].use_until + (vds.valid_until - vds.valid_from)


def test_no_private_key_lies_open(signing_keys, key_folder):
    files = list(key_folder.iterdir())

    assert len(files) == 3
    for file in files:
        assert file.stat().st_mode & 0o077 == 0
        assert file.read_text().startswith("-----BEGIN ENCRYPTED PRIVATE KEY-----")
    assert not any("PRIVATE" in str(value) for key in signing_keys.values() for value in vars(key).values())


def test_the_same_bytes_have_the_same_signature(signing_keys):
    signer = signing_keys["vds"].signer

    assert signer.sign(b"seal") == signer.sign(b"seal") != signer.sign(b"another")


def test_a_key_that_cannot_be_opened_is_said_to_be_so(signing_keys, settings):
    reference = signing_keys["vds"].key_reference
    settings.SIGNING_KEYS_PASSPHRASE = "another"

    for asked in (reference, "file:gone"):
        with pytest.raises(Unavailable) as refused:
            StoredKey(b"", asked).sign(b"")
        assert refused.value.code == "signing_key_unavailable"


def test_a_key_is_never_written_over_another(key_folder):
    key_stores["file"].generate("one")

    with pytest.raises(FileExistsError):
        key_stores["file"].generate("one")


def test_a_store_answers_with_the_public_key_alone(key_folder):
    public = load_der_public_key(key_stores["file"].generate("public"))

    assert isinstance(public, ec.EllipticCurvePublicKey)


def test_there_is_one_current_key_for_each_purpose(signing_keys):
    vds = signing_keys["vds"]
    vds.pk, vds.serial, vds.key_reference = None, "F", "file:other"
    vds._state.adding = True

    with pytest.raises(IntegrityError, match="one_current_key_per_purpose"), transaction.atomic():
        vds.save()


@pytest.mark.parametrize(
    ("change", "constraint"),
    [
        ({"use_until": AT + 99 * YEAR}, "a_key_signs_while_its_certificate_is_valid"),
        ({"use_from": AT - YEAR}, "a_key_signs_while_its_certificate_is_valid"),
        ({"issuer": None}, "every_key_but_a_csca_has_an_issuer"),
        ({"purpose": "mail"}, "a_signing_key_has_a_known_purpose"),
    ],
)
def test_the_database_refuses_keys_that_make_no_sense(signing_keys, change, constraint):
    with pytest.raises(IntegrityError, match=constraint), transaction.atomic():
        SigningKey.objects.filter(purpose="vds").update(**change)


def test_after_a_rotation_the_new_key_signs_and_the_old_is_still_believed(signing_keys):
    later = AT + timedelta(days=300)
    before = services.seal_mrz(mrz_lines=LINES, issued_on=TODAY, at=AT)
    new = services.rotate(purpose="vds", at=later)
    after = services.seal_mrz(mrz_lines=LINES, issued_on=TODAY, at=later)
    believed = trust_in(tuple(services.trusted_certificates(at=later)))

    assert new.serial in verify(after, trust=believed, at=later).content["header"]["certificate_reference"]
    assert [verify(seal, trust=believed, at=later).is_valid for seal in (before, after)] == [True, True]
    assert SigningKey.objects.get(pk=signing_keys["vds"].pk).is_current is False


def test_after_a_new_authority_old_and_new_signers_are_believed(signing_keys):
    before = services.seal_mrz(mrz_lines=LINES, issued_on=TODAY, at=AT)
    services.rotate(purpose="csca", at=AT)
    services.rotate(purpose="vds", at=AT)
    after = services.seal_mrz(mrz_lines=LINES, issued_on=TODAY, at=AT)
    believed = trust_in(tuple(services.trusted_certificates(at=AT)))

    assert [verify(seal, trust=believed, at=AT).is_valid for seal in (before, after)] == [True, True]


def test_certificates_that_have_run_out_are_no_longer_handed_out(signing_keys):
    assert len(services.trusted_certificates(at=AT)) == 3
    assert len(services.trusted_certificates(at=signing_keys["vds"].valid_until + timedelta(days=1))) == 1


def test_there_is_nothing_to_rotate_before_the_first_key(db, key_folder):
    with pytest.raises(Conflict) as refused:
        services.rotate(purpose="vds", at=AT)

    assert refused.value.code == "signing_key_missing"


def test_an_authority_past_its_use_issues_no_more(signing_keys):
    with pytest.raises(Conflict) as refused:
        services.rotate(purpose="vds", at=signing_keys["csca"].use_until)

    assert refused.value.code == "signing_key_not_valid"


def at_once(count, call):
    """Run it in threads that start together; errors are answers."""
    gate = Barrier(count)

    def run(_number):
        try:
            gate.wait(timeout=20)
            return call()
        except Conflict as refused:
            return refused
        finally:
            connection.close()

    with ThreadPoolExecutor(count) as threads:
        return list(threads.map(run, range(count)))


@pytest.mark.django_db(transaction=True)
def test_two_processes_that_start_at_once_use_the_same_keys(key_folder):
    results = at_once(4, lambda: [str(key.pk) for key in services.create_keys(at=AT)])

    assert len({tuple(sorted(result)) for result in results}) == 1
    assert SigningKey.objects.count() == 3


@pytest.mark.django_db(transaction=True)
def test_of_two_rotations_at_once_one_wins(key_folder):
    services.create_keys(at=AT)

    results = at_once(3, lambda: services.rotate(purpose="vds", at=AT))

    winners = [result for result in results if isinstance(result, SigningKey)]
    assert SigningKey.objects.current().filter(purpose="vds").count() == 1
    assert len(winners) + len([each for each in results if isinstance(each, Conflict)]) == 3
    assert SigningKey.objects.filter(purpose="vds").count() == 1 + len(winners)
