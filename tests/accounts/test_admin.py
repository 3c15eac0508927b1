import pytest
from django.test import Client

from apps.accounts import services
from apps.accounts.models import OfficerUser, User
from apps.audit.models import Entry
from tests.accounts.factories import make_citizen, make_user

pytestmark = pytest.mark.django_db

PASSWORD = "correct horse battery staple"
LISTS = ["officeruser", "user", "citizen"]


@pytest.fixture
def boss():
    client = Client(headers={"Accept-Language": "en"})
    client.force_login(User.objects.create_superuser("boss", PASSWORD))
    return client


@pytest.fixture
def officer():
    client = Client(headers={"Accept-Language": "en"})
    client.force_login(services.create_officer(username="officer", password=PASSWORD))
    return client


@pytest.mark.parametrize("name", LISTS)
def test_superusers_see_the_lists(boss, name):
    make_citizen(make_user(email="li.na@example.com"))
    assert boss.get(f"/admin/accounts/{name}/").status_code == 200


@pytest.mark.parametrize("name", LISTS)
def test_officers_do_not(officer, name):
    citizen = make_citizen(make_user())
    assert officer.get(f"/admin/accounts/{name}/").status_code == 403
    assert officer.get(f"/admin/accounts/{name}/{citizen.pk}/change/").status_code in {302, 403}


def test_officers_and_citizens_are_in_different_lists(boss):
    make_user(email="li.na@example.com")
    services.create_officer(username="officer", password=PASSWORD)
    officers = boss.get("/admin/accounts/officeruser/").content.decode()
    citizens = boss.get("/admin/accounts/user/").content.decode()
    assert "officer" in officers
    assert "li.na@example.com" not in officers
    assert "li.na@example.com" in citizens


def test_an_officer_is_made_with_user_name_and_password(boss):
    form = {"username": "new", "usable_password": "true", "password1": PASSWORD, "password2": PASSWORD}
    answer = boss.post("/admin/accounts/officeruser/add/", form)
    assert answer.status_code == 302, answer.content.decode()[-2000:]

    made = OfficerUser.objects.get(username="new")
    assert made.is_staff
    assert made.check_password(PASSWORD)
    assert boss.get(f"/admin/accounts/officeruser/{made.pk}/change/").status_code == 200
    assert boss.get(f"/admin/accounts/officeruser/{made.pk}/password/").status_code == 200


def test_whoever_opens_somebodys_data_leaves_a_trace(boss):
    user = make_user()
    citizen = make_citizen(user)
    assert boss.get(f"/admin/accounts/user/{user.pk}/change/").status_code == 200
    page = boss.get(f"/admin/accounts/citizen/{citizen.pk}/change/")

    assert page.status_code == 200
    assert "李娜" in page.content.decode()
    (entry,) = Entry.objects.about(f"citizen:{citizen.pk}")
    assert entry.action == "citizen_viewed"
    assert entry.actor == f"officer:{User.objects.get(username='boss').pk}"


def test_the_lists_are_to_read(boss):
    citizen = make_citizen(make_user())
    boss.post(f"/admin/accounts/citizen/{citizen.pk}/change/", {"name": "张三"})
    boss.post(f"/admin/accounts/citizen/{citizen.pk}/delete/", {"post": "yes"})
    citizen.refresh_from_db()
    assert citizen.name == "李娜"
    assert boss.get("/admin/accounts/citizen/add/").status_code == 403
