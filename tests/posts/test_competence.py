from datetime import UTC, datetime

import pytest

from apps.posts import services
from apps.posts.models import Policy, Post, PostKind
from apps.posts.services import MatchedBy
from tests.posts.factories import make_district, make_post

pytestmark = pytest.mark.django_db

AT = datetime(2026, 11, 23, 12, tzinfo=UTC)


def found(country, address):
    matches = services.matches(country=country, address=address, posts=Post.objects.all())
    return [(match.post.code, str(match.matched_by)) for match in matches]


BEST = [
    ("FR", "1 rue de Rivoli, Paris", "PAR", "country"),
    ("FR", "", "PAR", "country"),
    ("FR", "马赛", "PAR", "country"),
    ("CA", "220 Yonge St, Toronto, ON M5B 2H1", "TOR", "district"),
    ("CA", "12 King St, Kenora, ontario", "TOR", "district"),
    ("CA", "12 King St, Kenora, ON P9N 1A1", "TOR", "district"),
    ("CA", "Winnipeg MB", "TOR", "district"),
    ("CA", "安大略省多伦多市央街220号", "TOR", "district"),
    ("CA", "加拿大Toronto市", "TOR", "district"),
    ("CA", "80 Wellington St, Ottawa, Ontario", "OTT", "district"),
    ("CA", "安大略省渥太华市惠灵顿街80号", "OTT", "district"),
    ("CA", "加拿大渥太華", "OTT", "district"),
    ("CA", "450 West Georgia St, Vancouver, BC", "VAN", "district"),
    ("CA", "12 Ontario Street, Vancouver, British Columbia", "VAN", "district"),
    ("CA", "加拿大卑诗省列治文市安大略街12号", "VAN", "district"),
    ("CA", "12 Vancouver Street, Mississauga, Ontario", "TOR", "district"),
    ("CA", "Ontario House, 12 Vancouver Road, Kenora, Ontario", "TOR", "district"),
    ("CA", "Rue Sainte-Catherine, Montréal, Québec", "OTT", "default"),
    ("CA", "", "OTT", "default"),
    ("CA", "turn on the light", "OTT", "default"),
    ("CA", "Ontarioville", "OTT", "default"),
    ("US", "Ontario, Southern California", "LAX", "district"),
    ("US", "Honolulu, HI 96813", "LAX", "district"),
    ("US", "Chicago, Illinois", "WAS", "default"),
    ("US", "1600 Pennsylvania Avenue, Washington, D.C.", "WAS", "district"),
    ("CK", "Rarotonga", "WLG", "country"),
    ("JP", "東京都港区", "TYO", "country"),
]


def test_the_best_post_for_an_address():
    services.seed(at=AT)

    told = [(country, address, *found(country, address)[0]) for country, address, _, _ in BEST]

    assert told == BEST


def test_a_strict_post_is_not_offered_outside_its_district():
    services.seed(at=AT)

    assert found("CA", "Toronto, Ontario") == [("TOR", "district")]


def test_a_narrow_area_comes_before_the_wide_one_around_it():
    services.seed(at=AT)

    assert found("CA", "Ottawa, Ontario") == [("OTT", "district"), ("TOR", "district")]


def test_keywords_count_only_in_their_country():
    services.seed(at=AT)

    assert found("FR", "Avenue d'Ontario, Paris") == [("PAR", "country")]


def test_what_decided_is_told():
    services.seed(at=AT)

    match = services.matches(country="CA", address="多倫多", posts=Post.objects.all())[0]

    assert (match.keyword, match.matched_by) == ("多倫多", MatchedBy.DISTRICT)


@pytest.mark.parametrize("keyword", ["Québec", "Quebec", "QUEBEC"])
@pytest.mark.parametrize("address", ["Ville de Québec", "Ville de Que\u0301bec", "ville de quebec"])
def test_accents_and_case_make_no_difference(keyword, address):
    post = make_post("MTL", country="CA", policy=Policy.STRICT_DISTRICT, kind=PostKind.CONSULATE_GENERAL)
    make_district(post, "CA", keyword)

    assert found("CA", address) == [("MTL", "district")]


@pytest.mark.parametrize("keyword", ["a.b", "(x", "[", "\\d", "$"])
def test_a_keyword_is_never_a_pattern(keyword):
    post = make_post("MTL", country="CA", policy=Policy.STRICT_DISTRICT, kind=PostKind.CONSULATE_GENERAL)
    make_district(post, "CA", keyword)

    assert found("CA", f"1 {keyword} 2") == [("MTL", "district")]
    assert found("CA", "aXb 7") == []


def test_a_strict_district_can_be_a_whole_country():
    post = make_post("WLG", country="NZ", policy=Policy.STRICT_DISTRICT)
    make_district(post, "NU")

    assert found("NU", "Alofi") == [("WLG", "district")]


def test_without_a_matching_district_the_embassy_is_the_default_and_no_consulate():
    make_post("EMB", policy=Policy.STRICT_DISTRICT)
    make_post("CON", policy=Policy.STRICT_DISTRICT, kind=PostKind.CONSULATE_GENERAL)

    assert found("FR", "Lyon") == [("EMB", "default")]


def test_a_district_comes_before_a_post_for_the_whole_country():
    consulate = make_post("LYS", policy=Policy.STRICT_DISTRICT, kind=PostKind.CONSULATE_GENERAL)
    make_district(consulate, "FR", "Lyon")
    make_post("PAR")

    assert found("FR", "Lyon") == [("LYS", "district"), ("PAR", "country")]
    assert found("FR", "Paris") == [("PAR", "country")]


def test_an_embassy_in_the_country_comes_before_consulates_and_posts_elsewhere():
    accredited = make_post("AAA", country="BE")
    make_district(accredited, "FR")
    make_post("BBB", kind=PostKind.CONSULATE_GENERAL)
    make_post("CCC")

    assert [code for code, _ in found("FR", "")] == ["CCC", "BBB", "AAA"]


def test_a_post_for_anyone_comes_last_and_everywhere():
    make_post("PAR")
    make_post("HUB", country="DE", policy=Policy.ANY)

    assert found("FR", "") == [("PAR", "country"), ("HUB", "any")]
    assert found("TV", "") == [("HUB", "any")]


def test_a_closed_post_is_passed_over():
    consulate = make_post("LYS", policy=Policy.STRICT_DISTRICT, kind=PostKind.CONSULATE_GENERAL, is_open=False)
    make_district(consulate, "FR", "Lyon")
    make_post("PAR", policy=Policy.STRICT_DISTRICT)

    assert found("FR", "Lyon") == [("PAR", "default")]


def test_a_country_without_a_post_has_none():
    services.seed(at=AT)

    assert services.competent(country="TV", address="Funafuti") == []


def test_competent_answers_the_posts_themselves():
    post = make_post()

    assert services.competent(country="FR", address="Paris") == [post]
