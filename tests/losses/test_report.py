"""A passport reported lost is out of use at once, with the declaration of R20 beside it."""

from datetime import UTC, date, datetime, timedelta
from threading import Barrier, Thread

import pytest
from django.db import IntegrityError, connection, transaction

from apps.accounts.models import Consent
from apps.accounts.services import consent_text
from apps.accounts.texts import LOSS_DECLARATION
from apps.audit.models import Entry
from apps.kernel.errors import Conflict, DomainError, Invalid
from apps.losses import services
from apps.losses.models import LossReport
from apps.losses.services import freezing
from tests.accounts.factories import AT, make_citizen, make_user

pytestmark = pytest.mark.django_db


def told(**changes):
    return {
        "consent_version": "1",
        "device": "Pixel 9",
        "language": "en",
        "passport_number": "E12345678",
        "passport_issued_by": "国家移民管理局",
        "issued_on": date(2019, 5, 6),
        "lost_on": date(2026, 11, 21),
        "place": "Gare du Nord, Paris",
        "country": "FR",
        "circumstances": "My bag was taken in the hall.\nI saw nobody.",
        "at": AT,
    } | changes


def report(citizen=None, **changes):
    citizen = citizen or make_citizen(make_user())
    return services.report(user=citizen.relations.get().user, citizen=citizen, **told(**changes))


def wrong(**changes):
    with pytest.raises(Invalid) as refused:
        report(**changes)
    assert not LossReport.objects.exists()
    assert not Consent.objects.exists()
    return {fault.pointer: fault.code for fault in refused.value.faults}


def test_the_passport_is_frozen_at_once():
    reported = report()
    reported.refresh_from_db()
    assert reported.status == "frozen"
    assert list(LossReport.objects.live().filter(citizen=reported.citizen)) == [reported]
    assert list(LossReport.objects.of(reported.reported_by)) == [reported]
    assert not LossReport.objects.of(make_user()).exists()


def test_what_was_declared_is_kept_word_by_word():
    consent = report().consent
    consent.refresh_from_db()
    text = consent_text(LOSS_DECLARATION, "en")
    kept = (consent.purpose, consent.text_version, consent.text_sha256, consent.language, consent.device, consent.at)
    assert kept == (LOSS_DECLARATION, text.version, text.sha256, "en", "Pixel 9", AT)


def test_without_the_declaration_in_force_nothing_is_frozen():
    with pytest.raises(Conflict) as refused:
        report(consent_version="0")
    assert refused.value.code == "consent_text_changed"
    assert not LossReport.objects.exists()


def test_everyone_concerned_learns_of_it(monkeypatch):
    events = []
    monkeypatch.setattr(freezing, "publish", events.append)
    reported = report()
    assert [(event.report, event.citizen) for event in events] == [(str(reported.pk), str(reported.citizen_id))]
    entry = Entry.objects.get(subject=f"loss_report:{reported.pk}")
    assert (entry.action, entry.actor) == ("passport_frozen", f"applicant:{reported.reported_by_id}")
    assert "12345678" not in str(entry.detail)


def test_the_same_loss_reported_again_is_the_same_report(monkeypatch):
    first = report()
    events = []
    monkeypatch.setattr(freezing, "publish", events.append)
    again = report(first.citizen, passport_number="e 1234 5678", circumstances="Told in other words.")
    assert again == first
    assert again.circumstances == first.circumstances
    assert Consent.objects.count() == 1
    assert events == []


def test_a_parent_and_a_child_report_the_same_loss_once():
    first = report()
    child = make_user()
    first.citizen.relations.create(user=child, kind="parent")
    again = services.report(user=child, citizen=first.citizen, **told())
    assert again == first
    assert again.reported_by == first.reported_by


def test_whoever_typed_a_number_first_keeps_nobody_else_from_reporting_it():
    first, second = report(), report()
    assert first.passport_number == second.passport_number
    assert first.citizen != second.citizen
    assert LossReport.objects.live().count() == Consent.objects.count() == 2


def test_a_citizen_may_lose_one_passport_after_another():
    first = report()
    second = report(first.citizen, passport_number="E87654321")
    assert set(LossReport.objects.live().filter(citizen=first.citizen)) == {first, second}


@pytest.mark.parametrize(
    ("typed", "number"),
    [
        ("e12345678", "E12345678"),
        (" E 1234-5678 ", "E12345678"),
        ("Ｅ１２３４５６７８", "E12345678"),
        ("G1", "G1"),
        ("EA1234567", "EA1234567"),
    ],
)
def test_a_number_has_one_spelling(typed, number):
    assert report(passport_number=typed).passport_number == number


@pytest.mark.parametrize("number", ["", " ", "E123456789", "E1234567!", "护照12345", "E12345678\n9", "É1234567", "٣٤٥"])
def test_what_is_no_number_is_refused(number):
    assert wrong(passport_number=number) == {"/passport_number": "passport_number_form"}


@pytest.mark.parametrize("country", ["", "F", "XX", "fra", "12", "法国"])
def test_a_country_that_does_not_exist_is_refused(country):
    assert wrong(country=country) == {"/country": "unknown_country"}


@pytest.mark.parametrize("field", ["passport_issued_by", "place", "circumstances"])
@pytest.mark.parametrize(("text", "code"), [("  ", "blank"), ("a\u202eb", "invisible_character")])
def test_a_text_says_something_legible(field, text, code):
    assert wrong(**{field: text}) == {f"/{field}": code}


def test_rare_characters_are_legible():
    assert report(place="𠮷\U00031350村").place == "𠮷\U00031350村"


@pytest.mark.parametrize(
    ("changes", "problems"),
    [
        ({"lost_on": date(2026, 11, 24)}, {"/lost_on": "in_the_future"}),
        ({"lost_on": date(9999, 12, 31)}, {"/lost_on": "in_the_future"}),
        ({"lost_on": date(1, 1, 1), "issued_on": None}, {"/lost_on": "too_long_ago"}),
        ({"lost_on": date(1989, 12, 31), "issued_on": None}, {"/lost_on": "too_long_ago"}),
        ({"issued_on": date(2026, 11, 22)}, {"/issued_on": "issued_after_loss"}),
        ({"issued_on": date(2027, 1, 1)}, {"/issued_on": "issued_after_loss"}),
        ({"issued_on": date(1948, 1, 1)}, {"/issued_on": "too_long_ago"}),
    ],
)
def test_dates_that_cannot_be_are_refused(changes, problems):
    found = wrong(**changes)
    assert problems.items() <= found.items()
    assert set(found) == set(problems)


@pytest.mark.parametrize("changes", [{"issued_on": None}, {"issued_on": date(2026, 11, 21)}])
def test_dates_that_can_be_are_accepted(changes):
    assert report(**changes).issued_on == changes["issued_on"]


def test_today_counts_where_the_day_begins_first():
    """A loss on the 24th in Kiritimati is no future when it is still the 23rd in London."""
    before = datetime(2026, 11, 23, 9, 59, tzinfo=UTC)
    tomorrow = date(2026, 11, 24)
    with pytest.raises(Invalid):
        report(lost_on=tomorrow, at=before)
    assert report(lost_on=tomorrow, at=before + timedelta(minutes=1)).lost_on == tomorrow


def test_everything_wrong_is_told_at_once():
    found = wrong(passport_number="", country="XX", place=" ", lost_on=date(2030, 1, 1))
    assert set(found) == {"/passport_number", "/country", "/place", "/lost_on"}


def test_the_database_itself_keeps_one_live_report_per_passport():
    first = report()
    second = report(first.citizen, passport_number="E87654321")
    with pytest.raises(IntegrityError, match="one_live_report_per_passport"), transaction.atomic():
        LossReport.objects.filter(pk=second.pk).update(passport_number=first.passport_number)
    with pytest.raises(IntegrityError, match="passport_numbers_as_icao_has_them"), transaction.atomic():
        LossReport.objects.filter(pk=second.pk).update(passport_number="e1")
    with pytest.raises(IntegrityError, match="issued_before_lost"), transaction.atomic():
        LossReport.objects.filter(pk=second.pk).update(issued_on=date(2026, 12, 1))


def test_a_list_shows_only_as_much_of_the_number_as_its_owner_needs():
    assert report().masked_number == "E*****678"
    assert report(passport_number="G1").masked_number == "**"


@pytest.mark.django_db(transaction=True)
def test_reports_at_the_same_moment_make_one():
    citizen = make_citizen(make_user())
    start, outcomes = Barrier(8), []

    def tell(citizen):
        start.wait()
        try:
            outcomes.append(str(report(citizen).pk))
        except DomainError as error:
            outcomes.append(error.code)
        finally:
            connection.close()

    threads = [Thread(target=tell, args=(citizen,)) for _ in range(8)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()

    (only,) = LossReport.objects.all()
    assert outcomes == [str(only.pk)] * 8
    assert Consent.objects.count() == 1
