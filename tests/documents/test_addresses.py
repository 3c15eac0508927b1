"""Signed addresses: what they open, for how long, and everything they do not (security A7), at a real S3 server."""

import time
from datetime import timedelta
from urllib.parse import parse_qs, parse_qsl, urlencode, urlsplit, urlunsplit

import pytest
from django.conf import settings
from django.utils.timezone import now

from apps.documents import services
from apps.documents.store import store
from apps.kernel.workflow import SYSTEM
from tests.accounts.factories import make_user
from tests.documents.factories import ask, cleaned, expected, picture, put

pytestmark = pytest.mark.django_db


@pytest.fixture
def owner():
    return make_user()


def get(url):
    return ask("GET", url)


def url_of(file, actor=SYSTEM):
    return services.read_address(file=file, actor=actor, at=now()).url


def changed(url, **query):
    """The same address with parts of its query replaced."""
    parts = urlsplit(url)
    return urlunsplit(parts._replace(query=urlencode(dict(parse_qsl(parts.query)) | query)))


def is_refused(answer):
    """S3 says 403; the embedded server says 400 to what is unsigned or has expired."""
    return answer.status_code in {400, 403} and b"\xff\xd8" not in answer.content


def test_an_address_is_good_for_its_own_object_only(owner):
    mine, other = cleaned(owner), cleaned(make_user())
    url = url_of(mine)
    assert get(url).status_code == 200
    assert is_refused(get(url.replace(mine.clean_key, other.clean_key)))
    assert is_refused(get(url.partition("?")[0]))
    assert is_refused(ask("PUT", url, content=b"x"))
    assert is_refused(ask("DELETE", url))
    assert get(url_of(mine)).status_code == 200


def test_an_address_to_read_lives_a_minute(owner):
    file = cleaned(owner)
    address = services.read_address(file=file, actor=SYSTEM, at=now())
    query = parse_qs(urlsplit(address.url).query)
    assert int(query["X-Amz-Expires"][0]) <= 60
    assert address.expires_at - now() <= timedelta(seconds=60)
    assert is_refused(get(changed(address.url, **{"X-Amz-Expires": "604800"})))
    assert is_refused(get(changed(address.url, **{"X-Amz-Date": "20200101T000000Z"})))


def test_an_address_says_what_it_gives(owner):
    query = parse_qs(urlsplit(url_of(cleaned(owner))).query)
    assert query["response-content-type"] == ["image/jpeg"]
    assert query["response-content-disposition"][0].startswith('inline; filename="')


def test_an_address_that_has_expired_is_refused(owner, monkeypatch):
    monkeypatch.setattr("apps.documents.store.READ_FOR", timedelta(seconds=1))
    url = url_of(cleaned(owner))
    assert get(url).status_code == 200
    time.sleep(2.1)
    assert is_refused(get(url))


def test_an_upload_address_is_good_for_one_key_and_type(owner):
    file, address = expected(owner, picture())
    elsewhere = address.url.replace(file.raw_key, "files/elsewhere.jpg")
    assert is_refused(ask("PUT", elsewhere, content=picture(), headers=address.headers))
    assert is_refused(put(address, picture(), **{"Content-Type": "text/html"}))
    assert put(address, picture()).status_code == 200
    assert is_refused(get(address.url))


def test_an_upload_address_binds_type_and_length(owner):
    _, address = expected(owner, b"", size=1234)
    signed = parse_qs(urlsplit(address.url).query)["X-Amz-SignedHeaders"][0].split(";")
    assert {"content-type", "content-length", "host"} <= set(signed)
    assert address.headers == {"Content-Type": "image/jpeg", "Content-Length": "1234"}


def test_phones_are_sent_to_the_public_address(owner, settings):
    settings.S3_PUBLIC_URL = "https://files.example"
    store.cache_clear()
    try:
        _, address = expected(owner, b"x")
        assert address.url.startswith("https://files.example/")
    finally:
        store.cache_clear()


def test_the_bucket_is_closed_to_strangers(owner):
    file = cleaned(owner)
    base = f"{settings.S3_PUBLIC_URL}/{settings.STORAGES['default']['OPTIONS']['bucket_name']}"
    for path in ("", "/", f"/{file.clean_key}", "/quarantine/", "?list-type=2"):
        assert is_refused(get(base + path))
