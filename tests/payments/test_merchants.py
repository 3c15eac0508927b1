"""Contracts with payment companies have two people behind them, and each payment has one contract."""

from datetime import timedelta

import pytest
from django.contrib.auth.models import Permission
from django.db import IntegrityError, transaction

from apps.accounts.models import User
from apps.kernel.errors import Conflict, Forbidden, Invalid
from apps.payments import services
from apps.payments.models import Merchant
from tests.payments.factories import AT, make_payment, make_priced_post, make_quote
from tests.payments.merchants import make_merchant

pytestmark = pytest.mark.django_db


def officer(name: str, *rights: str) -> User:
    user = User.objects.create_user(username=name, is_staff=True)
    user.user_permissions.set(Permission.objects.filter(codename__in=rights))
    return User.objects.get(pk=user.pk)


@pytest.fixture
def one() -> User:
    return officer("one", "add_merchant", "approve_merchant")


@pytest.fixture
def two() -> User:
    return officer("two", "approve_merchant")


def contract(**facts) -> Merchant:
    given = {"code": "par-eur", "provider": "scripted", "merchant_id": "1900", "channels": ["page"], "active_from": AT}
    return Merchant(**given | facts)


def test_a_contract_takes_money_once_another_person_approved_it(scripted, one, two):
    post = make_priced_post()
    merchant = services.propose_merchant(merchant=contract(post=post), officer=one, at=AT)
    assert merchant not in Merchant.objects.serving(post, currency="EUR", at=AT)
    services.approve_merchant(merchant=merchant, officer=two, at=AT)

    assert make_payment(make_quote(post=post)).merchant == merchant


def test_nobody_approves_their_own(scripted, one):
    merchant = services.propose_merchant(merchant=contract(), officer=one, at=AT)

    with pytest.raises(Forbidden):
        services.approve_merchant(merchant=merchant, officer=one, at=AT)
    with pytest.raises(IntegrityError, match="a_merchant_is_approved_by_a_second_person"), transaction.atomic():
        Merchant.objects.filter(pk=merchant.pk).update(approved_at=AT, approved_by=one)


def test_an_unknown_company_is_refused(one):
    with pytest.raises(Invalid):
        services.propose_merchant(merchant=contract(provider="nobody"), officer=one, at=AT)


def test_two_contracts_for_the_same_money_at_the_same_time_are_refused(scripted, one, two):
    make_priced_post()
    rival = services.propose_merchant(merchant=contract(), officer=one, at=AT)

    with pytest.raises(Conflict) as refused:
        services.approve_merchant(merchant=rival, officer=two, at=AT)
    assert refused.value.code == "another_merchant"


def test_an_approved_contract_is_never_rewritten(scripted):
    merchant = make_merchant("scripted")

    for facts in ({"merchant_id": "thief"}, {"app_id": "x"}, {"post": make_priced_post()}, {"channels": ["qr"]}):
        with pytest.raises(IntegrityError, match="payments_merchant is never changed"), transaction.atomic():
            Merchant.objects.filter(pk=merchant.pk).update(**facts)
    with pytest.raises(IntegrityError), transaction.atomic():
        merchant.delete()


def test_an_ended_contract_takes_nothing_new_and_keeps_what_was_begun(scripted, two):
    payment = make_payment()
    services.end_merchant(merchant=payment.merchant, officer=two, at=AT + timedelta(seconds=1))

    assert "scripted" not in services.ways(post=payment.quote.post, currency="EUR", at=AT + timedelta(minutes=1))
    with pytest.raises(Invalid):
        make_payment(at=AT + timedelta(minutes=1))
    assert payment.merchant.payments.get() == payment


def test_the_posts_own_contract_comes_before_one_of_every_post(scripted):
    post = make_priced_post()
    own = make_merchant("scripted", "own", post=post, currency="EUR")

    assert make_payment(make_quote(post=post)).merchant == own
    assert make_payment(make_quote(post=make_priced_post("ROM"))).merchant.code == "scripted"


def test_only_ways_of_the_contract_are_offered_and_taken(scripted):
    post = make_priced_post()
    make_merchant("scripted", "own", post=post, channels=["qr"])

    assert services.ways(post=post, currency="EUR", at=AT)["scripted"] == ("qr",)
    assert make_payment(make_quote(post=post)).channel == "qr"
    with pytest.raises(Invalid):
        make_payment(make_quote(post=post), channel="page")


def test_inside_wechat_the_payment_needs_to_know_who_pays(scripted):
    with pytest.raises(Invalid) as refused:
        make_payment(channel="jsapi")
    assert refused.value.code == "openid_missing"


def test_what_the_operator_installs_again_stays_as_it_is(scripted):
    first = services.install_merchant(merchant=contract(), at=AT)

    assert services.install_merchant(merchant=contract(merchant_id="another"), at=AT) == first
    assert Merchant.objects.get(code="par-eur").merchant_id == "1900"
