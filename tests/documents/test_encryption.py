"""At rest nothing can be read, moved or changed (security U8, D4★, D5, D6)."""

import base64
import os
import uuid
from concurrent.futures import ThreadPoolExecutor
from io import StringIO

import pytest
from django.core.management import call_command
from django.db import IntegrityError, connection, transaction
from django.utils.timezone import now

from apps.audit.models import Entry
from apps.documents import encryption, services
from apps.documents.encryption import PIECE, TAG, Place, Tampered, content_size, decrypt, encrypt, sealed_size
from apps.documents.models import CitizenKey, File
from apps.documents.services import blobs, keys
from apps.documents.store import store
from apps.kernel.errors import Conflict, Unknown
from apps.kernel.workflow import SYSTEM
from apps.outbox.services import drain
from tests.accounts.factories import Phone, make_citizen, make_user
from tests.documents.factories import actor, citizen_of, cleaned, expected, get, issued, picture, put, received, sent

KEY, KEY_ID = os.urandom(32), uuid.uuid4()
HERE = Place(uuid.uuid4(), "files/a/b", "file")
LENGTHS = [0, 1, PIECE - 1, PIECE, PIECE + 1, 2 * PIECE, 2 * PIECE + 7]


def sealed(content, place=HERE, key=KEY):
    return b"".join(encrypt([content], key=key, key_id=KEY_ID, place=place))


def opened(blob, place=HERE, key=KEY, part=70_000):
    parts = (blob[start : start + part] for start in range(0, len(blob), part))
    return b"".join(decrypt(parts, key_of=lambda _: key, place=place))


@pytest.mark.parametrize("length", LENGTHS)
def test_what_goes_in_comes_out(length):
    content = os.urandom(length)
    blob = sealed(content)
    assert opened(blob) == content
    assert (len(blob), content_size(len(blob))) == (sealed_size(length), length)


def test_it_makes_no_difference_how_the_bytes_arrive():
    content = os.urandom(PIECE + 100)
    for size in (1000, PIECE - 1, PIECE + 3, 2 * PIECE):
        parts = [content[start : start + size] for start in range(0, len(content), size)]
        assert opened(b"".join(encrypt(parts, key=KEY, key_id=KEY_ID, place=HERE)), part=size) == content


def test_the_same_content_never_looks_the_same():
    assert sealed(b"x" * 100)[64:] != sealed(b"x" * 100)[64:]


HEAD, STEP = 64, PIECE + TAG
HARM = {
    "a flipped bit in the header": lambda b: flipped(b, 30),
    "another version": lambda b: flipped(b, 3),
    "another suite": lambda b: flipped(b, 4),
    "a flipped bit in padding": lambda b: flipped(b, 63),
    "a flipped bit": lambda b: flipped(b, HEAD + 5),
    "a flipped bit at the end": lambda b: flipped(b, -1),
    "the last piece gone": lambda b: b[: HEAD + 2 * STEP],
    "half a piece gone": lambda b: b[: HEAD + STEP + 500],
    "all pieces gone": lambda b: b[:HEAD],
    "only half a header": lambda b: b[:20],
    "nothing left": lambda b: b"",
    "a middle piece gone": lambda b: b[: HEAD + STEP] + b[HEAD + 2 * STEP :],
    "two pieces exchanged": lambda b: (
        b[:HEAD] + b[HEAD + STEP : HEAD + 2 * STEP] + b[HEAD : HEAD + STEP] + b[HEAD + 2 * STEP :]
    ),
    "a piece twice": lambda b: b[: HEAD + STEP] + b[HEAD:],
    "bytes added": lambda b: b + b"x",
    "a whole piece added": lambda b: b + os.urandom(STEP),
    "the plain content": opened,
}


def flipped(blob, at):
    changed = bytearray(blob)
    changed[at] ^= 1
    return bytes(changed)


@pytest.mark.parametrize("harm", HARM.values(), ids=HARM)
def test_harm_done_to_it_is_seen(harm):
    blob = sealed(os.urandom(2 * PIECE + 9))
    assert opened(blob)
    with pytest.raises(Tampered):
        opened(harm(blob))


@pytest.mark.parametrize(
    "place",
    [
        Place(uuid.uuid4(), HERE.key, HERE.purpose),
        Place(HERE.citizen, "files/a/c", HERE.purpose),
        Place(HERE.citizen, HERE.key, "quarantine"),
    ],
    ids=["citizen", "key", "purpose"],
)
def test_it_opens_nowhere_else(place):
    with pytest.raises(Tampered):
        opened(sealed(b"x"), place=place)


def test_parts_of_two_blobs_of_one_key_do_not_fit_together():
    one, two = sealed(os.urandom(PIECE + 5)), sealed(os.urandom(PIECE + 5))
    with pytest.raises(Tampered):
        opened(one[: HEAD + STEP] + two[HEAD + STEP :])


# In the store and in the database


pytestmark = pytest.mark.django_db


@pytest.fixture
def owner():
    return make_user()


def raw(key):
    return b"".join(store().open(key)[1])


def test_nothing_readable_is_stored(owner):
    file = received(owner, picture())
    kept = [raw(file.raw_key)]
    drain(queue="files")
    file.refresh_from_db()
    issue = issued(owner, pdf=b"%PDF-1.7 LI NA E12345678")
    kept += [raw(file.clean_key), raw(issue.key)]
    for blob in kept:
        assert blob.startswith(b"CCF")
        for trace in (b"JFIF", b"\xff\xd8\xff", b"%PDF", b"LI NA"):
            assert trace not in blob
    row = CitizenKey.objects.get(citizen=file.citizen)
    assert len(bytes(row.wrapped)) == encryption.NONCE + 32 + TAG
    _id, key = keys.key_for(file.citizen_id)
    assert key not in bytes(row.wrapped)
    assert opened(kept[1], Place(file.citizen_id, file.clean_key, blobs.FILE), key) == services.content(file=file)


def harmed(file, how):
    store().put(file.clean_key, how(raw(file.clean_key)), content_type="application/octet-stream")


@pytest.mark.parametrize(
    "how", [lambda b: flipped(b, -1), lambda b: b[:-1], lambda b: b + b"x", lambda b: b"\xff\xd8\xff plain"]
)
def test_a_file_that_was_changed_in_the_store_is_not_shown(owner, how, caplog):
    file, phone = cleaned(owner), Phone(owner)
    url = phone.get(f"files/{file.pk}/content").json()["url"]
    harmed(file, how)
    answer = get(phone, url)
    assert (answer.status_code, answer.json()["code"]) == (404, "file_damaged")
    assert [record.message for record in caplog.records if record.levelname == "ERROR"] == ["file_tampered"]
    assert Entry.objects.about(f"file:{file.pk}").filter(action="file_read").exists()


def test_two_citizens_files_cannot_be_exchanged(owner):
    mine, theirs = cleaned(owner), cleaned(make_user())
    first, second = raw(mine.clean_key), raw(theirs.clean_key)
    store().put(mine.clean_key, second, content_type="x")
    store().put(theirs.clean_key, first, content_type="x")
    for file in (mine, theirs):
        with pytest.raises(blobs.Damaged):
            services.content(file=file)


def test_two_files_of_one_citizen_cannot_be_exchanged_either(owner):
    mine, other = cleaned(owner), cleaned(owner, picture(colour=60))
    store().put(mine.clean_key, raw(other.clean_key), content_type="x")
    with pytest.raises(blobs.Damaged):
        services.content(file=mine)


def test_a_wrapped_key_moved_to_another_citizen_opens_nothing(owner):
    mine, theirs = cleaned(owner), cleaned(make_user())
    stolen = CitizenKey.objects.get(citizen=theirs.citizen).wrapped
    CitizenKey.objects.filter(citizen=mine.citizen).update(wrapped=stolen)
    with pytest.raises(blobs.Damaged):
        services.content(file=mine)


def test_without_the_wrapping_key_nothing_opens(owner, settings):
    file = cleaned(owner)
    settings.FILE_KEYS = [entry("other")]
    with pytest.raises(keys.KeyMissing):
        services.content(file=file)
    settings.FILE_KEYS = [entry("sandbox")]  # the name, but another key
    with pytest.raises(blobs.Damaged):
        services.content(file=file)


def test_a_large_file_is_never_whole_in_memory(owner):
    place = Place(citizen_of(owner).pk, "files/large", blobs.FILE)
    assert blobs.put(place, (bytes(PIECE) for _ in range(5))) == 5 * PIECE
    size, parts = blobs.read(place)
    assert size == 5 * PIECE
    assert {len(part) for part in parts} == {PIECE}


# Erasing


def test_destroying_the_key_erases_every_file_for_ever(owner):
    mine = citizen_of(owner)
    child = make_citizen(owner, kind="child")
    file, kept, issue = cleaned(owner, citizen=mine), cleaned(owner, citizen=child), issued(owner, citizen=mine)
    blob, phone = raw(file.clean_key), Phone(owner)
    url = phone.get(f"files/{file.pk}/content").json()["url"]
    announced, address = expected(owner, picture(), citizen=mine)

    for _ in range(2):
        services.destroy_key(citizen=mine, actor=actor(owner), at=now())

    answer = get(phone, url)
    assert (answer.status_code, answer.json()["code"]) == (404, "erased")
    with pytest.raises(keys.Erased):
        services.content(file=file)
    with pytest.raises(keys.Erased):
        services.pdf(issue=issue)
    assert put(phone, address, picture()).json()["code"] == "erased"  # nor is a new key made
    with pytest.raises(keys.Erased):
        sent(announced, picture())
    assert raw(file.clean_key) == blob  # noise from now on
    assert services.content(file=kept)
    row = CitizenKey.objects.get(citizen=mine)
    assert (row.wrapped, row.kek, row.destroyed_at is None) == (None, "", False)
    assert Entry.objects.filter(action="file_key_destroyed", subject=f"citizen:{mine.pk}").count() == 1


def test_a_citizen_without_files_can_be_erased_as_well(owner):
    citizen = citizen_of(owner)
    services.destroy_key(citizen=citizen, actor=SYSTEM, at=now())
    with pytest.raises(keys.Erased):
        keys.key_for(citizen.pk)
    assert Entry.objects.filter(action="file_key_destroyed").count() == 1


def test_what_is_being_cleaned_when_the_key_goes_is_rejected(owner):
    file = received(owner, picture())
    services.destroy_key(citizen=file.citizen, actor=SYSTEM, at=now())
    drain(queue="files")
    file.refresh_from_db()
    assert (file.status, file.reason) == ("rejected", "unreadable")


def test_the_database_holds_no_key_that_is_half_destroyed(owner):
    row = CitizenKey.objects.get(citizen=cleaned(owner).citizen)
    for change in ({"wrapped": None}, {"destroyed_at": now()}, {"kek": ""}):
        with pytest.raises(IntegrityError, match="a_file_key_is_there_or_destroyed"), transaction.atomic():
            CitizenKey.objects.filter(pk=row.pk).update(**change)


@pytest.mark.django_db(transaction=True)
def test_sixteen_at_once_make_one_key():
    citizen = citizen_of(make_user())

    def ask(_):
        try:
            return keys.key_for(citizen.pk)
        finally:
            connection.close()

    with ThreadPoolExecutor(16) as pool:
        assert len(set(pool.map(ask, range(16)))) == 1


# Rotation


def entry(name):
    return f"{name}:{base64.b64encode(os.urandom(32)).decode()}"


def test_keys_are_wrapped_anew_while_everything_runs(settings, monkeypatch):
    files = [cleaned(make_user()) for _ in range(3)]
    gone = citizen_of(make_user())
    services.destroy_key(citizen=gone, actor=SYSTEM, at=now())
    old, new = settings.FILE_KEYS[0], entry("next")
    settings.FILE_KEYS = [new, old]
    assert all(services.content(file=file) for file in files)

    assert services.rewrap(limit=1) == 1  # and then it was stopped
    assert {row.kek for row in CitizenKey.objects.all()} == {"next", "sandbox", ""}
    out, err = StringIO(), StringIO()
    call_command("rewrap_file_keys", stdout=out, stderr=err)
    assert "0 left with another" in out.getvalue()
    assert "2/2" in err.getvalue()

    settings.FILE_KEYS = [new]
    assert all(services.content(file=file) for file in files)
    assert CitizenKey.objects.get(citizen=gone).wrapped is None
    assert cleaned(make_user()).status == "clean"


def test_a_read_address_of_what_was_discarded_leads_nowhere(owner):
    file, phone = cleaned(owner), Phone(owner)
    url = phone.get(f"files/{file.pk}/content").json()["url"]
    services.discard(file=file)
    assert get(phone, url).status_code == 404
    assert phone.get(f"files/{file.pk}/content").status_code == 404
    with pytest.raises((Unknown, Conflict)):
        services.content(file=File.objects.get(pk=file.pk))
