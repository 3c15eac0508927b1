"""The delta feed: nothing twice, nothing missed, nobody else's."""

import threading
from datetime import timedelta

import pytest
from django.db import connection, transaction

from apps.cases import services
from apps.cases.models import Change
from apps.kernel.errors import Conflict, Invalid
from tests.cases.factories import AT, applicant_of, make_applicant, make_case, make_citizen, make_draft
from tests.journeys.people import Phone

pytestmark = pytest.mark.django_db(transaction=True)


def read(user, after="", at=AT):
    return services.changes(user=user, after=after, at=at)


def test_a_phone_reads_only_what_is_new_and_only_once():
    case = make_draft()
    _none, start = read(case.applicant)
    services.move(case=case, name="submit", actor=applicant_of(case), at=AT)

    first, following = read(case.applicant, start)
    second, _same = read(case.applicant, following)

    assert [(change.kind, change.subject) for change in first] == [("case_moved", f"case:{case.pk}")]
    assert second == []


def test_nobody_reads_of_other_peoples_cases():
    stranger = make_applicant()
    make_citizen(stranger)
    _none, start = read(stranger)
    make_case("preliminary_review")

    assert read(stranger, start)[0] == []


def test_what_commits_late_is_not_missed():
    user = make_applicant()
    citizen = make_citizen(user)
    _none, start = read(user)
    written, go = threading.Event(), threading.Event()

    def slow():
        with transaction.atomic():
            services.note_change(citizen=citizen, kind="slow", subject="case:1", at=AT)
            written.set()
            go.wait(20)
        connection.close()

    thread = threading.Thread(target=slow)
    thread.start()
    written.wait(20)
    early, after = read(user, start)
    go.set()
    thread.join(20)
    services.note_change(citizen=citizen, kind="quick", subject="case:2", at=AT)
    late, _after = read(user, after)

    assert early == []
    assert [change.kind for change in late] == ["slow", "quick"]


def test_many_changes_come_page_by_page_in_order():
    user = make_applicant()
    citizen = make_citizen(user)
    _none, cursor = read(user)
    with transaction.atomic():
        Change.objects.bulk_create(
            Change(citizen=citizen, kind="k", subject=f"case:{number}", at=AT) for number in range(230)
        )
    seen = []
    for _page in range(3):
        found, cursor = read(user, cursor)
        seen += [change.subject for change in found]

    assert seen == [f"case:{number}" for number in range(230)]


@pytest.mark.parametrize("cursor", ["x", "%%%", "MQ", "A" * 90, "LTEuMQ", "äöü"])
def test_a_cursor_that_is_none_is_refused(cursor):
    with pytest.raises(Invalid):
        read(make_applicant(), cursor)


def test_after_three_months_a_phone_starts_anew():
    user = make_applicant()
    _none, old = read(user)

    with pytest.raises(Conflict) as refused:
        read(user, old, at=AT + timedelta(days=91))

    assert refused.value.code == "feed_expired"


def test_the_answer_says_when_to_ask_again():
    case = make_draft()
    phone = Phone(case.applicant)
    start = phone.get("/api/v1/events")
    services.move(case=case, name="submit", actor=applicant_of(case), at=AT)

    answer = phone.send("GET", "/api/v1/events", after=start.parsed["next"])

    assert start.headers["Poll-Interval"] == "30"
    assert [event["subject"] for event in answer.parsed["events"]] == [f"case:{case.pk}"]
