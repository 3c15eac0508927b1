import tomllib
from datetime import date

import pytest

from apps.posts.public_holidays import CHINA, CHINESE_NAMES, holidays_of, weekend_of
from apps.posts.services.seeding import SEEDS

SEEDED = sorted(
    {
        (post["country"], post.get("subdivision", ""))
        for post in (tomllib.loads(path.read_text())["post"] for path in SEEDS.glob("*.toml"))
    }
)


@pytest.mark.parametrize(
    ("country", "subdivision", "day", "chinese", "english"),
    [
        ("FR", "", date(2026, 7, 14), "国庆日", "National Day"),
        ("US", "CA", date(2027, 7, 5), "独立日（补休）", "Independence Day (observed)"),
        ("CA", "ON", date(2027, 2, 15), "家庭日", "Family Day"),
        ("AU", "ACT", date(2027, 3, 8), "堪培拉日", "Canberra Day"),
        ("NZ", "WGN", date(2027, 1, 25), "惠灵顿周年纪念日", "Wellington Anniversary Day"),
        ("JP", "", date(2028, 2, 23), "天皇诞生日", "Emperor's Birthday"),
        (CHINA, "", date(2026, 10, 1), "国庆节", "National Day"),
        (CHINA, "", date(2027, 2, 6), "春节", "Chinese New Year (Spring Festival)"),
        (CHINA, "", date(2028, 1, 26), "春节", "Chinese New Year (Spring Festival)"),
    ],
)
def test_a_holiday_has_both_names(country, subdivision, day, chinese, english):
    names = holidays_of(country, subdivision, day.year)[day]

    assert (names.zh, names.en) == (chinese, english)


def test_a_regional_holiday_is_none_elsewhere():
    assert date(2027, 2, 15) not in holidays_of("CA", "QC", 2027)


def test_a_lunar_estimate_says_so():
    names = [names for names in holidays_of("KW", "", 2027).values() if "Eid al-Fitr" in names.en]

    assert names
    assert all(name.en.endswith("(estimated)") and name.zh.endswith("（预计）") for name in names)


@pytest.mark.parametrize("year", [2026, 2027, 2028])
@pytest.mark.parametrize(("country", "subdivision"), SEEDED)
def test_every_holiday_of_our_posts_has_a_chinese_name(country, subdivision, year):
    found = holidays_of(country, subdivision, year)

    assert found
    assert [names.en for names in found.values() if any(map(str.isascii, names.zh.split("；")))] == []


def test_a_country_nobody_has_a_calendar_of_has_no_holidays():
    assert holidays_of("ZZ", "", 2027) == {}
    assert weekend_of("ZZ") == {5, 6}


def test_an_unknown_part_of_a_country_has_the_holidays_of_the_country():
    assert date(2027, 7, 14) in holidays_of("FR", "QQ", 2027)


@pytest.mark.parametrize(("country", "days"), [("KW", {4, 5}), ("AF", {4, 5}), ("AE", {5, 6}), ("FR", {5, 6})])
def test_the_weekend_is_the_host_country_s(country, days):
    assert weekend_of(country) == days


def test_a_year_is_computed_once_per_process():
    assert holidays_of("FR", "", 2031) is holidays_of("FR", "", 2031)


def test_a_set_in_the_cache_cannot_be_changed():
    with pytest.raises(TypeError):
        holidays_of("FR", "", 2027)[date(2027, 1, 2)] = None


def test_no_chinese_name_is_left_in_english():
    assert [name for name in CHINESE_NAMES.values() if name.isascii()] == []
