import pytest
from django.contrib.auth.models import Permission

from apps.accounts.models import User
from apps.notifications.models import Dispatch
from apps.notifications.statuses import DispatchStatus
from apps.outbox.models import Delivery
from tests.notifications.people import person, told

pytestmark = pytest.mark.django_db

DISPATCHES = "/admin/notifications/dispatch/"
MESSAGES = "/admin/notifications/message/"


@pytest.fixture
def operator(client):
    """Staff with exactly the rights they are given."""

    def with_rights(*codes):
        user = User.objects.create_user(username="wang", is_staff=True)
        user.user_permissions.set(Permission.objects.filter(codename__in=codes))
        client.force_login(user)
        return client

    return with_rights


@pytest.fixture
def doubtful():
    dispatch = told(person()).dispatches.get()
    Dispatch.objects.update(status=DispatchStatus.UNKNOWN, error="interrupted")
    return dispatch


def press(client, *dispatches):
    form = {"action": "send_again", "_selected_action": [str(one.pk) for one in dispatches]}
    return client.post(DISPATCHES, form, follow=True)


def test_a_doubtful_dispatch_is_shown_and_can_be_sent_again(operator, doubtful):
    client = operator("view_dispatch", "resend_dispatch")

    page = client.get(f"{DISPATCHES}?status__exact=unknown")
    assert str(doubtful.message) in page.content.decode()
    press(client, doubtful)

    doubtful.refresh_from_db()
    assert doubtful.status == DispatchStatus.DUE
    assert Delivery.objects.count() == 2


def test_who_may_only_look_may_not_send(operator, doubtful):
    client = operator("view_dispatch")

    assert "send_again" not in client.get(DISPATCHES).content.decode()
    press(client, doubtful)

    doubtful.refresh_from_db()
    assert doubtful.status == DispatchStatus.UNKNOWN


def test_what_was_sent_is_left_alone_and_said_so(operator, doubtful):
    Dispatch.objects.update(status=DispatchStatus.SENT)
    client = operator("view_dispatch", "resend_dispatch")

    page = press(client, doubtful)

    assert Delivery.objects.count() == 1
    assert [message.level_tag for message in page.context["messages"]] == ["warning"]


@pytest.mark.parametrize("address", [DISPATCHES, MESSAGES])
def test_nobody_writes_or_deletes_by_hand(admin_client, doubtful, address):
    pk = doubtful.pk if address == DISPATCHES else doubtful.message.pk

    assert admin_client.get(address).status_code == 200
    assert admin_client.get(f"{address}{pk}/change/").status_code == 200
    assert admin_client.get(f"{address}add/").status_code == 403
    assert admin_client.post(f"{address}{pk}/change/", {"status": "sent"}).status_code == 403
    assert admin_client.post(f"{address}{pk}/delete/", {"post": "yes"}).status_code == 403


def test_the_list_costs_the_same_however_long_it_is(admin_client, django_assert_max_num_queries):
    user = person()
    for number in range(20):
        told(user, dedupe=str(number))

    with django_assert_max_num_queries(12):
        assert admin_client.get(DISPATCHES).status_code == 200
