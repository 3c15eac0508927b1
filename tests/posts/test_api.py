"""What a phone is told about posts, before anyone signs in."""

from datetime import UTC, date, datetime

import pytest

from apps.posts import services
from apps.posts.models import Closure, Post
from tests.posts.factories import make_post, make_service, make_tariff

pytestmark = pytest.mark.django_db

AT = datetime(2026, 12, 22, 9, 30, tzinfo=UTC)
"""A Tuesday, 10:30 in Paris, three days before Christmas."""


@pytest.fixture(autouse=True)
def clock(monkeypatch):
    monkeypatch.setattr("apps.posts.api.views.now", lambda: AT)


@pytest.fixture
def paris():
    post = make_post(address="20 rue Washington")
    make_service(post, express_days=None)
    make_tariff(post, amount_minor=1500, active_from=date(2010, 1, 1), active_to=date(2019, 7, 1))
    make_tariff(post, "postage", 900)
    make_tariff(post, amount_minor=1600)
    Closure.objects.create(
        post=post, starts_on=date(2026, 12, 28), ends_on=date(2026, 12, 28), reason_zh="搬迁", reason_en="Moving"
    )
    return post


def ask(client, path, language="en", **query):
    return client.get(f"/api/v1/{path}", query, headers={"Accept-Language": language})


def test_a_post_is_described_in_english(client, paris):
    told = ask(client, "posts/PAR").json()

    assert told["post"] == {
        "code": "PAR",
        "kind": "embassy",
        "kind_label": "Embassy",
        "name": "Embassy of China in France",
        "country": "FR",
        "country_name": "France",
        "city": "Paris",
        "address": "20 rue Washington",
        "time_zone": "Europe/Paris",
        "currency": "EUR",
        "policy": "country",
        "policy_label": "Anyone in the countries it serves",
        "charge_policy": "on_approval",
        "charge_policy_label": "When the application is approved",
        "is_open": True,
    }
    assert told["hotline"] == "+86-10-12308"


def test_a_post_is_described_in_chinese(client, paris):
    answer = ask(client, "posts/PAR", "zh-Hans")
    told = answer.json()

    assert answer.headers["Content-Language"] == "zh-hans"
    assert (told["post"]["name"], told["post"]["city"], told["post"]["country_name"]) == (
        "中国驻法国大使馆", "巴黎", "法国",
    )  # fmt: skip
    assert (told["post"]["kind_label"], told["post"]["policy_label"]) == ("大使馆", "所负责国家的任何申请人")
    assert told["services"][0]["code_label"] == "旅行证"
    assert told["services"][0]["fees"][0]["component_label"] == "证件工本费"
    assert told["services"][0]["fees"][0]["legal_basis"] == "《护照法》第二十二条"
    assert told["hours"][0]["weekday_label"] == "星期一"
    assert [off["cause_label"] for off in told["days_off"][:2]] == ["驻在国公共假日", "使领馆闭馆"]


def test_no_label_is_english_in_the_chinese_answer(client, paris):
    def labels(value):
        if isinstance(value, list):
            return [label for inner in value for label in labels(inner)]
        if isinstance(value, dict):
            own = [inner for name, inner in value.items() if name.endswith("_label")]
            return own + [label for inner in value.values() for label in labels(inner)]
        return []

    services.seed(at=AT)
    told = [ask(client, "posts/competent", "zh-Hans", country=code).json() for code in ("FR", "CA", "KW", "CK")]

    assert len(labels(told)) > 100
    assert [label for label in labels(told) if label.isascii()] == []


def test_the_clock_and_the_hours_are_those_of_the_post(client, paris):
    told = ask(client, "posts/PAR").json()

    assert (told["local_time"], told["is_open_now"]) == ("2026-12-22T10:30+01:00", True)
    assert told["opens_at"] == "2026-12-22T13:00:00Z"
    assert len(told["hours"]) == 10
    assert told["hours"][0] == {"weekday": 1, "weekday_label": "Monday", "opens": "09:00", "closes": "12:00"}


def test_days_off_ahead_come_with_both_reasons(client, paris):
    told = ask(client, "posts/PAR").json()["days_off"]

    assert [(off["on"], off["cause"], off["reason_zh"], off["reason_en"]) for off in told] == [
        ("2026-12-25", "host_holiday", "圣诞节", "Christmas Day"),
        ("2026-12-28", "closure", "搬迁", "Moving"),
        ("2027-01-01", "host_holiday", "元旦", "New Year's Day"),
        ("2027-01-01", "chinese_holiday", "元旦", "New Year's Day"),
        ("2027-02-05", "chinese_holiday", "农历除夕", "Chinese New Year's Eve"),
        ("2027-02-08", "chinese_holiday", "春节", "Chinese New Year (Spring Festival)"),
        ("2027-02-09", "chinese_holiday", "春节（补假）", "Chinese New Year (Spring Festival) (observed)"),
        ("2027-02-10", "chinese_holiday", "春节（补假）", "Chinese New Year (Spring Festival) (observed)"),
    ]


def test_a_service_has_the_fees_of_today_and_a_promise_for_each_urgency(client, paris):
    [told] = ask(client, "posts/PAR").json()["services"]

    assert (told["code"], told["code_label"], told["is_open"]) == ("TRAVEL_DOC", "Travel document", True)
    assert told["fees"] == [
        {
            "component": component,
            "component_label": label,
            "applicant_class": "any",
            "applicant_class_label": "Everybody",
            "amount_minor": amount,
            "currency": "EUR",
            "amount": shown,
            "legal_basis": "Passport Law art. 22",
        }
        for component, label, amount, shown in [
            ("base", "Document fee", 1600, "16.00"),
            ("postage", "Postage", 900, "9.00"),
        ]
    ]
    # Wednesday 23, Thursday 24, Tuesday 29, Wednesday 30: Christmas and the move lie between.
    assert told["targets"] == [
        {"urgency": "normal", "urgency_label": "Normal", "working_days": 4, "expected_on": "2026-12-30"},
        {"urgency": "urgent", "urgency_label": "Urgent", "working_days": 3, "expected_on": "2026-12-29"},
    ]


@pytest.mark.parametrize(
    ("at", "amount"),
    [
        (datetime(2026, 12, 31, 10, 59, 59, tzinfo=UTC), 3500),
        (datetime(2026, 12, 31, 11, 0, 0, tzinfo=UTC), 3000),
    ],
)
def test_the_fee_changes_at_midnight_in_wellington(client, monkeypatch, at, amount):
    post = make_post("WLG", country="NZ", time_zone="Pacific/Auckland", currency="NZD")
    make_service(post)
    make_tariff(post, amount_minor=3500, active_to=date(2027, 1, 1))
    make_tariff(post, amount_minor=3000, active_from=date(2027, 1, 1))
    monkeypatch.setattr("apps.posts.api.views.now", lambda: at)

    assert ask(client, "posts/WLG").json()["services"][0]["fees"][0]["amount_minor"] == amount


def test_a_post_without_hours_promises_nothing(client):
    make_service(make_post(weekdays=()))

    told = ask(client, "posts/PAR").json()

    assert (told["opens_at"], told["is_open_now"], told["hours"]) == (None, False, [])
    assert told["services"][0]["targets"][0]["expected_on"] is None


def test_posts_are_listed_by_code(client):
    for code, country in [("TYO", "JP"), ("PAR", "FR"), ("LYS", "FR")]:
        make_post(code, country=country)

    assert [post["code"] for post in ask(client, "posts").json()["results"]] == ["LYS", "PAR", "TYO"]
    assert [post["code"] for post in ask(client, "posts", country="FR").json()["results"]] == ["LYS", "PAR"]
    assert ask(client, "posts", country="TV").json() == {"results": []}


def test_the_competent_posts_come_with_the_reason_and_all_there_is_to_know(client):
    services.seed(at=AT)

    told = ask(client, "posts/competent", country="CA", address="80 Wellington St, Ottawa, Ontario").json()["results"]

    assert [(one["post"]["code"], one["matched_by"], one["keyword"]) for one in told] == [
        ("OTT", "district", "Ottawa"),
        ("TOR", "district", "Ontario"),
    ]
    assert told[0]["matched_by_label"] == "The address lies in its consular district."
    assert told[0]["services"][0]["fees"][0]["amount_minor"] == 2300
    assert told[0].items() > ask(client, "posts/OTT").json().items()


@pytest.mark.parametrize(
    ("language", "words"), [("en", "No Chinese post serves this place."), ("zh-Hans", "当地没有负责的中国使领馆")]
)
def test_where_china_has_no_post_the_hotline_is_the_way_out(client, language, words):
    answer = ask(client, "posts/competent", language, country="TV", address="Funafuti")

    problem = answer.json()
    assert answer.headers["Content-Type"] == "application/problem+json"
    assert (problem["status"], problem["code"]) == (404, "no_competent_post")
    assert problem["detail"].startswith(words)
    assert "+86-10-12308" in problem["detail"]


@pytest.mark.parametrize(
    ("query", "pointer", "code"),
    [
        ("", "/country", "required"),
        ("country=", "/country", "blank"),
        ("country=ZZ", "/country", "no_country"),
        ("country=fr", "/country", "no_country"),
        ("country=FRA", "/country", "no_country"),
        ("country=%00%00", "/country", "no_country"),
        ("country=FR&address=%00", "/address", "null_characters_not_allowed"),
        ("country=FR&address=" + "x" * 501, "/address", "max_length"),
        ("country=FR&where=Paris", "/where", "unknown_field"),
    ],
)
def test_a_question_that_makes_no_sense_is_told_what_is_wrong(client, query, pointer, code):
    answer = client.get(f"/api/v1/posts/competent?{query}")

    assert answer.status_code == 400
    assert (pointer, code) in [(fault["pointer"], fault["code"]) for fault in answer.json()["errors"]]


def test_no_address_breaks_the_search(client):
    services.seed(at=AT)
    addresses = ["%ED%A0%80", "%FF%FE", "a" * 500, "(" * 500, "%F0%A0%AE%B7", "%E2%80%AE", ".*", "\\"]

    answers = [client.get(f"/api/v1/posts/competent?country=CA&address={address}") for address in addresses]

    assert {answer.status_code for answer in answers} == {200}


@pytest.mark.parametrize(
    "code", ["XXX", "par", "%00", "PAR%00", "PARIS", "x" * 2000, "%F0%A0%AE%B7", "%ED%A0%80", "..%2f"]
)
def test_a_post_nobody_knows_is_a_404(client, paris, code):
    answer = client.get(f"/api/v1/posts/{code}")

    assert answer.status_code == 404
    assert answer.json()["code"] == "not_found"


@pytest.mark.parametrize("path", ["posts", "posts/PAR", "posts/competent", "countries"])
def test_posts_can_only_be_read(client, paris, path):
    answer = client.post(f"/api/v1/{path}", {}, content_type="application/json")

    assert (answer.status_code, answer.json()["code"]) == (405, "method_not_allowed")


@pytest.mark.parametrize("path", ["posts", "posts/PAR", "posts/competent?country=FR", "countries"])
def test_even_a_broken_token_may_read(client, paris, path):
    assert client.get(f"/api/v1/{path}", headers={"Authorization": "Bearer nonsense"}).status_code == 200


@pytest.mark.parametrize("path", ["posts", "posts/PAR", "posts/competent?country=FR", "countries"])
def test_what_the_phone_has_already_is_not_sent_again(client, paris, path):
    first = client.get(f"/api/v1/{path}")

    again = client.get(f"/api/v1/{path}", headers={"If-None-Match": first.headers["ETag"]})

    assert (again.status_code, again.content) == (304, b"")
    assert again.headers["ETag"] == first.headers["ETag"]
    assert first.headers["Cache-Control"].startswith("public, max-age=")


def test_a_change_is_sent(client, paris):
    tag = client.get("/api/v1/posts").headers["ETag"]
    Post.objects.update(city_en="Lutetia", city_zh="吕泰西亚")

    assert client.get("/api/v1/posts", headers={"If-None-Match": tag}).status_code == 200


def test_caches_keep_the_languages_apart(client, paris):
    chinese, english = ask(client, "posts/PAR", "zh-Hans"), ask(client, "posts/PAR", "en")

    assert chinese.headers["ETag"] != english.headers["ETag"]
    assert "accept-language" in english.headers["Vary"].lower()


def test_the_countries_come_in_both_languages(client):
    countries = {country["code"]: country for country in ask(client, "countries").json()["results"]}

    assert len(countries) > 240
    assert countries["FR"] == {"code": "FR", "name_zh": "法国", "name_en": "France"}


@pytest.mark.parametrize(
    ("path", "most"),
    [("posts", 1), ("posts/OTT", 5), ("posts/competent?country=CA&address=Ottawa,+Ontario", 6), ("countries", 0)],
)
def test_the_number_of_queries_does_not_grow_with_the_posts(client, django_assert_max_num_queries, path, most):
    services.seed(at=AT)

    with django_assert_max_num_queries(most):
        assert client.get(f"/api/v1/{path}").status_code == 200
