"""Addresses: what they open, for whom, for how long, and everything they do not (security A7, U1, U7)."""

import io
import re
from datetime import timedelta

import pytest
from django.conf import settings
from django.http import UnreadablePostError
from django.test import Client
from django.utils.timezone import now

from apps.accounts.models import Relation
from apps.audit.models import Entry
from apps.documents import services
from apps.documents.services import addresses, blobs
from apps.documents.store import store
from apps.kernel.errors import Invalid
from apps.kernel.workflow import Actor, By
from tests.accounts.factories import Phone, make_user
from tests.documents.factories import actor, ask, citizen_of, cleaned, expected, get, issued, picture, put

pytestmark = pytest.mark.django_db


@pytest.fixture
def owner():
    return make_user()


@pytest.fixture
def phone(owner):
    return Phone(owner)


def url_of(file, phone):
    return phone.get(f"files/{file.pk}/content").json()["url"]


def late(monkeypatch, **by):
    """The API's clock from now on."""
    monkeypatch.setattr("apps.documents.api.content.now", lambda: now() + timedelta(**by))


def test_an_address_is_good_for_the_device_that_asked(owner, phone):
    file = cleaned(owner)
    url = url_of(file, phone)
    assert get(phone, url).body == services.content(file=file)
    strangers = [Phone(owner), Phone(make_user())]  # her other phone, and somebody else's
    assert [get(other, url).status_code for other in strangers] == [404, 404]
    assert get(Phone(), url).status_code == 401


def test_two_readers_get_two_addresses_and_neither_opens_the_others_file(owner, phone):
    mine, other = cleaned(owner), cleaned(make_user())
    first, second = url_of(mine, phone), url_of(cleaned(owner), phone)
    mixed = first.rpartition(":")[0] + ":" + second.rpartition(":")[2]
    assert get(phone, mixed).status_code == 404
    theirs = services.read_address(file=other, actor=actor(other.owner), session=str(phone.device.pk), at=now()).url
    assert get(phone, theirs).status_code == 404


def test_an_address_to_read_lives_a_minute(owner, phone, monkeypatch):
    file = cleaned(owner)
    given = services.read_address(file=file, actor=actor(owner), session="x", at=now())
    assert given.expires_at - now() <= timedelta(seconds=60)
    url = url_of(file, phone)
    late(monkeypatch, seconds=59)
    assert get(phone, url).status_code == 200
    late(monkeypatch, seconds=61)
    assert get(phone, url).status_code == 404


def test_signing_out_closes_it(owner, phone):
    url = url_of(cleaned(owner), phone)
    assert phone.delete("auth/tokens/current").status_code == 204
    assert get(phone, url).status_code == 401


def test_who_may_no_longer_act_for_the_person_may_no_longer_look(owner, phone):
    url = url_of(cleaned(owner), phone)
    Relation.objects.filter(user=owner).delete()
    assert get(phone, url).status_code == 404


def test_that_it_was_read_is_written_down_before_the_first_byte(owner, phone, monkeypatch):
    file = cleaned(owner)
    url = url_of(file, phone)
    read, seen = blobs.read, []

    def watched(place):
        seen.append(Entry.objects.about(f"file:{file.pk}").filter(action="file_read").count())
        return read(place)

    monkeypatch.setattr(blobs, "read", watched)
    for _ in range(2):
        assert get(phone, url).status_code == 200
    assert seen == [1, 2]  # a second look is a second entry
    assert Entry.objects.about(f"file:{file.pk}").first().actor == f"applicant:{owner.pk}"


def test_a_look_names_whose_file_it_was(owner, phone):
    file = cleaned(owner)
    get(phone, url_of(file, phone))
    entry = Entry.objects.about(f"file:{file.pk}").get()
    assert str(file.citizen_id) in {str(getattr(entry, "citizen", "")), entry.detail.get("citizen")}


@pytest.mark.parametrize("method", ["HEAD", "POST", "PUT", "DELETE", "PATCH"])
def test_nothing_but_get_reads(owner, phone, method):
    file = cleaned(owner)
    answer = phone.generic(method, url_of(file, phone).partition("/api/v1/")[2])
    assert answer.status_code == 405
    assert b"\xff\xd8" not in answer.content
    assert not Entry.objects.about(f"file:{file.pk}").exists()


def test_a_range_is_not_looked_at(owner, phone):
    file = cleaned(owner)
    answer = get(phone, url_of(file, phone), HTTP_RANGE="bytes=0-9", HTTP_ACCEPT="image/*")
    assert (answer.status_code, answer["Accept-Ranges"], answer.body) == (200, "none", services.content(file=file))


def test_what_comes_can_do_nothing(owner, phone):
    answer = get(phone, url_of(file := cleaned(owner), phone))
    assert answer["Content-Type"] == "image/jpeg"
    assert answer["X-Content-Type-Options"] == "nosniff"
    assert answer["Content-Security-Policy"] == "sandbox; default-src 'none'"
    assert "no-store" in answer["Cache-Control"]
    assert answer["Content-Disposition"] == f'inline; filename="{file.pk}.jpg"'
    assert int(answer["Content-Length"]) == len(answer.body)


def test_a_document_comes_as_a_download_by_its_number(owner, phone):
    issue = issued(owner, pdf=b"%PDF-1.7 mine")
    answer = get(phone, phone.get(f"documents/{issue.pk}/pdf").json()["url"])
    assert (answer.body, answer["Content-Type"]) == (b"%PDF-1.7 mine", "application/pdf")
    assert answer["Content-Disposition"] == f'attachment; filename="{issue.number}.pdf"'
    assert Entry.objects.about(f"document:{issue.pk}").filter(action="document_read").count() == 1


@pytest.mark.parametrize("token", ["x", "x:y", "%00", "..%2f", "é", "a" * 5000, "eyJ3IjoiZmlsZSJ9:x", ":", "\u200b"])
@pytest.mark.parametrize("path", ["readings/", "uploads/"])
def test_an_invented_address_leads_nowhere(phone, path, token):
    send = phone.get if path == "readings/" else phone.put
    assert send(path + token).status_code == 404


# At the desk


@pytest.fixture
def officer():
    return make_user(username="officer-x", is_staff=True)


def desk(officer):
    client = Client(headers={"Accept-Language": "en"})
    client.force_login(officer, backend=settings.AUTHENTICATION_BACKENDS[0])
    return client


def staff_url(file, officer, client):
    return services.read_address(
        file=file, actor=Actor(By.OFFICER, officer), session=client.session.session_key, at=now()
    ).url


def test_at_the_desk_the_cookie_is_asked_for(owner, officer, phone):
    file, client = cleaned(owner), desk(officer)
    url = staff_url(file, officer, client)
    assert url.startswith("/admin/content/")
    answer = client.get(url)
    assert b"".join(answer.streaming_content) == services.content(file=file)
    assert answer["Content-Security-Policy"] == "sandbox; default-src 'none'"
    assert Entry.objects.about(f"file:{file.pk}").get().actor == f"officer:{officer.pk}"
    again = desk(officer)  # the same officer, signed in elsewhere
    assert again.get(url).status_code == 404
    assert Client().get(url).status_code == 302
    assert phone.get(url.replace("/admin/content/", "readings/")).status_code == 404
    assert client.post(url).status_code == 405
    client.logout()
    assert client.get(url).status_code == 302
    assert Entry.objects.about(f"file:{file.pk}").count() == 1


def test_a_citizen_at_the_desks_address_sees_a_sign_in_page(owner, officer):
    url = staff_url(cleaned(owner), officer, desk(officer))
    client = Client()
    client.force_login(owner, backend=settings.AUTHENTICATION_BACKENDS[0])
    assert client.get(url).status_code == 302


# Sending


def test_an_address_to_send_to_is_good_for_the_account_that_announced(owner, phone):
    file, address = expected(owner, picture())
    relative = make_user()
    Relation.objects.create(user=relative, citizen=file.citizen, kind="parent")
    assert put(Phone(relative), address, picture()).status_code == 404
    assert put(Phone(make_user()), address, picture()).status_code == 404
    assert put(Phone(), address, picture()).status_code == 401
    assert not store().size(file.raw_key)
    assert put(Phone(owner), address, picture()).status_code == 204
    assert blobs.size(file.raw_key) == len(picture())


def test_an_address_to_send_to_reads_nothing_and_the_other_way_round(owner, phone):
    _, address = expected(owner, picture())
    reading = address.url.replace("/uploads/", "/readings/")
    assert get(phone, reading).status_code == 404
    sending = url_of(cleaned(owner), phone).replace("/readings/", "/uploads/")
    assert put(phone, {"url": sending, "headers": address.headers}, picture()).status_code == 404


def test_after_a_quarter_of_an_hour_it_is_too_late(owner, phone, monkeypatch):
    _, address = expected(owner, picture())
    assert address.expires_at - now() <= addresses.UPLOAD_FOR
    late(monkeypatch, minutes=16)
    assert put(phone, address, picture()).status_code == 404


@pytest.mark.parametrize(
    ("sent", "headers", "status", "code"),
    [
        (1, {}, 409, "file_too_small"),
        (-1, {}, 413, "file_too_large"),
        (0, {"content_type": "image/png"}, 415, "unsupported_media_type"),
        (0, {"content_type": "text/html"}, 415, "unsupported_media_type"),
        (0, {"content_type": "multipart/form-data; boundary=x"}, 415, "unsupported_media_type"),
        (0, {"CONTENT_LENGTH": ""}, 411, "length_required"),
        (0, {"CONTENT_LENGTH": "-5"}, 411, "length_required"),
        (0, {"CONTENT_LENGTH": "many"}, 411, "length_required"),
        (0, {"HTTP_TRANSFER_ENCODING": "chunked"}, 411, "length_required"),
        (0, {"CONTENT_LENGTH": str(2**40)}, 413, "too_large"),
        (0, {"CONTENT_LENGTH": "9" * 5000}, 413, "too_large"),
    ],
)
def test_what_was_not_announced_is_refused_unread(owner, phone, monkeypatch, sent, headers, status, code):
    content = picture()
    file, address = expected(owner, b"", size=len(content) + sent)
    monkeypatch.setattr(services, "receive", lambda **_: pytest.fail("it was read"))
    answer = put(phone, address, content, **headers)
    assert (answer.status_code, answer.json()["code"]) == (status, code)
    assert not store().size(file.raw_key)


def gone(size):
    raise UnreadablePostError


@pytest.mark.parametrize("read", [io.BytesIO(b"x" * 4000).read, gone], ids=["short", "gone"])
def test_what_breaks_off_leaves_nothing(owner, read):
    file, _ = expected(owner, b"", size=5000)
    with pytest.raises(Invalid) as refused:
        services.receive(file=file, read=read)
    assert refused.value.code == "incomplete_upload"
    assert not store().size(file.raw_key)


def test_what_is_there_is_not_replaced(owner, phone):
    file, address = expected(owner, picture())
    assert put(phone, address, picture()).status_code == 204
    assert phone.post(f"files/{file.pk}/complete").status_code == 200
    answer = put(phone, address, picture())
    assert (answer.status_code, answer.json()["code"]) == (409, "already_uploaded")


def test_phones_are_sent_to_the_public_address(owner, settings):
    settings.PUBLIC_URL = "https://consulate.example"
    _, address = expected(owner, b"x")
    assert address.url.startswith("https://consulate.example/api/v1/uploads/")
    assert address.headers == {"Content-Type": "image/jpeg", "Content-Length": "1"}


def test_an_address_tells_nobody_who_it_is_for(owner, phone):
    file = cleaned(owner)
    shown = url_of(file, phone) + expected(owner, b"x")[1].url
    assert not re.search(f"{owner.pk}|{phone.device.pk}|{citizen_of(owner).pk}", shown)


def test_the_bucket_is_closed_to_strangers(owner):
    file = cleaned(owner)
    options = settings.STORAGES["default"]["OPTIONS"]
    base = f"{options['endpoint_url']}/{options['bucket_name']}"
    for path in ("", "/", f"/{file.clean_key}", "/quarantine/", "?list-type=2"):
        answer = ask("GET", base + path)
        assert answer.status_code in {400, 403}
        assert b"CCF" not in answer.content
