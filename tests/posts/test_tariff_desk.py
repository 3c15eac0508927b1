"""The tariff as the desk sees it: propose, look at what would change, approve."""

from datetime import UTC, date, datetime

import pytest

from apps.accounts.models import User
from apps.posts import services
from apps.posts.models import ApplicantClass, Component, Tariff
from tests.posts.factories import make_colleague, make_post, make_tariff, propose

pytestmark = pytest.mark.django_db

AT = datetime(2026, 6, 1, 12, tzinfo=UTC)
LIST = "/admin/posts/tariff/"
FORM = {
    "post": "PAR",
    "service": "TRAVEL_DOC",
    "component": "base",
    "applicant_class": "any",
    "currency": "EUR",
    "amount_minor": 1800,
    "active_from": "2026-07-01",
    "active_to": "",
    "legal_basis_zh": "《护照法》第二十二条",
    "legal_basis_en": "Passport Law art. 22",
}


@pytest.fixture(autouse=True)
def clock(monkeypatch):
    monkeypatch.setattr("apps.posts.admin.tariffs.now", lambda: AT)


@pytest.fixture
def paris():
    return make_post(weekdays=())


@pytest.fixture
def officer(client, paris):
    found = make_colleague(paris)
    client.force_login(found)
    return found


def page_of(line):
    return f"{LIST}{line.pk}/change/"


def press(client, line, act, **more):
    return client.post(page_of(line), {"act": act} | more)


def test_a_line_that_is_added_is_a_proposal_of_who_added_it(client, officer):
    assert client.post(f"{LIST}add/", FORM).status_code == 302

    line = Tariff.objects.get()
    assert (line.proposed_by, line.approved_at, line.amount_minor) == (officer, None, 1800)


@pytest.mark.parametrize(
    "changed",
    [
        {"currency": "USD"},
        {"amount_minor": -1},
        {"amount_minor": 2**70},
        {"service": "TEA"},
        {"applicant_class": "friend"},
        {"active_to": "2026-07-01"},
        {"active_from": "2026-06-01"},
        {"post": "LYS"},
    ],
)
def test_a_fee_that_cannot_be_is_explained(client, officer, changed):
    make_post("LYS", weekdays=())

    assert client.post(f"{LIST}add/", FORM | changed).status_code == 200
    assert not Tariff.objects.exists()


def test_the_list_shows_what_waits(client, officer, paris):
    make_tariff(paris, amount_minor=1234)
    propose(paris, "copy", 4321, at=AT)
    ending = make_tariff(paris, "postage", 777)
    services.propose_end(line=ending, end_on=date(2026, 9, 1), officer=make_colleague(paris), at=AT)

    waiting = client.get(f"{LIST}?state=waiting").content.decode()
    approved = client.get(f"{LIST}?state=approved").content.decode()

    assert [amount in waiting for amount in ("12.34", "43.21", "7.77")] == [False, True, True]
    assert [amount in approved for amount in ("12.34", "43.21", "7.77")] == [True, False, False]


def test_who_approves_sees_what_it_ends_and_what_people_would_pay(client, officer, paris):
    make_tariff(paris)
    make_tariff(paris, "urgent", 2000)
    line = propose(paris, amount_minor=1850, at=AT)

    shown = client.get(page_of(line), headers={"Accept-Language": "en"}).content.decode()

    assert "EUR 16.00, since 2019-07-01 (+EUR 2.50)" in shown
    assert "EUR 36.00 → <strong>EUR 38.50</strong> (+EUR 2.50)" in shown
    assert 'value="approve"' in shown


def test_a_button_approves(client, officer, paris):
    make_tariff(paris)
    line = propose(paris, at=AT)

    assert press(client, line, "approve").status_code == 302

    line.refresh_from_db()
    assert line.approved_by == officer
    assert 'value="approve"' not in client.get(page_of(line)).content.decode()


def test_nobody_is_offered_to_approve_an_own_proposal_and_whoever_tries_is_answered_403(client, officer, paris):
    line = propose(paris, at=AT, officer=officer)

    assert 'value="approve"' not in client.get(page_of(line)).content.decode()
    assert press(client, line, "approve").status_code == 403

    line.refresh_from_db()
    assert line.is_proposal


def test_an_end_is_proposed_by_one_and_approved_by_another(client, officer, paris):
    line = make_tariff(paris)
    assert press(client, line, "end", end_on="2026-09-01").status_code == 302

    client.force_login(make_colleague(paris))
    assert press(client, line, "approve", end_on="2026-08-01").status_code == 409
    assert press(client, line, "approve", end_on="2026-09-01").status_code == 302

    line.refresh_from_db()
    assert (line.active_to, line.end_proposed_by) == (date(2026, 9, 1), officer)


def test_what_is_withdrawn_is_gone_and_leads_back_to_the_list(client, officer, paris):
    answer = press(client, propose(paris, at=AT, officer=officer), "withdraw")

    assert (answer.status_code, answer["Location"]) == (302, LIST)
    assert not Tariff.objects.exists()


@pytest.mark.parametrize("typed", [{"act": "tip"}, {}, {"act": "end", "end_on": "soon"}, {"act": "end"}])
def test_what_makes_no_sense_changes_nothing(client, officer, paris, typed):
    line = make_tariff(paris)

    assert client.post(page_of(line), typed).status_code == 409

    line.refresh_from_db()
    assert (line.active_to, line.end_on) == (None, None)


def test_lines_of_another_post_are_neither_shown_nor_approved(client, officer):
    line = propose(make_post("LYS", weekdays=()), at=AT)

    assert client.get(page_of(line)).status_code == 302
    assert press(client, line, "approve").status_code == 302

    line.refresh_from_db()
    assert line.is_proposal


@pytest.mark.parametrize("rights", [("view_post",), ("add_tariff",)])
def test_without_the_right_to_approve_nobody_does(client, paris, rights):
    client.force_login(make_colleague(paris, *rights))
    line = propose(paris, at=AT)

    press(client, line, "approve")

    line.refresh_from_db()
    assert line.is_proposal


def test_no_line_is_edited_or_deleted_even_by_a_superuser(client, paris):
    client.force_login(User.objects.create(username="root", is_staff=True, is_superuser=True))
    line = make_tariff(paris)

    client.post(page_of(line), FORM)
    assert client.post(f"{LIST}{line.pk}/delete/", {"post": "yes"}).status_code == 403

    line.refresh_from_db()
    assert line.amount_minor == 1600


def replayed(line):
    return {
        (one.applicant_class, one.components): (one.before_minor, one.after_minor) for one in services.replay(line=line)
    }


ALONE, WITH_COPY = (Component.BASE,), (Component.BASE, Component.COPY)


def test_a_replay_asks_each_class_of_people_by_the_lines_that_hold_for_it(paris):
    make_tariff(paris)
    make_tariff(paris, amount_minor=800, applicant_class="minor")
    line = propose(paris, amount_minor=1800, at=AT)

    told = replayed(line)

    assert told[ApplicantClass.ADULT, ALONE] == (1600, 1800)
    assert told[ApplicantClass.MINOR, ALONE] == (800, 800)


def test_a_replay_says_where_there_was_no_price_or_will_be_none(paris):
    make_tariff(paris)
    first = propose(paris, "copy", 500, at=AT, applicant_class="adult")
    assert replayed(first) == {(ApplicantClass.ADULT, WITH_COPY): (None, 2100)}

    ending = make_tariff(paris, "copy", 400, applicant_class="minor")
    services.propose_end(line=ending, end_on=date(2026, 9, 1), officer=make_colleague(paris), at=AT)
    ending.refresh_from_db()
    assert replayed(ending) == {(ApplicantClass.MINOR, WITH_COPY): (2000, None)}
