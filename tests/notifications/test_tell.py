from concurrent.futures import ThreadPoolExecutor
from threading import Barrier

import pytest
from django.db import connection, transaction

from apps.accounts.events import DeviceAdded
from apps.accounts.models import Device
from apps.notifications import services
from apps.notifications.models import Dispatch, Message
from apps.notifications.rendering import MissingFact
from apps.notifications.statuses import DispatchStatus
from apps.outbox.models import Delivery
from apps.outbox.services import drain, publish
from apps.posts.models import Post
from tests.notifications.people import AT, FACTS, person, told

pytestmark = pytest.mark.django_db


def test_a_message_keeps_the_words_that_were_told():
    message = told(person(), template="approved")

    assert message.title == "Application approved: PAR20261123000017"
    assert "Please pay EUR 16.00" in message.body
    assert "by Mon 7 Dec 2026 at the latest" in message.body
    assert message.link.endswith("/cases/8c15bd34")
    assert (message.language, message.sent_at, message.read_at) == ("en", AT, None)
    assert (message.template, message.subject) == ("approved", "case:8c15bd34")


def test_everyone_is_told_in_their_own_language():
    chinese = told(person(language="zh-hans"), template="approved")

    assert chinese.title == "申请已批准：PAR20261123000017"
    assert "请缴费16.00 欧元" in chinese.body
    assert "最晚在12月7日（周一）缴费" in chinese.body


def test_a_person_is_told_once_however_often_we_try():
    user = person()

    first, again = told(user), told(user, template="withdrawn")

    assert first == again
    assert again.template == "collected"
    assert Message.objects.count() == Dispatch.objects.count() == Delivery.objects.count() == 1


def test_the_same_news_goes_to_each_person_and_each_news_to_the_same_person():
    one, other = person(), person(email="other@example.com")

    messages = {told(one).pk, told(other).pk, told(one, dedupe="2").pk}

    assert len(messages) == 3


@pytest.mark.django_db(transaction=True)
def test_told_by_eight_at_once_a_person_has_one_message(transactional_db):
    user = person()
    together = Barrier(8)

    def tell(_):
        together.wait()
        try:
            return told(user).pk
        finally:
            connection.close()

    with ThreadPoolExecutor(8) as threads:
        assert len(set(threads.map(tell, range(8)))) == 1
    assert Message.objects.count() == Dispatch.objects.count() == Delivery.objects.count() == 1


def test_who_has_no_address_finds_the_message_in_the_inbox():
    message = told(person(email=None, phone="+33612345678"))

    assert list(Message.objects.of(message.user)) == [message]
    assert not Dispatch.objects.exists()
    assert not Delivery.objects.exists()


def test_an_e_mail_is_owed_by_the_queue_for_messages():
    dispatch = told(person()).dispatches.get()

    assert (dispatch.channel, dispatch.status) == ("email", DispatchStatus.DUE)
    delivery = Delivery.objects.get()
    assert (delivery.queue, delivery.body) == ("messages", {"dispatch": str(dispatch.pk)})


def test_what_is_rolled_back_was_never_told():
    user = person()
    with transaction.atomic():
        told(user)
        transaction.set_rollback(True)

    assert not Message.objects.exists()
    assert not Delivery.objects.exists()


def test_a_message_with_a_hole_is_not_written():
    with pytest.raises(MissingFact):
        told(person(), number="")

    assert not Message.objects.exists()


@pytest.mark.parametrize(("language", "name"), [("zh-hans", "中国驻法国大使馆"), ("en", "Embassy of China in France")])
def test_a_post_given_by_its_code_signs_with_its_name(language, name):
    Post.objects.create(
        code="PAR", kind="embassy", name_zh="中国驻法国大使馆", name_en="Embassy of China in France", country="FR",
        city_zh="巴黎", city_en="Paris", time_zone="Europe/Paris", currency="EUR", policy="country",
        charge_policy="on_approval",
    )  # fmt: skip

    assert told(person(language=language), post="PAR").body.endswith(f"\n\n{name}")


def test_a_code_that_no_post_has_is_said_as_it_is():
    assert told(person(), post="XXX").body.endswith("\n\nXXX")


def test_without_a_post_the_service_signs():
    assert told(person(), post=None).body.endswith("\n\nChina Consular")


def test_facts_full_of_control_characters_are_no_trouble():
    message = told(person(), template="refused", note="x\x00y\r\n\x1b", reasons="a\x00\nb")

    assert "\x00" not in message.body


def test_the_first_reading_counts():
    message = told(person())

    first = services.read(message=message, at=AT)
    again = services.read(message=message, at=AT.replace(hour=20))

    assert first.read_at == again.read_at == AT
    assert not Message.objects.unread().exists()


class TestNewDevice:
    def added(self, *, is_first=False, name="Pixel 9"):
        user = person()
        device = Device.objects.create(
            user=user, token_sha256="0" * 64, name=name, language="en", created_at=AT, last_seen_at=AT, expires_at=AT
        )
        publish(DeviceAdded(user=str(user.pk), device=str(device.pk), is_first=is_first))
        drain(queue="default")
        return device

    def test_its_owner_is_told_when_and_which(self):
        device = self.added()

        message = Message.objects.get()
        assert (message.user, message.template, message.subject) == (device.user, "new_device", f"device:{device.pk}")
        assert "Pixel 9, on Mon 23 Nov 2026, 10:00 (Paris)." in message.body

    def test_the_device_that_opened_the_account_is_no_news(self):
        self.added(is_first=True)

        assert not Message.objects.exists()

    @pytest.mark.parametrize(
        ("name", "said"),
        [
            ("https://evil.example/login", "https evil example login,"),
            ("call +33 6 12 34!", "call 33 6 12 34,"),
            ("李娜的手机", "李娜的手机,"),
            ("<script>", "script,"),
            ("\n\n", "?,"),
            ("x" * 100, "x" * 40 + ","),
        ],
    )
    def test_whoever_named_it_cannot_write_our_message(self, name, said):
        self.added(name=name)

        assert f"account: {said} on" in Message.objects.get().body


def test_every_fact_of_the_examples_is_used_by_some_template():
    """``status`` is offered by callers; no text needs it yet."""
    assert {"status"} < set(FACTS)
