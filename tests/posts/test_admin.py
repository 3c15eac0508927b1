"""The staff screens of posts, as a browser sends them."""

from datetime import UTC, date, datetime, time

import pytest
from django.contrib.auth.models import Permission

from apps.accounts.models import User
from apps.posts.models import Closure, Officer, OpeningRule, Post, Tariff
from tests.posts.factories import make_post, make_service, make_tariff

pytestmark = pytest.mark.django_db

AT = datetime(2026, 6, 1, 12, tzinfo=UTC)
PAGES = ["post/", "post/add/", "post/PAR/change/", "tariff/", "tariff/add/", "officer/", "officer/add/"]
PREFIXES = ("opening_rules", "closures", "services", "districts")


@pytest.fixture(autouse=True)
def clock(monkeypatch):
    monkeypatch.setattr("apps.posts.admin.now", lambda: AT)


@pytest.fixture
def paris():
    return make_post(weekdays=())


@pytest.fixture
def officer(client, paris):
    """Works in Paris and may do anything with posts there."""
    user = User.objects.create(username="wang", is_staff=True)
    user.user_permissions.set(Permission.objects.filter(content_type__app_label="posts"))
    Officer.objects.create(user=user, post=paris)
    client.force_login(user)
    return user


@pytest.fixture
def superuser(client):
    user = User.objects.create(username="root", is_staff=True, is_superuser=True)
    client.force_login(user)
    return user


def post_form(post, **inlines):
    """What the browser sends for the page of a post; ``inlines`` by prefix are lists of new rows."""
    names = ["kind", "name_zh", "name_en", "country", "subdivision", "city_zh", "city_en", "address", "time_zone",
             "policy", "charge_policy"]  # fmt: skip
    form = {name: getattr(post, name) for name in names} | {"is_open": "on"}
    for prefix in PREFIXES:
        rows = inlines.get(prefix, [])
        form |= {f"{prefix}-TOTAL_FORMS": len(rows), f"{prefix}-INITIAL_FORMS": 0}
        form |= {f"{prefix}-{n}-{name}": value for n, row in enumerate(rows) for name, value in row.items()}
        form |= {f"{prefix}-{n}-post": post.code for n in range(len(rows))}
    return form


def save_post(client, post, **inlines):
    return client.post(f"/admin/posts/post/{post.code}/change/", post_form(post, **inlines))


def hours(opens, closes, weekday=1):
    return {"weekday": weekday, "opens": opens, "closes": closes}


def save_tariff(client, line, **changed):
    names = ["service", "component", "currency", "amount_minor", "active_from", "legal_basis_zh", "legal_basis_en"]
    form = {name: getattr(line, name) for name in names} | {"post": line.post_id, "active_to": ""} | changed
    return client.post(f"/admin/posts/tariff/{line.pk}/change/", form)


@pytest.mark.parametrize("language", ["zh-hans", "en"])
@pytest.mark.parametrize("page", PAGES)
def test_every_page_opens(client, superuser, paris, language, page):
    make_service(paris)
    make_tariff(paris)

    assert client.get(f"/admin/posts/{page}", headers={"Accept-Language": language}).status_code == 200


def test_staff_enter_hours_and_closures(client, officer, paris):
    closure = {"starts_on": "2026-07-01", "ends_on": "2026-07-02", "reason_zh": "搬迁", "reason_en": "Moving"}

    answer = save_post(
        client, paris, opening_rules=[hours("09:00", "12:00"), hours("12:00", "14:00")], closures=[closure]
    )

    assert answer.status_code == 302
    assert OpeningRule.objects.filter(post=paris).count() == 2
    assert Closure.objects.get().reason_zh == "搬迁"


@pytest.mark.parametrize(
    "rows",
    [
        [hours("09:00", "12:00"), hours("11:00", "13:00")],
        [hours("12:00", "09:00")],
        [hours("09:00", "09:00")],
        [hours("08:00", "10:30", weekday=2)],
        [hours("09:00", "12:00", weekday=9)],
        [hours("", "12:00")],
    ],
)
def test_hours_that_cannot_be_are_explained(client, officer, paris, rows):
    OpeningRule.objects.create(post=paris, weekday=2, opens=time(10), closes=time(11))
    form = post_form(paris, opening_rules=rows)

    answer = client.post("/admin/posts/post/PAR/change/", form)

    assert answer.status_code == 200
    assert OpeningRule.objects.count() == 1


def test_hours_can_be_moved_within_a_day(client, officer, paris):
    rule = OpeningRule.objects.create(post=paris, weekday=1, opens=time(9), closes=time(12))
    form = post_form(paris, opening_rules=[hours("10:00", "13:00") | {"id": rule.pk}, hours("08:00", "10:00")])

    answer = client.post("/admin/posts/post/PAR/change/", form | {"opening_rules-INITIAL_FORMS": 1})

    assert answer.status_code == 302
    assert [str(rule.opens) for rule in OpeningRule.objects.all()] == ["08:00:00", "10:00:00"]


def test_a_closure_that_ends_before_it_starts_is_explained(client, officer, paris):
    closure = {"starts_on": "2026-07-03", "ends_on": "2026-07-02", "reason_zh": "搬迁", "reason_en": "Moving"}

    assert save_post(client, paris, closures=[closure]).status_code == 200
    assert not Closure.objects.exists()


def test_code_and_currency_stay(client, superuser, paris):
    client.post("/admin/posts/post/PAR/change/", post_form(paris) | {"code": "XXX", "currency": "USD"})

    assert [(post.code, post.currency) for post in Post.objects.all()] == [("PAR", "EUR")]


def test_an_officer_sees_the_own_post_only(client, officer, paris):
    make_tariff(paris)
    lyon = make_post("LYS", name_en="Consulate-General in Lyon", weekdays=())
    other = make_tariff(lyon, amount_minor=4242)

    listed = client.get("/admin/posts/post/").content.decode()
    assert ("PAR" in listed, "LYS" in listed) == (True, False)
    assert "42.42" not in client.get("/admin/posts/tariff/").content.decode()
    assert client.get("/admin/posts/post/LYS/change/").status_code == 302
    assert client.get(f"/admin/posts/tariff/{other.pk}/change/").status_code == 302
    assert 'value="LYS"' not in client.get("/admin/posts/tariff/add/").content.decode()


def test_an_officer_cannot_make_a_fee_for_another_post(client, officer):
    line = Tariff(
        post=make_post("LYS", weekdays=()), service="TRAVEL_DOC", component="base", currency="EUR", amount_minor=1,
        active_from=date(2027, 1, 1), legal_basis_zh="无", legal_basis_en="None",
    )  # fmt: skip
    form = {name: getattr(line, name) for name in ("service", "component", "currency", "amount_minor", "active_from")}

    answer = client.post(
        "/admin/posts/tariff/add/", form | {"post": "LYS", "legal_basis_zh": "无", "legal_basis_en": "None"}
    )

    assert answer.status_code == 200
    assert not Tariff.objects.exists()


def test_staff_without_permission_see_nothing(client, paris):
    client.force_login(User.objects.create(username="li", is_staff=True))

    assert client.get("/admin/posts/post/PAR/change/").status_code == 403
    assert client.get("/admin/posts/tariff/").status_code == 403


def test_a_line_that_is_over_cannot_be_changed(client, superuser, paris):
    line = make_tariff(paris, active_to=date(2026, 6, 1))

    assert client.get(f"/admin/posts/tariff/{line.pk}/change/").status_code == 200
    assert save_tariff(client, line, amount_minor=1).status_code == 403
    assert client.post(f"/admin/posts/tariff/{line.pk}/delete/", {"post": "yes"}).status_code == 403
    assert Tariff.objects.get().amount_minor == 1600


def test_of_a_line_in_force_only_the_end_may_be_decided(client, superuser, paris):
    line = make_tariff(paris, active_from=date(2026, 6, 1))

    assert save_tariff(client, line, amount_minor=1, active_to="2026-06-02").status_code == 302

    line.refresh_from_db()
    assert (line.amount_minor, line.active_to) == (1600, date(2026, 6, 2))
    assert client.post(f"/admin/posts/tariff/{line.pk}/delete/", {"post": "yes"}).status_code == 403


@pytest.mark.parametrize("end", ["2026-06-01", "2026-05-01"])
def test_a_line_in_force_does_not_end_in_the_past(client, superuser, paris, end):
    line = make_tariff(paris, active_from=date(2020, 1, 1))

    assert save_tariff(client, line, active_to=end).status_code == 200
    assert Tariff.objects.get().active_to is None


def test_a_line_in_force_cannot_be_drawn_over_the_next_one(client, superuser, paris):
    line = make_tariff(paris, active_to=date(2026, 7, 1))
    make_tariff(paris, active_from=date(2026, 7, 1))

    assert save_tariff(client, line, active_to="2026-08-01").status_code == 200
    assert Tariff.objects.get(pk=line.pk).active_to == date(2026, 7, 1)


def test_a_line_to_come_can_be_changed_and_deleted(client, superuser, paris):
    line = make_tariff(paris, active_from=date(2026, 6, 2))

    assert save_tariff(client, line, amount_minor=1700).status_code == 302
    assert Tariff.objects.get().amount_minor == 1700
    assert client.post(f"/admin/posts/tariff/{line.pk}/delete/", {"post": "yes"}).status_code == 302
    assert not Tariff.objects.exists()


@pytest.mark.parametrize(
    "changed",
    [
        {"currency": "USD"},
        {"amount_minor": -1},
        {"amount_minor": 2**70},
        {"service": "TEA"},
        {"active_to": "2026-06-01"},
    ],
)
def test_a_fee_that_cannot_be_is_explained(client, superuser, paris, changed):
    line = make_tariff(paris, active_from=date(2026, 6, 2))

    assert save_tariff(client, line, **changed).status_code == 200
    assert Tariff.objects.get().amount_minor == 1600


def test_only_staff_become_officers(client, superuser, paris):
    citizen = User.objects.create(username="zhang")

    assert client.post("/admin/posts/officer/add/", {"user": citizen.pk, "post": "PAR"}).status_code == 200
    assert not Officer.objects.exists()
