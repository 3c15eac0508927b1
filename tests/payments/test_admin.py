import pytest
from django.contrib.auth.models import Permission
from django.urls import reverse
from django.utils.html import escape

from apps.accounts.models import User
from apps.payments.models import InboundNotice, Payment, Quote, Refund
from apps.payments.sealing import seal
from apps.posts.models import Officer
from tests.payments.factories import AT, make_payment, make_priced_post, make_quote, settle
from tests.payments.merchants import make_merchant

pytestmark = pytest.mark.django_db
LISTS = ["payment", "refund", "inboundnotice"]


@pytest.fixture(autouse=True)
def plain_static_files(settings):
    settings.STORAGES = {
        **settings.STORAGES,
        "staticfiles": {"BACKEND": "django.contrib.staticfiles.storage.StaticFilesStorage"},
    }
    settings.LANGUAGE_CODE = "en"


def desk(client, user: User):
    client.force_login(user)
    return client


@pytest.fixture
def boss(client):
    return desk(client, User.objects.create_superuser("boss", "a-long-enough-password"))


def officer_of(post) -> User:
    user = User.objects.create_user(f"officer-{post.pk}", "a-long-enough-password", is_staff=True)
    user.user_permissions.set(Permission.objects.filter(codename__in=["view_payment", "view_refund"]))
    Officer.objects.create(user=user, post=post)
    return user


def surplus(scripted, post=None) -> Refund:
    """Two captured payments of one payable."""
    quote = make_quote(post=post)
    first, second = make_payment(quote), make_payment(quote)
    settle(second)
    settle(first)
    return Refund.objects.get(payment=first)


def kept_notice() -> InboundNotice:
    return InboundNotice.objects.create(
        merchant=make_merchant("scripted"),
        dedupe_key=f"k{InboundNotice.objects.count()}",
        reference="r",
        headers={},
        sealed_body=seal(b'<b>"said"</b>'),
        received_at=AT,
    )


def listed(client, name: str):
    return client.get(reverse(f"admin:payments_{name}_changelist"), headers={"Accept-Language": "en"})


def test_money_that_is_owed_back_is_listed(boss, scripted):
    refund = surplus(scripted)

    page = listed(boss, "refund").content.decode()

    assert refund.payment.reference in page
    assert "EUR 16.00" in page
    assert "Owed to the payer" in page
    assert "paid twice" in page


def test_a_payment_is_shown_with_its_history(boss, scripted):
    payment = settle(make_payment())

    page = boss.get(
        reverse("admin:payments_payment_change", args=[payment.pk]), headers={"Accept-Language": "en"}
    ).content.decode()

    assert payment.reference in page
    assert page.count("a notice of the provider") == 1
    assert "the payer" in page


def test_a_notice_is_shown_as_it_came_and_harmless(boss):
    kept = kept_notice()

    page = boss.get(reverse("admin:payments_inboundnotice_change", args=[kept.pk])).content.decode()

    assert escape('<b>"said"</b>') in page
    assert '<b>"said"</b>' not in page


@pytest.mark.parametrize("name", LISTS)
def test_nobody_edits_money_here(boss, scripted, name):
    surplus(scripted)
    kept_notice()
    row = {"payment": Payment, "refund": Refund, "inboundnotice": InboundNotice}[name].objects.first()

    assert boss.get(reverse(f"admin:payments_{name}_add")).status_code == 403
    assert boss.post(reverse(f"admin:payments_{name}_change", args=[row.pk]), {}).status_code == 403
    assert boss.post(reverse(f"admin:payments_{name}_delete", args=[row.pk]), {"post": "yes"}).status_code == 403


def test_officers_see_the_money_of_their_own_post(client, scripted):
    here, there = make_priced_post("PAR"), make_priced_post("ROM")
    ours, theirs = surplus(scripted, here), surplus(scripted, there)
    desk(client, officer_of(here))

    for name in ("payment", "refund"):
        page = listed(client, name).content.decode()
        assert ours.payment.reference in page
        assert theirs.payment.reference not in page
    hidden = client.get(reverse("admin:payments_payment_change", args=[theirs.payment.pk]))
    assert hidden.status_code == 302
    assert listed(client, "inboundnotice").status_code == 403


@pytest.mark.parametrize("name", LISTS)
def test_a_longer_list_asks_no_more_questions(
    boss, scripted, name, django_assert_num_queries, django_assert_max_num_queries
):
    surplus(scripted)
    kept_notice()
    listed(boss, name)  # the first page of a session asks more
    with django_assert_max_num_queries(12) as few:
        listed(boss, name)
    for _ in range(5):
        surplus(scripted)
        kept_notice()

    with django_assert_num_queries(len(few)):
        listed(boss, name)


@pytest.mark.parametrize("name", LISTS)
def test_searching_for_anything_finds_or_finds_nothing(boss, scripted, name):
    payment = surplus(scripted).payment
    url = reverse(f"admin:payments_{name}_changelist")

    for word in (payment.reference, "'; --", "%00", "空"):
        assert boss.get(url, {"q": word}).status_code == 200
    assert Quote.objects.count() == 1
