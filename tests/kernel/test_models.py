import pytest
from django.contrib.auth import get_user_model
from django.utils.timezone import now

from apps.notifications.models import Message

pytestmark = pytest.mark.django_db


@pytest.fixture
def record():
    user = get_user_model().objects.create_user(email="na@example.com")
    return Message.objects.create(user=user, dedupe="1", title="t", body="b", sent_at=now())


def test_every_write_raises_the_version_even_of_a_single_field(record):
    first, changed_at = record.version, record.updated_at

    record.read_at = now()
    record.save(update_fields=["read_at"])

    fresh = Message.objects.get()
    assert (first, fresh.version) == (1, 2)
    assert fresh.updated_at > changed_at


def test_two_records_never_share_an_id(record):
    other = Message.objects.create(user=record.user, dedupe="2", title="t", body="b", sent_at=now())

    assert record.pk != other.pk
    assert record.pk.version == 4
