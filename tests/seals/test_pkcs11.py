"""Keys in a token, against SoftHSM: made inside, never outside, and back after the token was away."""

import multiprocessing
import os
import shutil
import subprocess
from concurrent.futures import ThreadPoolExecutor
from io import StringIO
from pathlib import Path

import pkcs11
import pytest
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.hazmat.primitives.serialization import load_der_public_key
from django.core.management import CommandError, call_command
from pkcs11 import Attribute, KeyType, ObjectClass

from apps.kernel.errors import Unavailable
from apps.seals import ecdsa, services
from apps.seals.models import SigningKey
from apps.seals.signers import StoredKey, key_stores
from apps.seals.signers.base import _opened
from apps.seals.signers.pkcs11 import TOKEN
from apps.seals.trust import trust_in
from apps.seals.verification import verify
from tests.seals.factories import AT, LINES, TODAY

MODULE = next(
    (
        str(path)
        for folder in ("/usr/lib", "/usr/local/lib", "/opt/homebrew/lib")
        for path in sorted(Path(folder).glob("**/libsofthsm2.so"))
    ),
    "",
)
pytestmark = pytest.mark.skipif(
    not MODULE or not shutil.which("softhsm2-util"), reason="SoftHSM is not installed (Debian package softhsm2)"
)


@pytest.fixture(scope="module")
def soft(tmp_path_factory):
    """A token of this module's own. SoftHSM reads its configuration when it is loaded, once in a process."""
    folder = tmp_path_factory.mktemp("softhsm")
    (folder / "tokens").mkdir()
    (folder / "softhsm2.conf").write_text(f"directories.tokendir = {folder / 'tokens'}\nlog.level = ERROR\n")
    with pytest.MonkeyPatch.context() as patch:
        patch.setenv("SOFTHSM2_CONF", str(folder / "softhsm2.conf"))
        made = ["softhsm2-util", "--init-token", "--free", "--label", "consular", "--pin", "1234", "--so-pin", "5678"]
        subprocess.run(made, check=True, capture_output=True)
        yield folder
        TOKEN.forget()
        pkcs11.unload(MODULE)


@pytest.fixture
def token(soft, settings):
    settings.PKCS11_MODULE, settings.PKCS11_TOKEN, settings.PKCS11_PIN = MODULE, "consular", "1234"
    settings.SIGNING_KEYS_BACKEND = "pkcs11"
    TOKEN.forget()
    _opened.cache_clear()
    yield key_stores["pkcs11"]
    TOKEN.forget()


@pytest.fixture
def keys(db, token):
    return {key.purpose: key for key in services.create_keys(at=AT)}


def test_what_the_token_signs_verifies_with_the_key_it_gave(token):
    public = ecdsa.load(token.generate("a-key"))
    sign = token.open("a-key")

    assert len(sign(b"seal")) == 64
    assert public.verifies(sign(b"seal"), b"seal")
    assert not public.verifies(sign(b"seal"), b"another")


def test_a_private_key_is_made_inside_and_cannot_be_read(token):
    found = load_der_public_key(token.generate("unreadable"))
    assert isinstance(found, ec.EllipticCurvePublicKey)

    def read(session):
        key = session.get_key(ObjectClass.PRIVATE_KEY, KeyType.EC, label="unreadable")
        assert (key[Attribute.SENSITIVE], key[Attribute.EXTRACTABLE], key[Attribute.LOCAL]) == (True, False, True)
        assert (key[Attribute.ALWAYS_SENSITIVE], key[Attribute.NEVER_EXTRACTABLE]) == (True, True)
        with pytest.raises(pkcs11.AttributeSensitive):
            key[Attribute.VALUE]
        return True

    assert TOKEN.ask(read)


def test_a_key_is_never_made_over_another(token):
    token.generate("one")

    with pytest.raises(FileExistsError):
        token.generate("one")


def test_a_seal_and_a_pdf_signed_by_the_token_are_believed(keys, page):
    seal = services.seal_mrz(mrz_lines=LINES, issued_on=TODAY, at=AT)
    signed = services.sign_pdf(pdf=page, reason="Issued", at=AT)
    believed = trust_in(tuple(services.trusted_certificates(at=AT)))

    assert all(key.key_reference.startswith("pkcs11:") for key in keys.values())
    assert verify(seal, trust=believed, at=AT).is_valid
    assert verify(signed, trust=believed, at=AT).is_valid


def test_keys_move_from_files_into_the_token_and_both_are_believed(signing_keys, token):
    before = services.seal_mrz(mrz_lines=LINES, issued_on=TODAY, at=AT)
    new = services.rotate(purpose="vds", at=AT, store="pkcs11")
    after = services.seal_mrz(mrz_lines=LINES, issued_on=TODAY, at=AT)
    believed = trust_in(tuple(services.trusted_certificates(at=AT)))

    assert new.key_reference.startswith("pkcs11:")
    assert [verify(seal, trust=believed, at=AT).is_valid for seal in (before, after)] == [True, True]


@pytest.mark.parametrize(
    "wrong",
    [
        {"PKCS11_PIN": "0000"},
        {"PKCS11_TOKEN": "another"},
        {"PKCS11_MODULE": "/nowhere/module.so"},
    ],
)
def test_a_token_that_cannot_be_opened_is_said_to_be_so_and_works_when_it_can(token, settings, wrong):
    name = f"kept-{next(iter(wrong))}"
    public = ecdsa.load(token.generate(name))
    sign = token.open(name)
    right = {key: getattr(settings, key) for key in wrong}

    TOKEN.forget()
    for key, value in wrong.items():
        setattr(settings, key, value)
    with pytest.raises(Unavailable) as refused:
        sign(b"seal")
    assert refused.value.code == "signing_key_unavailable"

    for key, value in right.items():
        setattr(settings, key, value)
    assert public.verifies(sign(b"seal"), b"seal")


def test_a_token_that_went_away_is_found_again(token, soft):
    public = ecdsa.load(token.generate("away"))
    sign = token.open("away")
    (soft / "tokens").rename(soft / "elsewhere")
    (soft / "tokens").mkdir()
    TOKEN.forget()
    with pytest.raises(Unavailable):
        sign(b"seal")

    (soft / "tokens").rmdir()
    (soft / "elsewhere").rename(soft / "tokens")

    assert public.verifies(sign(b"seal"), b"seal")


@pytest.mark.filterwarnings("ignore::pytest.PytestUnraisableExceptionWarning")  # the library about its dead session
def test_a_session_that_was_cut_is_opened_again_without_a_word(token):
    public = ecdsa.load(token.generate("cut"))
    sign = token.open("cut")
    assert public.verifies(sign(b"seal"), b"seal")

    pkcs11.lib(MODULE).reinitialize()

    assert public.verifies(sign(b"seal"), b"seal")


def test_an_unknown_key_is_unavailable(token):
    with pytest.raises(Unavailable) as refused:
        StoredKey(b"", "pkcs11:gone").sign(b"")

    assert refused.value.code == "signing_key_unavailable"


def test_forked_processes_and_threads_sign_side_by_side(token):
    public = ecdsa.load(token.generate("forked"))
    signer = StoredKey(b"", "pkcs11:forked")
    assert public.verifies(signer.sign(b"parent"), b"parent")

    def signatures(_number=0):
        return all(public.verifies(signer.sign(data), data) for data in (b"%d" % number for number in range(5)))

    context = multiprocessing.get_context("fork")
    children = [context.Process(target=lambda: os._exit(0 if signatures() else 1)) for _ in range(3)]
    for child in children:
        child.start()
    with ThreadPoolExecutor(4) as threads:
        assert all(threads.map(signatures, range(8)))
    for child in children:
        child.join(30)

    assert [child.exitcode for child in children] == [0, 0, 0]


def test_the_command_makes_lists_and_rotates_keys_in_the_token(db, token):
    call_command("seal_keys", backend="pkcs11", stdout=StringIO())
    said = StringIO()
    call_command("seal_keys", "--rotate", "vds", stdout=said)
    listed = StringIO()
    call_command("seal_keys", "--list", stdout=listed)

    rows = [line.split() for line in listed.getvalue().splitlines()]
    assert [(row[0], row[2], row[3]) for row in rows] == [
        ("csca", "pkcs11", "signs"),
        ("pdf", "pkcs11", "signs"),
        ("vds", "pkcs11", "believed"),
        ("vds", "pkcs11", "signs"),
    ]
    assert f"vds {rows[-1][1]} signs until" in said.getvalue()
    assert SigningKey.objects.count() == 4


def test_the_command_says_what_is_wrong_in_one_line(db, token, settings):
    settings.PKCS11_PIN = "0000"

    with pytest.raises(CommandError, match="signing_key_unavailable: "):
        call_command("seal_keys", stdout=StringIO())
