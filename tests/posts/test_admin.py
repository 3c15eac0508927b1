"""The staff screens of posts, as a browser sends them."""

from datetime import time

import pytest
from django.contrib.auth.models import Permission

from apps.accounts.models import User
from apps.posts.models import Closure, Officer, OpeningRule, Post
from tests.posts.factories import make_post, make_service, make_tariff

pytestmark = pytest.mark.django_db

PAGES = [
    "post/",
    "post/add/",
    "post/PAR/change/",
    "tariff/",
    "tariff/add/",
    "waiver/",
    "waiver/add/",
    "officer/",
    "officer/add/",
]
PREFIXES = ("opening_rules", "closures", "services", "districts")


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


def test_staff_without_permission_see_nothing(client, paris):
    client.force_login(User.objects.create(username="li", is_staff=True))

    assert client.get("/admin/posts/post/PAR/change/").status_code == 403
    assert client.get("/admin/posts/tariff/").status_code == 403


def test_only_staff_become_officers(client, superuser, paris):
    citizen = User.objects.create(username="zhang")

    assert client.post("/admin/posts/officer/add/", {"user": citizen.pk, "post": "PAR"}).status_code == 200
    assert not Officer.objects.exists()


def test_nobody_at_the_desk_raises_what_one_person_may_give_back(client, superuser, paris):
    client.post(f"/admin/posts/post/{paris.code}/change/", post_form(paris) | {"refund_alone_minor": "100000"})

    paris.refresh_from_db()
    assert paris.refund_alone_minor == 0
