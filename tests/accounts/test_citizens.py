"""For whom an account acts, through the API."""

import uuid
from threading import Barrier, Thread

import pytest
from django.db import IntegrityError, connection, transaction

from apps.accounts import services
from apps.accounts.models import Citizen, Consent, Relation
from apps.accounts.particulars import Particulars
from apps.accounts.texts import PERSONAL_DATA
from apps.audit.models import Entry
from apps.kernel.errors import DomainError
from tests.accounts.factories import AT, Phone, faults, identity_number, make_child, make_citizen, make_user

pytestmark = pytest.mark.django_db


def person(**changes):
    return {
        "kind": "self",
        "name": "李娜",
        "surname": "Li",
        "given_names": "Na",
        "born_on": "1990-01-01",
        "sex": "F",
        "place_of_birth": " 北京 ",
        "identity_number": identity_number(),
        "consent_version": "1",
    } | changes


@pytest.fixture
def phone():
    return Phone(make_user())


def test_a_person_is_added_with_the_consent_to_keep_their_data(phone):
    answer = phone.post("citizens", person())
    citizen = Citizen.objects.get()

    assert answer.status_code == 201
    assert answer["ETag"] == '"1.en"'
    assert answer.json() == {
        "id": str(citizen.pk),
        "kind": "self",
        "kind_label": "myself",
        "scopes": ["view", "apply", "pay", "collect", "manage"],
        "until": None,
        "name": "李娜",
        "surname": "LI",
        "given_names": "NA",
        "full_spelling": "LI NA",
        "born_on": "1990-01-01",
        "sex": "F",
        "sex_label": "female",
        "place_of_birth": "北京",
        "nationality": "CHN",
        "identity_number": identity_number(),
        "created_at": answer.json()["created_at"],
        "updated_at": answer.json()["updated_at"],
    }
    consent = Consent.objects.get()
    text = services.consent_text(PERSONAL_DATA, "en")
    assert (consent.citizen, consent.purpose, consent.text_sha256) == (citizen, PERSONAL_DATA, text.sha256)
    assert consent.device == f"Pixel 9 ({phone.device.pk})"


def test_without_the_present_consent_nothing_is_kept(phone):
    answer = phone.post("citizens", person(consent_version="0"))
    assert (answer.status_code, answer.json()["code"]) == (409, "consent_text_changed")
    assert not Citizen.objects.exists()


@pytest.mark.parametrize(
    ("changes", "wrong"),
    [
        ({"identity_number": identity_number()[:17] + "0"}, {"/identity_number": "identity_number_checksum"}),
        ({"identity_number": identity_number("990101")}, {"/identity_number": "identity_number_region"}),
        ({"identity_number": "1234"}, {"/identity_number": "identity_number_form"}),
        ({"born_on": "1990-01-02"}, {"/identity_number": "identity_number_born_on"}),
        ({"sex": "M"}, {"/identity_number": "identity_number_sex"}),
        ({"name": "李2"}, {"/name": "name_digit"}),
        ({"surname": ""}, {"/surname": "surname_empty"}),
        ({"surname": "Lü"}, {"/surname": "spelling_umlaut"}),
        ({"given_names": "娜"}, {"/given_names": "spelling_letters"}),
        ({"place_of_birth": "北\u200b京"}, {"/place_of_birth": "place_character"}),
        ({"born_on": "2990-01-01", "identity_number": None}, {"/born_on": "in_the_future"}),
        ({"born_on": "0001-01-01", "identity_number": None}, {"/born_on": "too_long_ago"}),
        ({"born_on": "2015-01-01", "identity_number": None}, {"/born_on": "guardian_needed"}),
        ({"sex": "W"}, {"/sex": "invalid_choice"}),
        ({"kind": "friend"}, {"/kind": "invalid_choice"}),
        ({"nationality": "FRA"}, {"/nationality": "unknown_field"}),
        ({"born_on": "yesterday"}, {"/born_on": "invalid"}),
    ],
)
def test_what_is_wrong_is_pointed_at(phone, changes, wrong):
    answer = phone.post("citizens", person(**changes))
    assert answer.status_code == 400
    assert faults(answer) == wrong
    assert not Citizen.objects.exists()


def test_everything_wrong_is_told_at_once(phone):
    answer = phone.post("citizens", person(name="李2", surname="", given_names="Ü", identity_number="x"))
    assert set(faults(answer)) == {"/name", "/surname", "/given_names", "/identity_number"}


@pytest.mark.parametrize(
    "changes",
    [
        {"identity_number": None},
        {"identity_number": ""},
        {"identity_number": identity_number("810000")},
        {"identity_number": identity_number("820000")},
        {"identity_number": identity_number("830000")},
        {"identity_number": identity_number(order="003"), "sex": "M"},
        {"identity_number": identity_number(order="003"), "sex": "X"},
        {"name": "𠮷", "surname": "JI", "given_names": ""},
        {"name": "龚䶮"},
        {"name": "阿不都热西提•吐尔逊", "surname": "ABUDUREXITI", "given_names": "TUERXUN"},
        {"name": "米" * 60 + "·" + "买" * 39},
        {"place_of_birth": "𠮷里\U00031350村"},
    ],
)
def test_every_kind_of_citizen_has_a_place(phone, changes):
    assert phone.post("citizens", person(**changes)).status_code == 201


def test_what_may_be_left_out(phone):
    given = person()
    del given["identity_number"], given["given_names"]
    assert phone.post("citizens", given).json()["given_names"] == ""

    answer = phone.post("citizens", {})
    assert set(faults(answer)) == {f"/{name}" for name in person() if name not in {"identity_number", "given_names"}}


def test_one_is_oneself_once_but_may_have_many_children(phone):
    assert phone.post("citizens", person()).status_code == 201
    again = phone.post("citizens", person(identity_number=None))
    assert (again.status_code, again.json()["code"]) == (409, "self_exists")
    for _ in range(2):
        child = person(kind="child", identity_number=None, born_on="2020-01-01")
        assert phone.post("citizens", child).status_code == 201


def test_nobody_is_listed_twice(phone):
    phone.post("citizens", person())
    again = phone.post("citizens", person(kind="parent"))
    assert (again.status_code, again.json()["code"]) == (409, "citizen_exists")


def test_two_accounts_may_act_for_one_person(phone):
    phone.post("citizens", person())
    child = Phone(make_user())
    assert child.post("citizens", person(kind="parent")).status_code == 201


def test_the_database_itself_knows_one_self_per_account():
    user = make_user()
    make_citizen(user)
    other = make_citizen(user, kind="child")
    with pytest.raises(IntegrityError, match="one_self_per_account"), transaction.atomic():
        Relation.objects.filter(citizen=other).update(kind="self")
    with pytest.raises(IntegrityError, match="the_primary_identifier_is_filled"), transaction.atomic():
        Citizen.objects.filter(pk=other.pk).update(surname="")


@pytest.mark.django_db(transaction=True)
def test_two_phones_entering_oneself_at_once_make_one_self():
    user, start, outcomes = make_user(), Barrier(8), []
    given = Particulars("李娜", "LI", "NA", AT.date().replace(year=1990), "F", "北京", None)

    def enter():
        start.wait()
        try:
            services.add_citizen(
                user=user, kind="self", person=given, consent_version="1", language="en", device="x", at=AT
            )
            outcomes.append("added")
        except DomainError as error:
            outcomes.append(error.code)
        finally:
            connection.close()

    threads = [Thread(target=enter) for _ in range(8)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()

    assert sorted(outcomes) == ["added"] + ["self_exists"] * 7
    assert Citizen.objects.count() == 1


def test_a_list_shows_ones_own_people_only(phone):
    mine = [make_citizen(phone.device.user), make_child(phone.device.user)]
    make_citizen(make_user())
    listed = phone.get("citizens").json()["results"]
    assert {(row["id"], row["kind"]) for row in listed} == {(str(mine[0].pk), "self"), (str(mine[1].pk), "child")}


def test_a_list_is_a_fixed_number_of_queries(phone, django_assert_num_queries):
    for kind in ("self", "parent"):
        make_citizen(phone.device.user, kind=kind)
    for age in (3, 12):
        make_child(phone.device.user, age=age)
    with django_assert_num_queries(2):
        phone.get("citizens")


def test_someone_elses_citizen_does_not_exist(phone):
    theirs = make_citizen(make_user())
    for pk in (theirs.pk, uuid.uuid4()):
        assert phone.get(f"citizens/{pk}").status_code == 404
        assert phone.patch(f"citizens/{pk}", {"name": "张三"}, HTTP_IF_MATCH='"0.en"').status_code == 404
    theirs.refresh_from_db()
    assert theirs.name == "李娜"


def test_a_particular_is_corrected(phone):
    added = phone.post("citizens", person())
    changed = phone.patch(f"citizens/{added.json()['id']}", {"given_names": "na na"}, HTTP_IF_MATCH=added["ETag"])

    assert (changed.status_code, changed["ETag"]) == (200, '"2.en"')
    assert changed.json()["given_names"] == "NA NA"
    entries = Entry.objects.about(f"citizen:{added.json()['id']}").order_by("id")
    assert [(entry.action, entry.detail) for entry in entries] == [
        ("citizen_added", {"kind": "self"}),
        ("citizen_changed", {"fields": "given_names"}),
    ]
    assert "NA NA" not in str(list(entries.values()))


def test_what_is_corrected_must_fit_what_stays(phone):
    added = phone.post("citizens", person())
    for change in ({"born_on": "1991-01-01"}, {"sex": "M"}):
        answer = phone.patch(f"citizens/{added.json()['id']}", change, HTTP_IF_MATCH=added["ETag"])
        assert answer.status_code == 400
        assert set(faults(answer)) == {"/identity_number"}


def test_an_edit_needs_the_version_it_edits(phone):
    added = phone.post("citizens", person())
    address = f"citizens/{added.json()['id']}"
    assert phone.patch(address, {"name": "张三"}).status_code == 428
    assert phone.patch(address, {"name": "张三"}, HTTP_IF_MATCH=added["ETag"]).status_code == 200
    assert phone.patch(address, {"name": "王五"}, HTTP_IF_MATCH=added["ETag"]).status_code == 412
    assert Citizen.objects.get().name == "张三"


def test_an_edit_that_changes_nothing_leaves_no_trace(phone):
    added = phone.post("citizens", person())
    same = phone.patch(f"citizens/{added.json()['id']}", {"name": " 李娜"}, HTTP_IF_MATCH=added["ETag"])
    assert same["ETag"] == added["ETag"]
    assert not Entry.objects.filter(action="citizen_changed").exists()


@pytest.mark.parametrize("field", ["kind", "id", "nationality", "version", "consent_version"])
def test_nothing_else_can_be_edited(phone, field):
    added = phone.post("citizens", person())
    answer = phone.patch(f"citizens/{added.json()['id']}", {field: "parent"}, HTTP_IF_MATCH=added["ETag"])
    assert faults(answer) == {f"/{field}": "unknown_field"}


def test_a_reader_who_knows_this_version_gets_nothing_new(phone):
    added = phone.post("citizens", person())
    again = phone.get(f"citizens/{added.json()['id']}", HTTP_IF_NONE_MATCH=added["ETag"])
    assert (again.status_code, again.content) == (304, b"")


def test_the_same_key_adds_one_person(phone):
    key = {"HTTP_IDEMPOTENCY_KEY": "one-intent"}
    first, second = phone.post("citizens", person(), **key), phone.post("citizens", person(), **key)
    assert first.json() == second.json()
    assert second["Idempotent-Replayed"] == "true"
    assert Citizen.objects.count() == 1
