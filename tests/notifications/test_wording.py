from datetime import UTC, date, datetime
from zoneinfo import ZoneInfo

import pytest
from django.utils.translation import gettext_lazy

from apps.notifications.wording import language_of, say, say_day, say_time, zone_of

AT = datetime(2026, 11, 23, 9, 0, tzinfo=UTC)
HALF_PAST_ONE = datetime(2026, 11, 23, 13, 30, tzinfo=UTC)


def said(language="en", zone="Europe/Paris", at=AT, **facts):
    return say(facts=facts, language=language, time_zone=zone, at=at)


@pytest.mark.parametrize(
    ("language", "zone", "text"),
    [
        ("zh-hans", "Europe/Paris", "11月23日（周一） 14:30（巴黎）"),
        ("en", "Europe/Paris", "Mon 23 Nov 2026, 14:30 (Paris)"),
        ("zh-hans", "America/New_York", "11月23日（周一） 08:30（纽约）"),
        ("en", "America/New_York", "Mon 23 Nov 2026, 08:30 (New York)"),
        ("zh-hans", "Asia/Shanghai", "11月23日（周一） 21:30（上海）"),
        ("en", "Pacific/Auckland", "Tue 24 Nov 2026, 02:30 (Auckland)"),
        ("zh-hans", "Asia/Kabul", "11月23日（周一） 18:00（喀布尔）"),
        ("en", "America/Argentina/Buenos_Aires", "Mon 23 Nov 2026, 10:30 (Buenos Aires)"),
        ("en", "UTC", "Mon 23 Nov 2026, 13:30 (UTC)"),
    ],
)
def test_a_time_is_said_in_the_persons_zone_and_names_it(language, zone, text):
    assert say_time(HALF_PAST_ONE, language=language, zone=ZoneInfo(zone), told_at=AT) == text
    assert said(language, zone, begins_at="2026-11-23T13:30:00Z")["begins_at"] == text
    assert said(language, zone, begins_at="2026-11-23T21:30:00+08:00")["begins_at"] == text


def test_a_day_is_a_day_wherever_one_is():
    for zone in ("Pacific/Auckland", "America/New_York"):
        assert said("en", zone, expected_on="2026-11-27")["expected_on"] == "Fri 27 Nov 2026"
        assert said("zh-hans", zone, expected_on="2026-11-27")["expected_on"] == "11月27日（周五）"


def test_chinese_names_the_year_only_when_it_is_another_one():
    def told(at, zone="Europe/Paris"):
        return said("zh-hans", zone, at, expected_on="2027-01-05")["expected_on"]

    new_year_in_beijing = datetime(2026, 12, 31, 20, 0, tzinfo=UTC)
    assert told(AT) == told(new_year_in_beijing) == "2027年1月5日（周二）"
    assert told(new_year_in_beijing, "Asia/Shanghai") == "1月5日（周二）"
    assert told(datetime(2027, 1, 2, tzinfo=UTC)) == "1月5日（周二）"


def test_daylight_saving_counts():
    summer = datetime(2026, 7, 1, 12, 0, tzinfo=UTC)

    assert say_time(summer, language="en", zone=ZoneInfo("Europe/Paris"), told_at=AT).endswith("14:00 (Paris)")


@pytest.mark.parametrize(
    ("minor", "currency", "english", "chinese"),
    [
        (1600, "EUR", "EUR 16.00", "16.00 欧元"),
        (1600, "JPY", "JPY 1,600", "1,600 日元"),
        (5500, "KWD", "KWD 5.500", "5.500 科威特第纳尔"),
    ],
)
def test_money_is_said_in_the_units_of_its_currency(minor, currency, english, chinese):
    assert said("en", amount=minor, currency=currency)["amount"] == english
    assert said("zh-hans", amount=minor, currency=currency)["amount"] == chinese


def test_nobody_is_asked_to_pay_nothing():
    assert said(amount_due=0, currency="EUR")["amount_due"] == ""


def test_an_amount_that_is_text_already_stays_as_it_is():
    assert said(amount="EUR 16.00")["amount"] == "EUR 16.00"


@pytest.mark.parametrize(
    "bad", [{"begins_at": "soon"}, {"begins_on": "2026-13-01"}, {"begins_on": "2026-11-23T10:00:00Z"}]
)
def test_a_time_that_is_none_is_refused(bad):
    with pytest.raises(ValueError, match=r"."):
        said(**bad)


def test_nothing_to_say_is_an_empty_fact():
    assert said(expected_on="", begins_at=None, note=None) == {"expected_on": "", "begins_at": "", "note": ""}


def test_reasons_become_a_list_however_they_come():
    lines = "- one\n- two"

    assert said(reasons="one\ntwo")["reasons"] == lines
    assert said(reasons=["one", "two"])["reasons"] == lines
    assert said(reasons=lines)["reasons"] == lines
    assert said(reasons=())["reasons"] == ""


def test_lazy_labels_are_said_in_the_persons_language():
    label = gettext_lazy("Simplified Chinese")

    assert said("en", status=label)["status"] == "Simplified Chinese"


def test_a_path_becomes_an_address_of_this_server(settings):
    settings.PUBLIC_URL = "https://consulate.example"

    assert said(link="/cases/1")["link"] == "https://consulate.example/cases/1"
    assert said(link="https://other.example/1")["link"] == "https://other.example/1"


def test_control_characters_are_dropped_and_every_script_is_kept():
    assert said(note="a\x00b\x1b[31m\r\nc\u202e𠮷·é")["note"] == "ab[31m\nc𠮷·é"


@pytest.mark.parametrize(
    "name", ["", "Mars/Olympus", "../../etc/passwd", "/etc/localtime", "Europe", "a\x00b", "x" * 5000]
)
def test_an_unknown_zone_is_beijing_time(name):
    assert zone_of(name).key == "Asia/Shanghai"


def test_we_write_chinese_unless_english_was_chosen():
    assert {language_of(code) for code in ("en", "en-GB", "EN")} == {"en"}
    assert {language_of(code) for code in ("zh-hans", "zh-hant", "zh", "", "fr")} == {"zh-hans"}


def test_the_first_day_of_a_year_far_away_can_be_said():
    assert say_day(date(2126, 1, 1), language="zh-hans", told_on=date(2026, 11, 23)) == "2126年1月1日（周二）"
