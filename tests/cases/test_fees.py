"""What a case costs depends on whom it is for, and on whether two people said that it costs nothing."""

from datetime import date

import pytest

from apps.cases import services
from apps.cases.models import Case
from apps.kernel.errors import Conflict
from apps.outbox import services as outbox
from apps.payments.models import Payment
from tests.cases.factories import AT, EMERGENCY, applicant_of, make_case, make_draft, make_post
from tests.posts.factories import make_tariff, make_waiver

pytestmark = pytest.mark.django_db


@pytest.fixture(autouse=True)
def no_worker(monkeypatch):
    monkeypatch.setattr(outbox, "wake", lambda queue: None)


@pytest.mark.parametrize(
    ("born_on", "total"), [(date(1990, 1, 1), 1600), (date(2010, 11, 23), 1600), (date(2010, 11, 24), 800)]
)
def test_a_case_is_priced_by_the_age_of_whom_it_is_for_on_the_day_of_the_price(born_on, total):
    post = make_post()
    make_tariff(post, amount_minor=800, service=EMERGENCY, applicant_class="minor")
    case = make_draft(post=post)
    case.citizen.born_on = born_on
    case.citizen.save()

    assert services.quote(case=Case.objects.get(pk=case.pk), at=AT).total_minor == total


def test_a_fee_that_is_waived_while_it_is_due_lets_the_case_go_on_and_gives_the_payment_up():
    case = make_case("payment_due")
    payment = services.pay(case=case, provider="sandbox", actor=applicant_of(case), at=AT)

    make_waiver(case.post, case.payable)
    outbox.drain(queue="default")

    case.refresh_from_db()
    assert case.status == "production"
    assert not Payment.objects.live().filter(pk=payment.pk).exists()
    with pytest.raises(Conflict):
        services.pay(case=case, provider="sandbox", actor=applicant_of(case), at=AT)


def test_a_fee_that_was_waived_before_it_is_due_is_never_asked_for():
    case = make_case("preliminary_review")
    make_waiver(case.post, case.payable)
    outbox.drain(queue="default")
    assert Case.objects.get(pk=case.pk).status == "preliminary_review"

    assert services.quote(case=case, at=AT).total_minor == 0


@pytest.mark.parametrize("key", ["case:00000000-0000-0000-0000-000000000000", "thing:1"])
def test_a_waiver_for_what_is_no_case_moves_none(key):
    case = make_case("payment_due")

    make_waiver(case.post, key)
    outbox.drain(queue="default")

    assert Case.objects.get(pk=case.pk).status == "payment_due"
