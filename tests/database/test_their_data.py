"""A copy of somebody's data and their erasure, on the roles of the processes that do it."""

import pytest

from apps.accounts.models import User
from apps.notifications.models import PushToken
from apps.privacy.models import Erasure, Export
from apps.privacy.services import purge
from tests.accounts.factories import AT, Phone
from tests.privacy.factories import GIVEN, SURNAME, canary, workers_work

pytestmark = pytest.mark.django_db(transaction=True)


def test_phones_ask_and_workers_do_it_and_neither_lacks_a_right(secured, acting, monkeypatch):
    monkeypatch.setattr("apps.outbox.services.wake", lambda queue: None)
    user, case = canary()
    phone, path = Phone(user), f"citizens/{case.citizen_id}"
    PushToken.objects.create(device=phone.device, service="fcm", token="t", created_at=AT, refreshed_at=AT)
    with acting("api"):
        assert phone.post(f"{path}/export").status_code == 202
    with acting("worker"):
        workers_work()
        purge(at=AT)
    with acting("api"):
        assert phone.get(f"{path}/export/content").status_code == 200
        assert phone.get(f"{path}/accesses").status_code == phone.get(f"{path}/erasure").status_code == 200
        consent = phone.get("consents").json()["results"][0]["id"]
        assert phone.post(f"consents/{consent}/withdrawal").status_code in {200, 409}
        assert phone.post(f"{path}/erasure", {"printed_name": f"{SURNAME} {GIVEN}"}).status_code == 202
    with acting("worker"):
        workers_work()

    assert Erasure.objects.get().done_at
    assert not Export.objects.exists()
    assert User.objects.get(pk=user.pk).email is None
