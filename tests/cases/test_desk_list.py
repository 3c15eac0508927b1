"""The lists of the desk: whose cases, in which order, how they are found, and the clock beside each."""

from datetime import UTC, date, datetime, timedelta

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext
from django.utils import translation

from apps.accounts.models import User
from apps.cases import services
from apps.cases.admin import desk
from apps.cases.admin.clock import clock, pressure, promised, waiting
from apps.cases.admin.queue import CappedPaginator
from apps.cases.models import Case
from apps.cases.statuses import PROMISED, Status
from apps.kernel.workflow import SYSTEM
from apps.posts.models import Post
from tests.cases.desk import QUEUE, numbers, page_of, screen
from tests.cases.factories import (
    AT,
    applicant_of,
    make_case,
    make_draft,
    make_officer,
    make_post,
)

pytestmark = pytest.mark.django_db


def test_officers_see_the_cases_of_their_own_post_only(post, officer):
    mine, other = make_case(post=post), make_case(post=make_post("LON"))

    assert numbers(screen(officer).get(QUEUE)) == [mine.number]
    assert numbers(screen(officer).get(f"{QUEUE}?tab=all")) == [mine.number]
    answer = screen(officer).get(page_of(other), follow=True)
    assert answer.redirect_chain == [(QUEUE, 302)]
    assert "There is no such case at your post." in answer.content.decode()


def test_a_superuser_sees_every_post(post):
    here, there = make_case(post=post), make_case(post=make_post("LON"))
    boss = User.objects.create_superuser("boss", "a-long-password-for-her")

    answer = screen(boss).get(QUEUE)
    assert set(numbers(answer)) == {here.number, there.number}
    assert 'class="field-post' in answer.content.decode()
    assert 'class="field-post' not in screen(make_officer(post)).get(QUEUE).content.decode()


def test_nobody_sees_a_draft(post, officer):
    draft = make_draft(post=post)

    assert numbers(screen(officer).get(f"{QUEUE}?tab=all")) == []
    assert screen(officer).get(page_of(draft)).status_code == 302


def test_without_the_permission_there_is_no_desk(post):
    clerk = make_officer(post)
    clerk.user_permissions.clear()
    case = make_case(post=post)

    assert screen(clerk).get(QUEUE).status_code == 403
    assert screen(clerk).get(page_of(case)).status_code == 302
    start = screen(clerk).get("/admin/").content.decode()
    assert "no cases to work on yet" in start
    assert case.number not in start


def test_the_queue_starts_with_what_is_due_first(post, officer):
    late, early = make_case(post=post), make_case(post=post)
    Case.objects.filter(pk=late.pk).update(due_on=date(2026, 12, 9))
    Case.objects.filter(pk=early.pk).update(due_on=date(2026, 12, 1))

    assert numbers(screen(officer).get(QUEUE)) == [early.number, late.number]


def test_each_tab_shows_its_cases(post, officer):
    waiting_case = make_case("submitted", post=post)
    mine = make_case("preliminary_review", post=post, officer=officer)
    asked = make_case("info_requested", post=post, officer=officer)
    client = screen(officer)

    assert set(numbers(client.get(QUEUE))) == {waiting_case.number, mine.number}
    assert set(numbers(client.get(f"{QUEUE}?tab=mine"))) == {mine.number, asked.number}
    assert numbers(client.get(f"{QUEUE}?tab=citizen")) == [asked.number]
    assert set(numbers(client.get(f"{QUEUE}?tab=all"))) == {waiting_case.number, mine.number, asked.number}
    assert set(numbers(client.get(f"{QUEUE}?tab=nonsense"))) == {waiting_case.number, mine.number}


@pytest.mark.parametrize("typed", ["{}", " {} ", "lower", "bare"])
def test_a_case_is_found_by_its_number_however_it_is_typed(post, officer, typed):
    case = make_case("info_requested", post=post)
    make_case(post=post)
    forms = {"lower": case.number.lower(), "bare": case.number.replace("-", "")}

    answer = screen(officer).get(QUEUE, {"q": forms.get(typed, typed.format(case.number))})

    assert numbers(answer) == [case.number]


def test_a_number_of_another_post_is_not_found(post, officer):
    other = make_case(post=make_post("LON"))

    assert numbers(screen(officer).get(QUEUE, {"q": other.number})) == []


def test_live_cases_are_found_by_name_or_spelling(post, officer):
    case, closed = make_case(post=post), make_case(post=post)
    services.move(case=closed, name="withdraw", actor=applicant_of(closed), at=AT)
    client = screen(officer)

    for words in ("李", "李娜", "l", "li", "LI N", " Li  Na "):
        assert numbers(client.get(QUEUE, {"q": words})) == [case.number], words
    for words in ("娜", "WANG", "%", "I", "NA", "李娜娜"):
        assert numbers(client.get(QUEUE, {"q": words})) == [], words
    assert client.get(QUEUE, {"q": "李\0"}).status_code == 200


def test_the_list_never_counts_without_a_limit(post, officer):
    make_case(post=post)
    client = screen(officer)

    with CaptureQueriesContext(connection) as queries:
        client.get(f"{QUEUE}?tab=all")

    counts = [query["sql"] for query in queries if "COUNT(" in query["sql"]]
    assert counts
    assert [sql for sql in counts if "LIMIT" not in sql] == []


def test_the_list_asks_as_often_for_ten_cases_as_for_one(post, officer):
    def asked():
        with CaptureQueriesContext(connection) as queries:
            screen(officer).get(QUEUE)
        return len(queries)

    make_case(post=post)
    asked()
    once = asked()
    for _ in range(9):
        make_case(post=post)
    assert asked() == once


@pytest.mark.parametrize(("tab", "index"), [("waiting", "queue_of_a_post"), ("all", "cases_of_a_post")])
def test_a_list_comes_in_order_from_the_index_of_the_post(post, officer, tab, index):
    """Whatever the planner thinks of a few rows: with the index alone it needs neither a scan nor a full sort."""
    make_case(post=post)
    with connection.cursor() as cursor:
        cursor.execute("SET LOCAL enable_seqscan = off")
        cursor.execute("SET LOCAL enable_bitmapscan = off")
        cursor.execute("SET LOCAL enable_sort = off")

    plan = desk.on(tab, desk.in_sight(officer), officer).order_by(*desk.order(tab))[:50].explain()

    assert f"using {index} on cases_case" in plan
    assert "Seq Scan on cases_case" not in plan


def test_paging_stops_where_nobody_would_go(post, officer, monkeypatch):
    monkeypatch.setattr(CappedPaginator, "MOST", 2)
    for _ in range(3):
        make_case(post=post)

    answer = screen(officer).get(QUEUE).content.decode()

    assert "The first 2 cases are listed." in answer


def test_a_count_says_when_there_are_many(post, officer, monkeypatch):
    monkeypatch.setattr(desk, "MANY", 1)
    for _ in range(2):
        make_case(post=post)

    assert desk.count(Case.objects.all()) == "1+"
    assert "1+" in screen(officer).get("/admin/").content.decode()


def case_due(on, *, zone="Europe/Paris", status="submitted"):
    post = Post(city_zh="巴黎", city_en="Paris", time_zone=zone)
    return Case(post=post, status=status, expected_on=on, submitted_at=datetime(2026, 11, 20, 9, tzinfo=UTC))


def test_times_are_on_the_clock_of_the_post_and_say_so():
    post = Post(city_zh="巴黎", city_en="Paris", time_zone="Europe/Paris")
    at = datetime(2026, 11, 23, 23, 30, tzinfo=UTC)

    with translation.override("zh-hans"):
        assert clock(at, post) == "2026-11-24 00:30 (巴黎)"
    with translation.override("en"):
        assert clock(at, post) == "2026-11-24 00:30 (Paris)"
        assert clock(None, post) == "–"


def test_a_deadline_presses_by_the_calendar_of_the_post():
    """At 12:00 UTC on the 23rd it is the 24th in Auckland already."""
    at = datetime(2026, 11, 23, 12, tzinfo=UTC)

    assert pressure(case_due(date(2026, 11, 23), zone="Pacific/Auckland"), at) == "overdue"
    assert pressure(case_due(date(2026, 11, 23)), at) == "soon"
    assert pressure(case_due(date(2026, 11, 24)), at) == "soon"
    assert pressure(case_due(date(2026, 11, 25)), at) is None


@pytest.mark.parametrize("status", sorted(set(Status) - set(PROMISED)))
def test_nothing_is_late_while_somebody_else_has_to_act(status):
    case = case_due(date(2026, 11, 23), status=status)

    assert pressure(case, datetime(2026, 12, 24, tzinfo=UTC)) is None
    assert promised(case) is None


def test_a_late_answer_of_the_citizen_or_the_issuer_makes_no_officer_late(post, officer):
    answered, heard = make_case("info_requested", post=post), make_case("issuer_verification", post=post)
    at = AT + timedelta(days=14)

    answered = services.move(case=answered, name="answer", actor=applicant_of(answered), at=at)
    heard = services.move(case=heard, name="hear_issuer", actor=SYSTEM, at=at)

    for case in (answered, heard):
        assert case.due_on < case.post.today(at) < case.expected_on
        assert pressure(case, at) is None
        assert pressure(case, at + timedelta(days=7)) == "overdue"
    assert str(answered.expected_on) in screen(officer).get(page_of(answered)).content.decode()


def test_days_of_waiting_are_days_of_the_calendar():
    with translation.override("en"):
        assert waiting(case_due(None), datetime(2026, 11, 21, 1, tzinfo=UTC)) == "1 day"
        assert waiting(case_due(None), datetime(2026, 11, 29, 1, tzinfo=UTC)) == "9 days"
        assert waiting(case_due(None, status="collected"), AT) == "–"
