import pytest

from apps.accounts import services
from tests.accounts.factories import identity_number, make_citizen, make_user

pytestmark = pytest.mark.django_db


def entered(number):
    return services.person_key(make_citizen(make_user(), identity_number=number))


def test_one_person_entered_by_two_accounts_has_one_key_and_it_tells_nothing():
    number = identity_number()
    assert entered(number) == entered(number)
    assert len(entered(number)) == 64
    assert number not in entered(number)
    assert entered(number) != entered(identity_number(born="19900102"))


def test_without_a_number_nobody_is_taken_for_somebody_else():
    keys = {entered(None), entered(None), entered("")}
    assert len(keys) == 3
    assert {len(key) for key in keys} == {32}


def test_the_key_outlives_a_new_secret_key_and_hangs_on_its_own(settings):
    number = identity_number()
    before = entered(number)
    settings.SECRET_KEY = "another-" * 8
    assert entered(number) == before
    settings.PERSON_KEY = "another-" * 8
    assert entered(number) != before
