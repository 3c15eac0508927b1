from base64 import b64encode

import pytest
from rest_framework.test import APIClient

from apps.kernel.models import Answer

pytestmark = [pytest.mark.django_db, pytest.mark.urls("tests.kernel.urls")]


def page(**query):
    return APIClient().get("/api/v1/answers", query)


def cursor(inside):
    return b64encode(inside).decode()


@pytest.fixture
def rows():
    return [Answer.objects.create(actor="a", key=str(number), fingerprint="f") for number in range(5)]


def test_pages_run_newest_first_without_gap_or_repetition(rows):
    seen, address = [], "/api/v1/answers?page_size=2"
    while address:
        body = APIClient().get(address).json()
        seen += [row["key"] for row in body["results"]]
        address = body["next"]

    assert seen == ["4", "3", "2", "1", "0"]


def test_a_row_added_while_reading_does_not_shift_the_pages(rows):
    first = page(page_size=2).json()
    Answer.objects.create(actor="a", key="new", fingerprint="f")

    second = APIClient().get(first["next"]).json()

    assert [row["key"] for row in second["results"]] == ["2", "1"]


@pytest.mark.parametrize("size", ["0", "-1", "1000000000", "9" * 400])
def test_no_page_size_breaks_or_exceeds_a_hundred(rows, size):
    assert len(page(page_size=size).json()["results"]) == 5


@pytest.mark.parametrize("size", ["", "x", "1e9", "null", "9" * 5000, "\x00"])
def test_a_page_size_that_is_no_number_is_pointed_at(rows, size):
    refused = page(page_size=size)

    assert refused.status_code == 400
    assert [(fault["pointer"], fault["code"]) for fault in refused.json()["errors"]] == [("/page_size", "invalid")]


@pytest.mark.parametrize(
    "bad",
    [
        "x",
        "é",
        "\ud800".encode("utf-8", "surrogatepass"),
        cursor(b"p=garbage"),
        cursor(b"p=2026-11-23 11:00:00"),
        cursor(b"p=%00"),
        cursor(b"p=99999-01-01"),
        cursor(b"p="),
        cursor(b"r=x"),
        cursor(b"r=" + b"9" * 5_000),
        cursor(b"o=-1"),
        cursor(b"o=x"),
        cursor(b"\xff"),
    ],
)  # fmt: skip
def test_a_made_up_cursor_is_a_problem_and_not_a_crash(rows, bad):
    answer = page(cursor=bad)

    assert (answer.status_code, answer.json()["code"]) == (404, "not_found")


@pytest.mark.parametrize(
    "inside", [b"o=99999999999999999999", b"p=0001-01-01 00:00:00%2B14:00", b"p=9999-12-31 23:59:59-14:00"]
)
def test_a_cursor_far_away_is_an_answer(rows, inside):
    assert page(cursor=cursor(inside)).status_code == 200
