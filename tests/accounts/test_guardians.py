"""Ages (R6): who acts and agrees for a child, from its birth to the day it is of age."""

from datetime import UTC, date, datetime, timedelta

import pytest
from django.db import connection
from django.utils import timezone

from apps.accounts import ages, services
from apps.accounts.models import Citizen, Consent, Relation, Scope
from apps.accounts.models.rights import EighteenYearsAgo
from apps.accounts.services import guardians
from tests.accounts.factories import Phone, faults, make_child, make_citizen, make_mandate, make_user

pytestmark = pytest.mark.django_db


def born(years, days=0):
    """The birthday of somebody who is ``years`` old today; ``days`` later they would be."""
    today = datetime.now(UTC).date()
    try:
        return today.replace(year=today.year - years) + timedelta(days=days)
    except ValueError:
        return date(today.year - years, 3, 1) + timedelta(days=days)


def test_a_child_grows_up_and_each_age_asks_who_must_agree():
    guardian = Phone(make_user())
    child = make_child(guardian.device.user, born_on=date(2020, 5, 1))
    needed = {day: guardians.purposes(citizen=child, on=day) for day in STORY}
    assert needed == STORY
    assert [ages.guardian_signs(born_on=child.born_on, on=day) for day in STORY] == [True, False, False, False]

    day = date(2033, 1, 1)
    assert guardians.missing_consents(citizen=child, on=day) == ("guardian_data", "guardian_application")
    for purpose in ("guardian_data", "guardian_application"):
        body = {"citizen": str(child.pk), "purpose": purpose, "consent_version": "1"}
        given = guardian.post("consents", body)
        assert given.status_code == 201, given.json()
    assert guardians.missing_consents(citizen=child, on=day) == ()

    withdrawn = guardian.post(f"consents/{given.json()['id']}/withdrawal").json()
    assert withdrawn["withdrawn_at"] is not None
    assert guardians.missing_consents(citizen=child, on=day) == ("guardian_application",)


STORY = {
    date(2030, 4, 30): ("guardian_data", "guardian_application"),
    date(2034, 4, 30): ("guardian_data", "guardian_application"),
    date(2034, 5, 1): ("guardian_application",),
    date(2036, 5, 1): (),
}


@pytest.mark.parametrize(("days", "acts"), [(1, True), (0, False), (-1, False)])
def test_a_guardians_right_ends_on_the_eighteenth_birthday(days, acts):
    guardian = Phone(make_user())
    child = make_child(guardian.device.user, born_on=born(18, days))
    assert (guardian.get(f"citizens/{child.pk}").status_code == 200) is acts
    for scope in Scope:
        assert Citizen.objects.of(guardian.device.user, scope).filter(pk=child.pk).exists() is acts
    assert guardians.is_guardian(user=guardian.device.user, citizen=child) is acts


def test_a_parent_who_was_the_guardian_goes_on_by_the_childs_own_mandate():
    mother, daughter = make_user(), make_user()
    grown = make_child(mother, born_on=born(18))
    Relation.objects.create(user=daughter, citizen=grown, kind="self")
    assert not Citizen.objects.of(mother).exists()
    make_mandate(grown, mother, "apply", granted_by=daughter)

    phone = Phone(mother)
    (row,) = phone.get("citizens").json()["results"]
    assert (row["kind"], row["scopes"]) == ("helper", ["view", "apply"])
    assert phone.patch(f"citizens/{grown.pk}", {"name": "x"}, HTTP_IF_MATCH='"0.en"').status_code == 404


def test_until_when_a_guardian_acts_is_shown():
    phone = Phone(make_user())
    child = make_child(phone.device.user, born_on=date(2020, 2, 29))
    assert phone.get(f"citizens/{child.pk}").json()["until"] == "2038-03-01T00:00:00Z"


@pytest.mark.parametrize("kind", ["self", "parent", "helper"])
def test_under_sixteen_only_a_guardian_applies(kind):
    user, guardian = make_user(), make_user()
    citizen = make_child(guardian, born_on=born(15))
    if kind == "helper":
        make_mandate(citizen, user, "apply")
    else:
        Relation.objects.create(user=user, citizen=citizen, kind=kind)
    today, later = datetime.now(UTC).date(), datetime.now(UTC).date() + timedelta(days=366)
    assert guardians.may_apply(user=guardian, citizen=citizen, on=today)
    assert not guardians.may_apply(user=user, citizen=citizen, on=today)
    assert guardians.may_apply(user=user, citizen=citizen, on=later), "at sixteen whoever may apply does"
    assert not guardians.may_apply(user=make_user(), citizen=citizen, on=later)


@pytest.mark.parametrize("purpose", ["guardian_data", "guardian_application"])
def test_only_a_guardian_agrees_as_one(purpose):
    phone = Phone(make_user())
    citizen = make_citizen(phone.device.user, kind="parent")
    answer = phone.post("consents", {"citizen": str(citizen.pk), "purpose": purpose, "consent_version": "1"})
    assert (answer.status_code, faults(answer)) == (400, {"/purpose": "not_a_guardian"})


def test_the_consent_of_somebody_who_is_no_guardian_any_more_does_not_count():
    guardian = make_user()
    child = make_child(guardian, age=8)
    facts = {"purpose": "guardian_data", "version": "1", "language": "en", "device": "x", "at": timezone.now()}
    services.agree(user=guardian, citizen=child.pk, **facts)
    today = datetime.now(UTC).date()
    assert "guardian_data" not in guardians.missing_consents(citizen=child, on=today)
    Relation.objects.filter(user=guardian).update(kind="parent")
    assert "guardian_data" in guardians.missing_consents(citizen=child, on=today)


def test_nobody_of_age_is_entered_as_a_child():
    phone = Phone(make_user())
    person = {"kind": "child", "name": "李雷", "surname": "LI", "given_names": "LEI", "sex": "M"}
    person |= {"born_on": str(born(18)), "place_of_birth": "北京", "consent_version": "1"}
    answer = phone.post("citizens", person)
    assert (answer.status_code, faults(answer)) == (400, {"/kind": "of_age"})
    assert not Consent.objects.exists()

    added = phone.post("citizens", person | {"born_on": str(born(17))})
    assert added.status_code == 201, added.json()
    url = f"citizens/{added.json()['id']}"
    edited = phone.patch(url, {"born_on": "1990-01-01"}, HTTP_IF_MATCH=added["ETag"])
    assert (edited.status_code, faults(edited)) == (400, {"/born_on": "of_age"})
    assert phone.get(url).json()["born_on"] == str(born(17))


@pytest.mark.parametrize(
    ("today", "ago"),
    [("2026-02-28", "2008-02-28"), ("2026-03-01", "2008-03-01"), ("2028-02-29", "2010-02-28")],
)
def test_the_database_and_the_rules_agree_on_the_day_somebody_is_of_age(today, ago):
    template = EighteenYearsAgo.template.replace("statement_timestamp()", f"timestamptz '{today} 12:00+00'")
    with connection.cursor() as cursor:
        cursor.execute(f"SELECT {template}")
        (limit,) = cursor.fetchone()
    assert str(limit) == ago
    on = date.fromisoformat(today)
    for born_on in (limit - timedelta(1), limit, limit + timedelta(1)):
        assert ages.is_of_age(born_on=born_on, on=on) is (not born_on > limit)
        assert (ages.of_age_on(born_on=born_on) <= on) is ages.is_of_age(born_on=born_on, on=on)
