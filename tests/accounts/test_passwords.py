"""The officers' door (security C5)."""

from datetime import timedelta
from threading import Barrier, Thread

import pytest
from django.core.exceptions import ValidationError
from django.db import connection
from django.db.models import F
from django.test import RequestFactory

from apps.accounts import services
from apps.accounts.models import Tally
from apps.accounts.passwords import CountedPasswords
from tests.accounts.factories import make_user

RIGHT = "correct horse battery staple"


def enter(username="officer", password=RIGHT):
    return CountedPasswords().authenticate(RequestFactory().post("/"), username=username, password=password)


@pytest.fixture(autouse=True)
def cheap_passwords(settings):
    settings.PASSWORD_HASHERS = ["django.contrib.auth.hashers.MD5PasswordHasher"]


@pytest.fixture
def checks(monkeypatch):
    made = []
    honest = CountedPasswords.__mro__[1].authenticate
    monkeypatch.setattr(
        CountedPasswords.__mro__[1], "authenticate", lambda *args, **more: made.append(1) or honest(*args, **more)
    )
    return made


@pytest.mark.django_db
def test_an_officer_enters_with_user_name_and_password():
    officer = services.create_officer(username="officer", password=RIGHT)
    assert enter() == officer
    assert officer.is_staff
    assert not officer.is_superuser


@pytest.mark.django_db
def test_a_citizens_account_has_no_password_to_guess():
    user = make_user(username="citizen")
    assert not user.has_usable_password()
    user.set_password(RIGHT)
    user.save()
    assert enter("citizen") is None


@pytest.mark.django_db
@pytest.mark.parametrize("password", ["short", "password1234567", ""])
def test_a_weak_password_makes_no_officer(password, settings):
    settings.AUTH_PASSWORD_VALIDATORS = [
        {
            "NAME": "django.contrib.auth.password_validation.MinimumLengthValidator",
            "OPTIONS": {"min_length": 16},
        }
    ]
    with pytest.raises(ValidationError):
        services.create_officer(username="officer", password=password)


@pytest.mark.django_db
def test_after_ten_wrong_passwords_even_the_right_one_waits(checks):
    services.create_officer(username="officer", password=RIGHT)
    for _ in range(30):
        assert enter(password="wrong") is None
    assert len(checks) == 10
    assert enter() is None
    assert enter("OFFICER") is None

    Tally.objects.update(since=F("since") - timedelta(minutes=16))
    assert enter() is not None


@pytest.mark.django_db
def test_someone_who_gets_in_starts_afresh():
    services.create_officer(username="officer", password=RIGHT)
    for _ in range(5):
        for _ in range(9):
            enter(password="wrong")
        assert enter() is not None


@pytest.mark.django_db
def test_a_name_nobody_has_is_counted_as_well(checks):
    for _ in range(12):
        assert enter("nobody") is None
    assert len(checks) == 10


@pytest.mark.django_db
@pytest.mark.parametrize(("username", "password"), [("", "x"), (None, "x"), ("a\0b", "x"), ("officer", None)])
def test_nonsense_is_refused_without_a_trace(username, password):
    assert enter(username, password) is None
    assert not Tally.objects.exists()


@pytest.mark.django_db(transaction=True)
def test_forty_guessers_at_once_get_ten_checks(checks):
    services.create_officer(username="officer", password=RIGHT)
    start = Barrier(40)

    def guess():
        start.wait()
        enter(password="wrong")
        connection.close()

    threads = [Thread(target=guess) for _ in range(40)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert len(checks) == 10
