"""Somebody is erased, and then looked for."""

import uuid
from datetime import timedelta
from io import StringIO

import pytest
from django.core.management import call_command
from django.db import InternalError, ProgrammingError, connection, transaction
from django.utils.timezone import now

from apps.accounts.models import Citizen, Consent, Device, User
from apps.audit.models import Entry
from apps.cases import services as cases
from apps.cases.models import Case, Step
from apps.documents.models import CitizenKey, File, Issue
from apps.documents.store import store
from apps.notifications.models import Dispatch, Message
from apps.outbox.services import drain
from apps.payments.models import Payment, Refund
from apps.privacy import services
from apps.privacy.models import Erasure, Export
from deploy.drills import _traces
from tests.accounts.factories import Phone, make_child, make_mandate, make_user
from tests.cases.factories import make_case
from tests.payments.merchants import make_merchant
from tests.privacy.factories import CANARIES, EMAIL, GIVEN, NAME, SURNAME, canary, workers_work

pytestmark = pytest.mark.django_db(transaction=True)

PRINTED = {"printed_name": f"{SURNAME} {GIVEN}"}


def in_tables(words=CANARIES):
    connection.ensure_connection()
    found = {name: _traces.found_in(content, words) for name, content in _traces.in_tables(connection.connection)}
    return {name: hits for name, hits in found.items() if hits}


def in_objects(before, words=CANARIES):
    """Other tests share the store: what was there before is not hers."""
    fresh = set(store().keys("")) - before
    found = {key: _traces.found_in(key.encode() + b"".join(store().open(key)[1]), words) for key in fresh}
    return {key: hits for key, hits in found.items() if hits}


def keys_of(citizen):
    """Of a paper, a document and a copy of the data; other tests share the store."""
    rows = [*File.objects.filter(citizen=citizen), *Issue.objects.filter(citizen=citizen), *Export.objects.all()]
    return {key for key in store().keys("") if any(str(row.pk) in key for row in rows)}


@pytest.fixture(autouse=True)
def no_wake(monkeypatch):
    monkeypatch.setattr("apps.outbox.services.wake", lambda queue: None)


def test_after_an_erasure_nothing_of_her_is_found_anywhere(caplog):
    stored = set(store().keys(""))
    user, case = canary()
    citizen = case.citizen_id
    phone, helper = Phone(user), make_user()
    make_mandate(case.citizen, helper, "apply")
    phone.post(f"citizens/{citizen}/export")
    workers_work()
    before = in_tables()
    assert {"accounts_citizen", "accounts_user", "cases_case", "cases_step", "losses_lossreport"} <= set(before)
    assert {"travel_documents_traveldocument", "documents_issue", "accounts_device", "notifications_dispatch"} & set(
        before
    )
    assert set().union(*before.values()) == set(CANARIES) - {"canary-in-a-scan"}
    theirs = keys_of(citizen)
    assert len(theirs) == 3
    caplog.clear()

    answer = phone.post(f"citizens/{citizen}/erasure", PRINTED)
    assert (answer.status_code, answer.json()["citizen"]) == (202, str(citizen))
    assert phone.get("me").status_code == 401
    workers_work()

    erasure = Erasure.objects.get()
    assert erasure.done_at >= erasure.erased_at >= erasure.requested_at
    assert in_tables() == {}
    assert in_objects(stored) == {}
    assert not theirs & set(store().keys(""))
    assert store().size(f"erasures/{citizen}")
    assert CitizenKey.objects.get(citizen=citizen).wrapped is None
    assert _traces.found_in(caplog.text.encode(), CANARIES) == set()


def test_what_the_law_keeps_is_still_there():
    user, case = canary()
    issue = Issue.objects.get(citizen=case.citizen, status="issued")
    kept = (issue.number, issue.kind, issue.status, issue.issued_on, issue.sha256)
    moves = list(case.history.values_list("move", "source", "target", "at"))
    consents = list(Consent.objects.values_list("text_sha256", "text_version", "at"))
    entries = Entry.objects.filter(citizen=case.citizen_id).count()

    Phone(user).post(f"citizens/{case.citizen_id}/erasure", PRINTED)
    workers_work()

    issue.refresh_from_db()
    assert (issue.number, issue.kind, issue.status, issue.issued_on, issue.sha256) == kept
    assert issue.seal is None
    assert list(case.history.values_list("move", "source", "target", "at")) == moves
    assert Case.objects.get().number == case.number
    assert consents
    assert list(Consent.objects.values_list("text_sha256", "text_version", "at")) == consents
    assert {consent.device for consent in Consent.objects.all()} == {""}
    assert Entry.objects.filter(citizen=case.citizen_id).count() > entries
    account = User.objects.get(pk=user.pk)
    assert (account.email, account.phone, account.is_active) == (None, None, False)
    assert not account.has_usable_password()


def test_the_last_message_leaves_before_its_address_is_forgotten():
    user, case = canary()
    Phone(user).post(f"citizens/{case.citizen_id}/erasure", PRINTED)
    for queue in ("files", "default"):
        drain(queue=queue)
    assert User.objects.get(pk=user.pk).email == EMAIL
    assert Erasure.objects.get().done_at is None
    farewell = Message.objects.get(user=user)
    assert NAME not in farewell.title + farewell.body

    workers_work()

    assert User.objects.get(pk=user.pk).email is None
    assert not Message.objects.exists()


def test_a_message_that_never_leaves_holds_nobody_up_for_more_than_a_day():
    user, case = canary()
    Phone(user).post(f"citizens/{case.citizen_id}/erasure", PRINTED)
    for queue in ("files", "default"):
        drain(queue=queue)
    Dispatch.objects.update(status="due")

    services.release(citizen=str(case.citizen_id), at=now() + timedelta(days=1, minutes=1))

    assert User.objects.get(pk=user.pk).email is None


def test_an_account_that_acts_for_somebody_else_stays_with_what_is_its_own():
    user, case = canary()
    child = make_child(user)
    phone = Phone(user)

    assert phone.get(f"citizens/{case.citizen_id}/erasure").json()["account_too"] is False
    assert phone.post(f"citizens/{case.citizen_id}/erasure", PRINTED).status_code == 202
    workers_work()

    assert set(in_tables()) <= {"accounts_user", "accounts_device"}
    assert phone.get("me").status_code == 200
    assert [found["id"] for found in phone.get("citizens").json()["results"]] == [str(child.pk)]
    assert phone.get(f"citizens/{case.citizen_id}").status_code == 404
    assert Erasure.objects.get().done_at is not None


def test_nobody_is_erased_while_something_is_open_and_each_reason_has_a_way_out():
    case = make_case("submitted")
    at, phone = now(), Phone(case.applicant)
    quote = cases.quote(case=case, at=at)
    paid = {
        "quote": quote,
        "payer": case.applicant,
        "provider": "sandbox",
        "merchant": make_merchant(),
        "expires_at": at,
    }
    paid |= {"payable": case.payable, "currency": quote.currency, "amount_minor": quote.total_minor}
    Payment.objects.create(**paid)
    settled = Payment.objects.create(**paid, status="captured", captured_at=at, provider_txn="t1", is_surplus=True)
    owed = {"amount_minor": 1, "currency": "EUR", "reason": "surplus", "owed_at": at}
    Refund.objects.create(payment=settled, source="system", status="approved", approved_at=at, **owed)

    shown = phone.get(f"citizens/{case.citizen_id}/erasure").json()
    refused = phone.post(f"citizens/{case.citizen_id}/erasure", {"printed_name": "li  na"})

    codes = ["case_alive", "payment_open", "refund_owed"]
    assert sorted(found["code"] for found in shown["obstacles"]) == codes
    assert all(found["way_out"] for found in shown["obstacles"])
    assert all(found["basis"] for found in shown["kept"])
    assert (refused.status_code, sorted(refused.json()["missing"])) == (422, codes)
    assert not Erasure.objects.exists()
    assert Citizen.objects.of(case.applicant).exists()


def test_only_who_manages_erases_and_only_by_saying_the_name():
    user, case = canary()
    helper, path = make_user(), f"citizens/{case.citizen_id}/erasure"
    make_mandate(case.citizen, helper, "apply", "pay", "collect")

    assert Phone(helper).get(path).status_code == Phone(helper).post(path, PRINTED).status_code == 404
    assert Phone(make_user()).post(path, PRINTED).status_code == 404
    wrong = Phone(user).post(path, {"printed_name": "SOMEBODY ELSE"})
    assert (wrong.status_code, wrong.json()["errors"][0]["code"]) == (400, "name_differs")
    waiting = Phone(user)
    Device.objects.filter(pk=waiting.device.pk).update(trusted_at=None, trusted_by="")
    assert waiting.post(path, PRINTED).json()["code"] == "device_on_probation"
    assert not Erasure.objects.exists()


def test_a_restored_backup_is_erased_again():
    user, case = canary()
    citizen = case.citizen_id
    Phone(user).post(f"citizens/{citizen}/erasure", PRINTED)
    workers_work()
    # the backup is older: it knows of no erasure, and of her
    Erasure.objects.all().delete()
    Citizen.objects.filter(pk=citizen).update(name=NAME, surname=SURNAME, given_names=GIVEN)
    User.objects.filter(pk=user.pk).update(email=EMAIL)
    store().put(
        f"erasures/{uuid.uuid4()}",
        b'{"accounts":[],"leaving":[],"requested_at":"2026-11-23T12:00:00+00:00"}',
        content_type="application/json",
    )
    assert in_tables()

    first, again = StringIO(), StringIO()
    call_command("replay_erasures", stdout=first, stderr=StringIO())
    call_command("replay_erasures", stdout=again, stderr=StringIO())

    assert in_tables() == {}
    assert first.getvalue().strip().endswith("1 repeated")
    assert again.getvalue().strip().endswith("0 repeated")
    assert Erasure.objects.get().done_at is not None


def test_a_worker_that_dies_in_between_is_followed_by_another(monkeypatch):
    user, case = canary()
    Phone(user).post(f"citizens/{case.citizen_id}/erasure", PRINTED)
    monkeypatch.setattr("apps.privacy.services.erasing._erase_rows", boom)
    drain(queue="files")
    assert Erasure.objects.get().erased_at is None
    assert Citizen.objects.get(pk=case.citizen_id).name == NAME
    monkeypatch.undo()
    monkeypatch.setattr("apps.outbox.services.wake", lambda queue: None)

    workers_work()

    assert in_tables() == {}


def boom(*_):
    raise OSError


def test_of_a_step_only_the_note_can_be_emptied():
    case = make_case("refused")
    step = Step.objects.filter(case=case).exclude(note="").first()
    for change in ({"note": "other"}, {"note": "", "move": "x"}, {"reasons": []}, {"note": "", "actor": None}):
        with pytest.raises((ProgrammingError, InternalError)), transaction.atomic():
            Step.objects.filter(pk=step.pk).update(**change)
    assert Step.objects.filter(pk=step.pk).update(note="") == 1
    with pytest.raises((ProgrammingError, InternalError)), transaction.atomic():
        step.delete()


def test_a_file_that_is_being_cleaned_meanwhile_is_noise_afterwards():
    user, case = canary()
    File.objects.filter(citizen=case.citizen_id).update(status="received", clean_key="", sha256="")
    Phone(user).post(f"citizens/{case.citizen_id}/erasure", PRINTED)
    workers_work()

    assert {file.status for file in File.objects.filter(citizen=case.citizen_id)} == {"discarded"}
