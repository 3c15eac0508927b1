"""A sign-in code by text message, from the challenge to the phone."""

import pytest

from apps.accounts.models import Challenge
from apps.accounts.services import challenges
from apps.outbox.models import Delivery
from apps.outbox.services import drain
from tests.accounts.factories import make_challenge
from tests.sms.company import fresh_number

pytestmark = pytest.mark.django_db


def test_the_code_is_on_the_phone_and_not_in_a_mailbox(company, mailoutbox):
    phone = "+33612345678"
    asked = make_challenge(phone)
    drain(queue="messages")

    assert f"Code {challenges.code_of(asked)}, valid for 10 minutes" in company.received(phone)[-1]["text"]
    assert mailoutbox == []


@pytest.mark.parametrize("fault", ["lost_answer", "limit", "error_500"])
def test_a_code_that_was_refused_or_is_in_doubt_is_not_sent_twice(company, fault, caplog):
    asked = make_challenge("+33612345678")
    Challenge.objects.filter(pk=asked.pk).update(address=fresh_number())
    company.plan(fault)
    before = len(company.journal())
    drain(queue="messages")
    drain(queue="messages")

    assert not Delivery.objects.open().exists()
    assert len(company.journal()) - before <= 1
    assert "code_not_sent" in [line.message for line in caplog.records]


def test_a_company_that_is_away_is_waited_for(company, settings):
    make_challenge("+33612345678")
    settings.SMS_URL = "aliyun+http://k:s@127.0.0.1:9/?sign=x"
    drain(queue="messages")

    assert Delivery.objects.open().get().error == "Unavailable: sms_unreachable"
    assert Challenge.objects.get().sent_at is None
