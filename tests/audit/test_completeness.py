"""Who came in, who was not let in, and whose file it was."""

import uuid
from datetime import UTC, datetime

import pytest
from django.utils.timezone import now

from apps.accounts.addresses import Address
from apps.accounts.services import challenge, sign_in
from apps.audit.models import Entry
from apps.audit.services import record
from apps.kernel.errors import Unmet
from apps.kernel.workflow import SYSTEM

AT = datetime(2026, 11, 23, 12, 0, tzinfo=UTC)


@pytest.mark.django_db(transaction=True)
def test_a_wrong_code_is_on_record_and_a_guessed_challenge_is_not():
    at = now()  # codes run out by the clock of the database
    asked = challenge(address=Address("email", "li.na@sandbox.example"), caller="192.0.2.1", language="en", at=at)
    given = {"device_name": "phone", "language": "en", "at": at}
    for pk, code in [(asked.pk, "111111"), (uuid.uuid4(), "111111")]:
        with pytest.raises(Unmet):
            sign_in(challenge=pk, code=code, **given)
    device = sign_in(challenge=asked.pk, code="000000", **given).device

    told = list(Entry.objects.order_by("pk").values_list("action", "subject"))
    assert told == [("sign_in_failed", f"challenge:{asked.pk}"), ("signed_in", f"account:{device.user_id}")]


@pytest.mark.django_db
def test_an_entry_says_whose_file_it_was_and_is_found_by_it(admin_client):
    citizen = uuid.uuid4()
    mine = record(actor=SYSTEM, action="file_read", subject="file:1", at=AT, citizen=citizen, page=1)
    record(actor=SYSTEM, action="file_read", subject="file:2", at=AT)

    assert (mine.citizen, mine.detail) == (citizen, {"page": 1})
    shown = admin_client.get("/admin/audit/entry/", {"q": str(citizen)}).content.decode()
    assert "file:1" in shown
    assert "file:2" not in shown
    for nasty in ("\0", "no uuid", "'; --", "9" * 400):
        assert admin_client.get("/admin/audit/entry/", {"q": nasty}).status_code == 200
    assert admin_client.get("/admin/audit/batch/", {"q": "no number"}).status_code == 200


@pytest.mark.django_db
def test_the_list_of_entries_costs_the_same_however_long_it_is(admin_client, django_assert_max_num_queries):
    for number in range(150):
        record(actor=SYSTEM, action="seen", subject=f"case:{number}", at=AT)

    with django_assert_max_num_queries(12):
        assert admin_client.get("/admin/audit/entry/").status_code == 200
