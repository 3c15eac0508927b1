"""A number is taken once; a holder has one live document; what is stored is what is recorded."""

from concurrent.futures import ThreadPoolExecutor
from datetime import UTC, date, datetime, time, timedelta
from threading import Barrier

import pytest
from django.conf import settings
from django.db import DataError, IntegrityError, connection, transaction
from django.utils.timezone import now

from apps.audit.models import Entry
from apps.documents import services
from apps.documents.models import Issue, Series, folder_of
from apps.documents.statuses import IssueStatus
from apps.documents.store import store
from apps.documents.withdrawn import void_numbers
from apps.kernel.errors import Conflict, Unavailable, Unknown
from apps.kernel.withdrawn import withdrawn
from apps.kernel.workflow import SYSTEM
from apps.outbox.models import Delivery
from apps.outbox.services import drain
from tests.accounts.factories import make_user
from tests.documents.factories import AT, actor, citizen_of, issued, reserved


@pytest.fixture
def owner(db):
    return make_user()


def at_once(works):
    """Run them in threads that all start together; answers what each returned."""
    start = Barrier(len(works))

    def run(work):
        connection.ensure_connection()
        try:
            start.wait()
            return work()
        finally:
            connection.close()

    with ThreadPoolExecutor(len(works)) as pool:
        return list(pool.map(run, works))


def numbers(owner):
    return sorted(Issue.objects.filter(owner=owner).values_list("number", flat=True))


def test_numbers_are_a_letter_and_eight_digits_in_order(owner):
    first, second = reserved(owner), reserved(owner)
    assert first.number == f"{settings.DOCUMENT_PREFIX}00000001"
    assert second.number == f"{settings.DOCUMENT_PREFIX}00000002"


def test_a_subject_keeps_its_number(owner):
    assert reserved(owner, subject="case:a").pk == reserved(owner, subject="case:a", holder="somebody else").pk
    assert len(numbers(owner)) == 1


@pytest.mark.django_db(transaction=True)
def test_sixteen_workers_on_one_subject_get_one_number():
    owner = make_user()
    citizen_of(owner)
    reserved(owner)  # the series exists: making it would put the workers in a queue of its own
    found = at_once([lambda: reserved(owner, subject="case:same", holder="one").pk] * 16)
    assert len(set(found)) == 1
    assert len(numbers(owner)) == 2
    assert Series.objects.get().next == 3


@pytest.mark.django_db(transaction=True)
def test_a_hundred_subjects_get_a_hundred_consecutive_numbers():
    owner = make_user()
    citizen_of(owner)

    def ten(first):
        return lambda: [reserved(owner, subject=f"case:{first + k}", holder=f"{first + k}").number for k in range(10)]

    found = [number for some in at_once([ten(first) for first in range(0, 100, 10)]) for number in some]
    assert sorted(found) == [f"{settings.DOCUMENT_PREFIX}{n:08d}" for n in range(1, 101)]
    assert numbers(owner) == sorted(found)


@pytest.mark.django_db(transaction=True)
def test_a_number_given_back_by_a_rollback_leaves_no_gap():
    owner = make_user()
    with transaction.atomic():
        lost = reserved(owner, subject="case:lost")
        transaction.set_rollback(True)
    assert not Issue.objects.filter(pk=lost.pk).exists()
    assert reserved(owner).number.endswith("00000001")


def test_a_void_number_is_never_used_again(owner):
    first = reserved(owner, subject="case:a")
    services.void(issue=first, actor=SYSTEM, at=AT)
    second = reserved(owner, subject="case:a")
    assert (first.number[-1], second.number[-1]) == ("1", "2")


def test_the_last_number_is_the_last(owner):
    Series.objects.create(prefix=settings.DOCUMENT_PREFIX, next=99_999_999)
    assert reserved(owner).number.endswith("99999999")
    with pytest.raises(Unavailable) as refused:
        reserved(owner)
    assert refused.value.code == "numbers_exhausted"


@pytest.mark.parametrize("number", ["L0000001", "L000000012", "LL0000001", "l00000001", "100000001", "L0000000١", ""])
def test_the_database_refuses_any_other_number(owner, number):
    issue = reserved(owner)
    with pytest.raises((IntegrityError, DataError)), transaction.atomic():
        Issue.objects.filter(pk=issue.pk).update(number=number)


def test_the_database_refuses_a_second_live_document_of_a_holder(owner):
    issued(owner, holder="li")
    other = reserved(owner, holder="li")
    with pytest.raises(IntegrityError, match="one_live_document_per_holder"), transaction.atomic():
        Issue.objects.filter(pk=other.pk).update(status=IssueStatus.ISSUED, issued_at=AT, sha256="0" * 64)


def test_a_new_document_makes_the_holders_earlier_one_void(owner):
    earlier, stranger = issued(owner, holder="li"), issued(owner, holder="wang")
    later = issued(owner, holder="li")
    assert {i.number: i.status for i in Issue.objects.all()} == {
        earlier.number: IssueStatus.VOID,
        stranger.number: IssueStatus.ISSUED,
        later.number: IssueStatus.ISSUED,
    }
    assert Entry.objects.about(f"document:{earlier.pk}").filter(action="document_voided").count() == 1


def test_issuing_records_what_was_stored_and_says_so_once(owner):
    issue = issued(owner, pdf=b"%PDF-1.7 signed", seal=b"\xdc\x03seal")
    assert (issue.status, issue.issued_at, bytes(issue.seal)) == (IssueStatus.ISSUED, AT, b"\xdc\x03seal")
    assert services.pdf(issue=issue) == b"%PDF-1.7 signed"
    owed = Delivery.objects.filter(event="DocumentIssued")
    assert {str(issue.pk)} == {d.body["issue"] for d in owed}
    assert all(set(d.body) == {"issue", "subject"} for d in owed)


def test_a_document_is_issued_once(owner):
    issue = issued(owner)
    with pytest.raises(Conflict):
        services.mark_issued(issue=issue, sha256="0" * 64, seal=b"", at=AT)
    assert Issue.objects.get(pk=issue.pk).sha256 == issue.sha256


def test_a_void_document_is_not_issued(owner):
    issue = reserved(owner)
    services.void(issue=issue, actor=SYSTEM, at=AT)
    with pytest.raises(Conflict):
        services.mark_issued(issue=issue, sha256="0" * 64, seal=b"", at=AT)


def test_voiding_twice_is_written_down_once(owner):
    issue = issued(owner)
    for _ in range(2):
        services.void(issue=issue, actor=SYSTEM, at=AT)
    assert Entry.objects.about(f"document:{issue.pk}").count() == 1


def test_a_worker_that_comes_too_late_overwrites_nothing(owner):
    issue = issued(owner, pdf=b"%PDF-1.7 the one")
    services.store_paper(issue=issue, pdf=b"%PDF-1.7 a late one")
    assert services.pdf(issue=issue) == b"%PDF-1.7 the one"


def test_what_dead_workers_stored_is_removed(owner):
    issue = reserved(owner)
    for attempt in range(2):
        services.store_paper(issue=issue, pdf=b"%PDF-1.7 never recorded" + bytes([attempt]))
    sha256 = services.store_paper(issue=issue, pdf=b"%PDF-1.7 the one")
    issue = services.mark_issued(issue=issue, sha256=sha256, seal=b"", at=AT)
    drain(queue="files")
    assert list(store().keys(folder_of(issue.pk))) == [issue.key]


@pytest.mark.parametrize("make", [reserved, lambda o: services.void(issue=issued(o), actor=SYSTEM, at=AT)])
def test_only_a_live_document_is_read(owner, make):
    with pytest.raises(Unknown):
        services.pdf_address(issue=make(owner), actor=actor(owner), session="x", at=now())


def test_a_document_that_expired_still_belongs_to_its_holder(owner):
    issue = issued(owner, expires_on=date(2020, 1, 1))
    assert Issue.objects.of(owner).get() == issue


def test_numbers_of_void_documents_are_told_until_their_last_day_is_over_everywhere(owner):
    kept, void, draft = issued(owner), issued(owner, holder="another"), reserved(owner, holder="a third")
    for one in (void, draft):
        services.void(issue=one, actor=SYSTEM, at=AT)
    day_after = datetime.combine(void.expires_on + timedelta(days=1), time(12), UTC)

    assert set(void_numbers(AT)) == {void.number, draft.number}
    assert kept.number not in void_numbers(AT)
    assert set(void_numbers(day_after)) == {void.number, draft.number}, "still the last day somewhere"
    assert void_numbers(day_after + timedelta(days=1)) == []
    assert withdrawn["documents"] is void_numbers
