import pytest

from apps.audit.models import Entry
from tests.accounts.factories import Phone, faults, make_user

pytestmark = pytest.mark.django_db


@pytest.fixture
def phone():
    return Phone(make_user(email="li.na@example.com"))


def test_the_account_is_shown(phone):
    assert phone.get("me").json() == {
        "id": str(phone.device.user_id),
        "email": "li.na@example.com",
        "phone": None,
        "language": "zh-hans",
        "time_zone": "Asia/Shanghai",
    }


def test_language_and_time_zone_are_chosen(phone):
    answer = phone.patch("me", {"language": "en", "time_zone": "Europe/Paris"})
    assert (answer.json()["language"], answer.json()["time_zone"]) == ("en", "Europe/Paris")
    assert phone.get("me").json() == answer.json()
    entry = Entry.objects.get(action="account_changed")
    assert entry.detail == {"language": "en", "time_zone": "Europe/Paris"}


@pytest.mark.parametrize(
    ("change", "wrong"),
    [
        ({"language": "fr"}, {"/language": "invalid_choice"}),
        ({"time_zone": "Mars/Olympus"}, {"/time_zone": "time_zone"}),
        ({"time_zone": "../../etc/passwd"}, {"/time_zone": "time_zone"}),
        ({"email": "x@example.com"}, {"/email": "unknown_field"}),
        ({"is_staff": True}, {"/is_staff": "unknown_field"}),
    ],
)
def test_nothing_else_is(phone, change, wrong):
    answer = phone.patch("me", change)
    assert answer.status_code == 400
    assert faults(answer) == wrong


def test_names_are_suggested(phone):
    answer = phone.post("names/suggestions", {"name": "吕•布"})
    assert answer.json() == {
        "surname": "LYU",
        "given_names": "BU",
        "also": ["LU", "LV"],
        "unread": [],
        "unsure": True,
        "source": "rule",
        "note": "If an earlier passport spells the name differently, keep that spelling.",
    }


def test_what_is_no_name_gets_no_suggestion(phone):
    answer = phone.post("names/suggestions", {"name": "李\ue863"})
    assert answer.status_code == 400
    assert faults(answer) == {"/name": "name_private_use"}
