"""The delta feed: nothing twice, nothing missed, nobody else's."""

import threading
from datetime import timedelta

import pytest
from django.db import connection, transaction
from django.utils import timezone

from apps.accounts.services import mandates
from apps.cases import services
from apps.cases.models import Change
from apps.documents import services as documents
from apps.kernel.errors import Conflict, Invalid
from apps.kernel.workflow import SYSTEM, Actor, By
from apps.losses import services as losses
from apps.losses.models import LossReport
from apps.outbox.services import drain
from tests.cases.factories import AT, applicant_of, make_applicant, make_case, make_citizen, make_draft
from tests.journeys.people import Phone
from tests.losses.factories import make_officer, make_report, notified

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


def everything_after(user, start):
    drain(queue="default")
    return [(change.kind, change.subject) for change in read(user, start)[0]]


def certified(report):
    """With its certificate, as ``losses.services.certify`` leaves it."""
    drain(queue="default")
    days = {"issued_on": AT.date(), "expires_on": AT.date() + timedelta(days=30)}
    whose = {"citizen": report.citizen, "owner": report.reported_by, "holder": "x"}
    issue = documents.reserve(kind="loss_certificate", prefix="C", subject=report.subject, **whose, **days)
    LossReport.objects.filter(pk=report.pk).update(certificate=issue)
    documents.mark_issued(issue=issue, sha256="0" * 64, seal=b"seal", at=AT)
    drain(queue="default")
    return issue


def test_what_becomes_of_a_lost_passport_is_in_the_feed():
    user = make_applicant()
    citizen = make_citizen(user)
    _none, start = read(user)
    report = make_report(citizen)
    certified(report)
    officer = make_officer()
    losses.report_found(report=report, actor=Actor(By.APPLICANT, user), at=AT)
    drain(queue="default")
    notified(report, officer)
    drain(queue="default")
    losses.declare_void(report=report, reference="88", officer=officer, at=AT)

    of_the_report = [kind for kind, subject in everything_after(user, start) if subject == f"loss_report:{report.pk}"]
    assert of_the_report == [
        "passport_frozen", "passport_certified", "passport_found", "issuer_notified", "passport_void",
    ]  # fmt: skip


def test_documents_issued_and_void_are_in_the_feed():
    user = make_applicant()
    citizen = make_citizen(user)
    _none, start = read(user)
    report = make_report(citizen)
    issue = certified(report)
    documents.void(issue=issue, actor=SYSTEM, at=AT)

    seen = [kind for kind, subject in everything_after(user, start) if subject == f"document:{issue.pk}"]
    assert seen == ["document_issued", "document_void"]
    assert Phone(user).get(f"/api/v1/documents/{issue.pk}").parsed["status"] == "void"


def test_a_helpers_right_accepted_and_taken_back_is_in_the_feed():
    user, helper = make_applicant(), make_applicant()
    citizen = make_citizen(user)
    _none, start = read(user)
    now = timezone.now()
    until = now + timedelta(days=9)
    mandate = mandates.grant(user=user, citizen=citizen.pk, scopes=["apply"], expires_at=until, at=now)
    code, _until = mandates.new_code(user=user, pk=mandate.pk, at=now)
    mandates.accept(user=helper, code=code, at=now)
    drain(queue="default")
    mandates.revoke(user=user, pk=mandate.pk, at=now)

    subject = f"citizen:{citizen.pk}"
    assert everything_after(user, start) == [("right_accepted", subject), ("right_revoked", subject)]
    assert read(helper)[0] == []
