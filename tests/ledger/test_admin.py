import pytest
from django.contrib.auth.models import Permission
from django.urls import reverse

from apps.accounts.models import User
from apps.ledger import services
from apps.ledger.models import Account, Transaction
from apps.posts.models import Officer
from tests.ledger.factories import AT, books, post

pytestmark = pytest.mark.django_db
LISTS = ["account", "transaction"]


@pytest.fixture(autouse=True)
def in_english(settings):
    settings.LANGUAGE_CODE = "en"


@pytest.fixture
def boss(client):
    client.force_login(User.objects.create_superuser("boss", "a-long-enough-password"))
    return client


def officer_of(post) -> User:
    user = User.objects.create_user(f"officer-{post.pk}", "a-long-enough-password", is_staff=True)
    user.user_permissions.set(Permission.objects.filter(codename__in=["view_account", "view_transaction"]))
    Officer.objects.create(user=user, post=post)
    return user


def listed(client, name: str, **asked) -> str:
    answer = client.get(reverse(f"admin:ledger_{name}_changelist"), asked, headers={"Accept-Language": "en"})
    assert answer.status_code == 200
    return answer.content.decode()


def shown(client, row) -> str:
    address = reverse(f"admin:ledger_{row._meta.model_name}_change", args=[row.pk])
    return client.get(address, headers={"Accept-Language": "en"}).content.decode()


def test_accounts_are_listed_with_their_balances(boss):
    post()
    post()

    page = listed(boss, "account")

    assert "clearing:wechat:1230000109" in page
    assert "EUR 32.00" in page
    assert "EUR -32.00" in page
    assert "Income" in page


def test_a_transaction_is_shown_with_its_entries_and_with_what_undid_it(boss):
    made = post(source="payment:7", reason="at the counter")
    undone = services.reverse(transaction=made, source="correction:7", at=AT)

    page = shown(boss, made)

    assert "at the counter" in page
    assert "EUR 16.00" in page
    assert "EUR -16.00" in page
    assert "fee_income:base" in page
    assert str(undone) in page
    assert "EUR 0.00" in shown(boss, Account.objects.get(code__startswith="clearing"))


def test_a_transaction_is_found_by_its_whole_source_and_by_nothing_less(boss):
    post(source="payment:7")
    post(source="payment:70")

    assert "payment:70" not in listed(boss, "transaction", q="payment:7")
    assert "payment:70" in listed(boss, "transaction", q="payment:70")
    for word in ("payment", "'; --", "%00", "空"):
        assert "payment:7" not in listed(boss, "transaction", q=word).replace(f'value="{word}"', "")


@pytest.mark.parametrize("name", LISTS)
def test_nobody_edits_the_books_here(boss, name):
    post()
    row = {"account": Account, "transaction": Transaction}[name].objects.first()

    assert boss.get(reverse(f"admin:ledger_{name}_add")).status_code == 403
    assert boss.post(reverse(f"admin:ledger_{name}_change", args=[row.pk]), {}).status_code == 403
    assert boss.post(reverse(f"admin:ledger_{name}_delete", args=[row.pk]), {"post": "yes"}).status_code == 403


def test_officers_see_the_books_of_their_own_post(client):
    ours, theirs = post(source="payment:ours"), post(source="payment:theirs", post=books("ROM"))
    client.force_login(officer_of(books("PAR")))

    assert "payment:ours" in listed(client, "transaction")
    assert "payment:theirs" not in listed(client, "transaction")
    assert listed(client, "account").count("fee_income:base") == 1
    assert shown(client, ours)
    for row in (theirs, Account.objects.filter(post="ROM").first()):
        address = reverse(f"admin:ledger_{row._meta.model_name}_change", args=[row.pk])
        assert client.get(address).status_code == 302


@pytest.mark.parametrize("name", LISTS)
def test_a_longer_list_asks_no_more_questions(boss, name, django_assert_num_queries, django_assert_max_num_queries):
    post()
    listed(boss, name)  # the first page of a session asks more
    with django_assert_max_num_queries(12) as few:
        listed(boss, name)
    for turn in range(5):
        post({"cash": 5, f"fee_income:{turn}": -5}, currency="CNY")

    with django_assert_num_queries(len(few)):
        listed(boss, name)


def test_a_longer_transaction_asks_no_more_questions(boss, django_assert_num_queries, django_assert_max_num_queries):
    short, long = post(), post({"cash": 10} | {f"fee_income:{turn}": -1 for turn in range(10)})
    shown(boss, short)
    with django_assert_max_num_queries(14) as few:
        shown(boss, short)
    with django_assert_num_queries(len(few)):
        shown(boss, long)
