import pytest
from rest_framework.test import APIClient

pytestmark = [pytest.mark.urls("tests.kernel.urls")]


@pytest.fixture
def phone():
    return APIClient(headers={"accept-language": "en"})


def test_a_phone_that_has_this_version_is_sent_no_body(phone):
    first = phone.get("/api/v1/thing")
    again = phone.get("/api/v1/thing", headers={"if-none-match": first["ETag"]})

    assert first["ETag"] == '"3.en"'
    assert (again.status_code, again.content, again["ETag"]) == (304, b"", first["ETag"])


@pytest.mark.parametrize("tag", ['W/"3.en"', '"2.en", "3.en"', "*"])
def test_weak_tags_lists_and_the_star_compare_as_the_rfc_says(phone, tag):
    """RFC 9110 §13.1.2: If-None-Match compares weakly; a proxy that compresses weakens our tags."""
    assert phone.get("/api/v1/thing", headers={"if-none-match": tag}).status_code == 304


def test_a_head_request_is_answered_like_a_get(phone):
    assert phone.head("/api/v1/thing", headers={"if-none-match": '"3.en"'}).status_code == 304


@pytest.mark.parametrize("tag", ['"2.en"', '"13.en"', '"3.zh-hans"', "3.en", "nonsense", '"', "\x7f"])
def test_any_other_tag_gets_the_body(phone, tag):
    assert phone.get("/api/v1/thing", headers={"if-none-match": tag}).status_code == 200


def test_the_same_version_in_another_language_is_another_answer(phone):
    chinese = phone.get("/api/v1/thing", headers={"accept-language": "zh-CN,zh;q=0.9"})

    assert chinese["ETag"] == '"3.zh-hans"'


def edit(phone, tag=None):
    headers = {} if tag is None else {"if-match": tag}
    return phone.patch("/api/v1/thing", {}, format="json", headers=headers)


@pytest.mark.parametrize("tag", ['"3.en"', '"3.zh-hans"', 'W/"3.en"', '  "3.en"  '])
def test_an_edit_of_the_current_version_is_made(phone, tag):
    """In whatever language it was read; weakened by a proxy or not."""
    answer = edit(phone, tag)

    assert (answer.status_code, answer["ETag"]) == (200, '"4.en"')


def test_an_edit_must_say_of_which_version(phone):
    for answer in (edit(phone), edit(phone, ""), edit(phone, "  ")):
        assert (answer.status_code, answer.json()["code"]) == (428, "version_required")


@pytest.mark.parametrize(
    "tag", ['"2.en"', '"4.en"', "*", "nonsense", '""', '"-3.en"', '"3e0"', '"³"', '"' + "9" * 5_000 + '.en"']
)
def test_an_edit_of_another_version_is_refused(phone, tag):
    answer = edit(phone, tag)

    assert (answer.status_code, answer.json()["code"]) == (412, "stale_version")
