"""The code leaves through the outbox: nothing lost, nothing secret lying about."""

from datetime import timedelta
from smtplib import SMTPException

import pytest
from django.core import mail
from django.utils import timezone

from apps.accounts.channels import channels
from apps.accounts.models import Challenge
from apps.accounts.services import challenges
from apps.outbox import services as outbox
from apps.outbox.models import Delivery
from tests.accounts.factories import make_challenge

pytestmark = pytest.mark.django_db


def test_the_code_arrives_by_e_mail_in_both_languages():
    asked = make_challenge()
    outbox.drain(queue="messages")

    (letter,) = mail.outbox
    code = challenges.code_of(asked)
    assert letter.to == ["li.na@example.com"]
    assert code in letter.subject
    assert f"{code} is your code to sign in to China Consular. It is valid for 10 minutes." in letter.body
    assert f"{code} 是您登录“中国领事”的验证码，10 分钟内有效。" in letter.body
    assert letter.body.index("is your code") < letter.body.index("验证码")
    assert Delivery.objects.open().count() == 0


def test_the_persons_own_language_comes_first():
    Challenge.objects.filter(pk=make_challenge().pk).update(language="zh-hans")
    outbox.drain(queue="messages")
    assert mail.outbox[0].body.index("验证码") < mail.outbox[0].body.index("is your code")


def test_in_the_sandbox_a_text_message_arrives_as_e_mail():
    asked = make_challenge("+33612345678")
    outbox.drain(queue="messages")

    (letter,) = mail.outbox
    assert letter.to == ["33612345678@sms.sandbox.example"]
    assert challenges.code_of(asked) in letter.body
    assert len(letter.body) <= 160


def test_a_code_is_sent_once():
    make_challenge()
    outbox.drain(queue="messages")
    Delivery.objects.update(done_at=None, due_at=timezone.now() - timedelta(minutes=1))
    outbox.drain(queue="messages")
    assert len(mail.outbox) == 1


@pytest.mark.parametrize("change", [{"expires_at": timezone.now()}, {"used_at": timezone.now()}])
def test_a_code_that_comes_too_late_is_not_sent(change):
    asked = make_challenge()
    Challenge.objects.filter(pk=asked.pk).update(**change)
    outbox.drain(queue="messages")
    assert mail.outbox == []
    assert Delivery.objects.open().count() == 0


def test_when_the_mail_server_is_down_the_same_message_goes_out_later(monkeypatch):
    asked = make_challenge()
    sent = []

    class Moody:
        def is_available(self):
            return True

        def send(self, code):
            sent.append(code)
            if len(sent) == 1:
                raise SMTPException("try again later")

    monkeypatch.setitem(channels._items, "email", Moody())
    outbox.drain(queue="messages")
    assert Challenge.objects.get().sent_at is None

    Delivery.objects.update(due_at=timezone.now() - timedelta(minutes=1))
    outbox.drain(queue="messages")

    assert sent == [sent[0]] * 2
    assert sent[0].key == str(asked.pk)
    assert Challenge.objects.get().sent_at is not None


def test_every_copy_has_one_message_id():
    asked = make_challenge()
    outbox.drain(queue="messages")
    assert mail.outbox[0].extra_headers["Message-ID"] == f"<{asked.pk}@consular.example>"
