"""An upload on its way from a phone to an officer's screen, through a real S3 server."""

from datetime import date, timedelta

import pytest
from django.db.models.functions import Now
from django.utils.timezone import now

from apps.accounts.models import Relation
from apps.audit.models import Entry
from apps.documents import services
from apps.documents.models import File
from apps.documents.services import blobs, files, uploads
from apps.documents.statuses import LARGEST, FileStatus
from apps.documents.store import DocumentStore, _client, store
from apps.kernel.errors import Conflict, Invalid, TooLarge, TooMany, Unknown
from apps.outbox.models import Delivery
from apps.outbox.services import drain
from tests.accounts.factories import make_citizen, make_user
from tests.documents.factories import actor, citizen_of, cleaned, expected, picture, received, sent

pytestmark = pytest.mark.django_db


@pytest.fixture
def owner():
    return make_user()


def address_of(file):
    return services.read_address(file=file, actor=actor(file.owner), session="x", at=now())


def objects_of(file):
    return [*store().keys(f"quarantine/{file.pk}"), *store().keys(f"files/{file.pk}/")]


def test_an_upload_becomes_a_clean_copy(owner):
    file = cleaned(owner, picture((420, 560), "PNG"), content_type="image/png")
    assert (file.status, file.width, file.height, file.reason) == (FileStatus.CLEAN, 420, 560, "")
    assert services.content(file=file).startswith(b"\xff\xd8")
    assert file.clean_type == "image/jpeg"
    assert objects_of(file) == [file.clean_key]


def test_a_bad_upload_is_rejected_with_a_reason_and_leaves_nothing(owner):
    file = cleaned(owner, b"GIF89a alert(1)")
    assert (file.status, file.reason) == (FileStatus.REJECTED, "not_a_picture")
    assert "JPEG" in file.reason_label
    assert objects_of(file) == []


def test_nothing_can_be_read_before_it_is_clean(owner):
    file, _ = expected(owner, picture())
    waiting = [file]
    sent(file, picture())
    waiting.append(services.complete(file=file, at=now()))
    for early in waiting:
        with pytest.raises(Unknown):
            address_of(early)
        with pytest.raises(Unknown):
            services.content(file=early)
    assert not Entry.objects.about(f"file:{file.pk}").exists()


@pytest.mark.parametrize(
    "kind", ["image/gif", "application/pdf", "image/svg+xml", "text/html", "", "image/jpeg\r\nx: y"]
)
def test_other_types_are_refused_by_name(owner, kind):
    with pytest.raises(Invalid) as refused:
        expected(owner, b"x", content_type=kind)
    assert refused.value.code == "unsupported_type"
    assert refused.value.faults[0].pointer == "/content_type"


@pytest.mark.parametrize("kind", ["photo", "paper"])
def test_what_is_too_large_is_refused_before_it_is_sent(owner, kind):
    file, _ = expected(owner, b"", kind=kind, size=LARGEST[kind])
    assert file.status == FileStatus.EXPECTED
    with pytest.raises(TooLarge) as refused:
        expected(owner, b"", kind=kind, size=LARGEST[kind] + 1)
    assert refused.value.code == "file_too_large"


def test_an_account_cannot_fill_the_store(owner, monkeypatch):
    monkeypatch.setattr(uploads, "QUOTA", 3)
    for _ in range(3):
        expected(owner, b"x")
    relative = make_user()
    for who in (owner, relative):  # by account, and by whose file it is
        with pytest.raises(TooMany) as refused:
            expected(who, b"x", citizen=citizen_of(owner))
        assert refused.value.code == "upload_quota"
    assert expected(relative, b"x")
    assert expected(owner, b"x", at=now() + timedelta(days=1, minutes=1))


def test_completing_before_uploading_says_so(owner):
    file, _ = expected(owner, picture())
    with pytest.raises(Conflict) as refused:
        services.complete(file=file, at=now())
    assert refused.value.code == "file_not_uploaded"
    assert File.objects.get(pk=file.pk).status == FileStatus.EXPECTED


def test_more_bytes_than_announced_are_refused(owner):
    file, _ = expected(owner, b"", size=100)
    blobs.put(blobs.quarantined(file.raw_key, file.citizen_id), [picture()])
    with pytest.raises(TooLarge) as refused:
        services.complete(file=file, at=now())
    assert refused.value.code == "file_too_large"


def test_completing_twice_cleans_once(owner):
    file = received(owner, picture())
    again = services.complete(file=File.objects.get(pk=file.pk), at=now())
    assert again.status == FileStatus.RECEIVED
    assert Delivery.objects.filter(reaction="documents.clean_the_upload").count() == 1


def test_what_grew_after_completing_is_refused_by_the_worker(owner):
    file = received(owner, picture())
    blobs.put(blobs.quarantined(file.raw_key, file.citizen_id), [picture(), bytes(LARGEST["photo"])])
    drain(queue="files")
    file.refresh_from_db()
    assert (file.status, file.reason) == (FileStatus.REJECTED, "too_large")


class Crash(BaseException):
    """The worker is gone: nothing below may catch this."""


def crash_at(monkeypatch, point):
    def fall(name):
        if name == point:
            raise Crash

    monkeypatch.setattr(files, "fault_point", fall)


@pytest.mark.parametrize("point", ["documents.cleaned", "documents.stored"])
def test_a_worker_that_dies_twice_leaves_one_clean_copy(owner, monkeypatch, point):
    file = received(owner, picture())
    crash_at(monkeypatch, point)
    for _ in range(2):
        with pytest.raises(Crash):
            drain(queue="files")
        Delivery.objects.open().update(due_at=Now())
    crash_at(monkeypatch, "never")
    drain(queue="files")
    file.refresh_from_db()
    assert file.status == FileStatus.CLEAN
    assert objects_of(file) == [file.clean_key]
    assert services.content(file=file).startswith(b"\xff\xd8")
    assert not Delivery.objects.open().filter(queue="files").exists()


def test_a_worker_that_dies_after_recording_leaves_no_original(owner, monkeypatch):
    file = received(owner, picture())

    def fall(key):
        raise Crash

    with monkeypatch.context() as patched:
        patched.setattr(store(), "delete", fall)
        with pytest.raises(Crash):
            drain(queue="files")
    assert File.objects.get(pk=file.pk).status == FileStatus.CLEAN
    assert file.raw_key in objects_of(file)
    Delivery.objects.open().update(due_at=Now())
    drain(queue="files")
    assert objects_of(file) == [File.objects.get(pk=file.pk).clean_key]


def test_a_worker_that_lost_its_lease_records_nothing(owner, monkeypatch):
    file = received(owner, picture())

    def overtaken(name):
        Delivery.objects.filter(reaction="documents.clean_the_upload").update(attempts=9)

    monkeypatch.setattr(files, "fault_point", overtaken)
    drain(queue="files")
    assert File.objects.get(pk=file.pk).status == FileStatus.RECEIVED


def test_a_store_that_does_not_answer_is_waited_for(owner, monkeypatch):
    file = received(owner, picture())
    dead = DocumentStore()
    dead._inside = _client("http://127.0.0.1:1")
    monkeypatch.setattr(blobs, "store", lambda: dead)
    drain(queue="files")
    owed = Delivery.objects.get(reaction="documents.clean_the_upload")
    assert owed.error.startswith("Unavailable")
    assert owed.due_at is not None
    assert File.objects.get(pk=file.pk).status == FileStatus.RECEIVED


def test_what_is_never_completed_is_thrown_away(owner):
    forgotten, _ = expected(owner, picture())
    sent(forgotten, picture())
    assert services.purge(at=now()) == 0
    assert objects_of(forgotten)
    assert services.purge(at=now() + timedelta(hours=25)) >= 1
    forgotten.refresh_from_db()
    assert (forgotten.status, forgotten.reason) == (FileStatus.REJECTED, "never_uploaded")
    assert objects_of(forgotten) == []


def test_what_is_uploaded_again_after_the_cleaning_is_thrown_away(owner):
    file, _ = expected(owner, picture())
    sent(file, picture())
    services.complete(file=file, at=now())
    drain(queue="files")
    sent(file, picture())  # one that was on its way all the time
    services.purge(at=now() + timedelta(hours=25))
    file.refresh_from_db()
    assert file.status == FileStatus.CLEAN
    assert objects_of(file) == [file.clean_key]


def test_what_nobody_needs_any_more_goes(owner):
    file = cleaned(owner)
    for _ in range(2):
        services.discard(file=file)
    drain(queue="files")
    file.refresh_from_db()
    assert (file.status, file.clean_key, objects_of(file)) == (FileStatus.DISCARDED, "", [])
    with pytest.raises(Unknown):
        services.content(file=file)
    assert not File.objects.older_than(now() + timedelta(days=31)).filter(pk=file.pk).exists()


def test_what_is_discarded_while_it_is_cleaned_leaves_nothing(owner, monkeypatch):
    file = received(owner, picture())

    def meanwhile(name):
        if name == "documents.cleaned":
            services.discard(file=file)
            files.discard_objects(file=str(file.pk))

    monkeypatch.setattr(files, "fault_point", meanwhile)
    drain(queue="files")
    file.refresh_from_db()
    assert (file.status, objects_of(file)) == (FileStatus.DISCARDED, [])


def test_files_belong_to_the_citizen_not_to_the_account(owner):
    mine, child = cleaned(owner), make_citizen(owner, kind="child", born_on=date(2020, 1, 1))
    childs = cleaned(owner, citizen=child)
    other_parent = make_user()
    Relation.objects.create(user=other_parent, citizen=child, kind="child")
    assert set(File.objects.of(owner)) == {mine, childs}
    assert list(File.objects.of(other_parent)) == [childs]
    assert list(File.objects.about(child).readable()) == [childs]
