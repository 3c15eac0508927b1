"""What opens the door, and everything that does not (security C1, C2)."""

import secrets
from datetime import timedelta

import pytest
from django.utils import timezone

from apps.accounts.models import Device
from apps.accounts.services import devices
from tests.accounts.factories import Phone, make_device, make_user

pytestmark = pytest.mark.django_db


@pytest.fixture
def signed_in():
    user = make_user()
    device, token = make_device(user)
    return user, device, token


def me(header):
    phone = Phone()
    if header is not None:
        phone.credentials(HTTP_AUTHORIZATION=header)
    return phone.get("me")


def test_a_token_opens_the_door(signed_in):
    user, _, token = signed_in
    assert me(f"Bearer {token}").json()["id"] == str(user.pk)


@pytest.mark.parametrize(
    "forge",
    [
        lambda token: "",
        lambda token: token,
        lambda token: "Bearer",
        lambda token: "Bearer ",
        lambda token: f"bearer {token}",
        lambda token: f"Token {token}",
        lambda token: f"Basic {token}",
        lambda token: f"Bearer {token[:-1]}",
        lambda token: f"Bearer {token[:20]}",
        lambda token: f"Bearer {token}A",
        lambda token: f"Bearer {token} {token}",
        lambda token: f"Bearer {token.swapcase()}",
        lambda token: f"Bearer {token.removeprefix('cc_')}",
        lambda token: f"Bearer {devices.sha256(token)}",
        lambda token: f"Bearer cc_{devices.sha256(token)[:43]}",
        lambda token: f"Bearer cc_{secrets.token_urlsafe(32)}",
        lambda token: "Bearer cc_" + "%00" * 14 + "x",
        lambda token: "Bearer cc_" + "\u4e00" * 43,
        lambda token: "Bearer " + "A" * 5000,
        lambda token: "Bearer eyJhbGciOiJub25lIn0.eyJzdWIiOiIxIn0.",
        lambda token: "Bearer cc_' OR 1=1; --",
        lambda token: None,
    ],
)
def test_nothing_else_does(forge, signed_in):
    answer = me(forge(signed_in[2]))
    assert answer.status_code == 401
    assert answer.json()["code"] == "not_signed_in"
    assert answer["WWW-Authenticate"] == "Bearer"


@pytest.mark.parametrize(
    "change", [{"revoked_at": timezone.now()}, {"expires_at": timezone.now() - timedelta(seconds=1)}]
)
def test_a_revoked_or_expired_token_is_worth_nothing(change, signed_in):
    _, device, token = signed_in
    Device.objects.filter(pk=device.pk).update(**change)
    assert me(f"Bearer {token}").status_code == 401


@pytest.mark.parametrize("change", [{"is_active": False}, {"is_staff": True}])
def test_closing_the_account_closes_every_device(change, signed_in):
    user, _, token = signed_in
    for name, value in change.items():
        setattr(user, name, value)
    user.save()
    assert me(f"Bearer {token}").status_code == 401


def test_signing_out_ends_this_device_only(signed_in):
    user, device, token = signed_in
    other = Phone(user)
    phone = Phone()
    phone.use(token)

    assert phone.delete("auth/tokens/current").status_code == 204
    assert phone.get("me").status_code == 401
    assert phone.delete("auth/tokens/current").status_code == 401
    assert other.get("me").status_code == 200
    device.refresh_from_db()
    assert device.revoked_at is not None


def test_a_lost_phone_is_signed_out_from_another():
    user = make_user()
    mine, lost = Phone(user), Phone(user)

    listed = mine.get("devices").json()["results"]
    assert {row["id"]: row["is_current"] for row in listed} == {
        str(mine.device.pk): True,
        str(lost.device.pk): False,
    }
    assert mine.delete(f"devices/{lost.device.pk}").status_code == 204
    assert lost.get("me").status_code == 401
    assert [row["id"] for row in mine.get("devices").json()["results"]] == [str(mine.device.pk)]
    assert mine.delete(f"devices/{lost.device.pk}").status_code == 404


def test_someone_elses_device_does_not_exist():
    stranger = Phone(make_user())
    mine = Phone(make_user())
    assert mine.delete(f"devices/{stranger.device.pk}").status_code == 404
    assert stranger.get("me").status_code == 200


def test_use_keeps_a_device_signed_in_but_is_not_written_each_time(signed_in, django_assert_num_queries):
    _, device, token = signed_in
    with django_assert_num_queries(1):
        me(f"Bearer {token}")

    long_ago = timezone.now() - timedelta(minutes=11)
    Device.objects.filter(pk=device.pk).update(last_seen_at=long_ago, expires_at=timezone.now() + timedelta(1))
    me(f"Bearer {token}")
    device.refresh_from_db()

    assert timezone.now() - device.last_seen_at < timedelta(minutes=1)
    assert device.expires_at - device.last_seen_at == timedelta(days=30)


def test_a_device_revoked_meanwhile_is_not_revived_by_use(signed_in):
    _, device, token = signed_in
    Device.objects.filter(pk=device.pk).update(revoked_at=timezone.now())
    devices.seen(device=device, at=timezone.now() + timedelta(days=1))
    assert me(f"Bearer {token}").status_code == 401
    device.refresh_from_db()
    assert device.last_seen_at < timezone.now()


def test_every_token_is_another():
    tokens = {devices.new_token() for _ in range(100)}
    assert len(tokens) == 100


def test_an_open_view_does_not_mind_a_stale_token():
    phone = Phone()
    phone.credentials(HTTP_AUTHORIZATION="Bearer stale")
    assert phone.get("consents/personal_data").status_code == 200
