"""The desk itself, page by page, on the role it has in an installation."""

import runpy
import uuid

import pytest
from django.apps import apps
from django.contrib.auth.models import Group
from django.db import connection, transaction
from django.test import Client

from apps.accounts.models import User
from apps.audit.models import Entry
from apps.cases.models import Case
from consular.database import desk
from consular.settings import environment
from tests.cases.factories import make_case, make_officer, make_post

pytestmark = pytest.mark.django_db(transaction=True)
PASSWORD = "an-officer-password"


@pytest.fixture
def case(secured):
    return make_case("submitted", post=make_post("PAR"))


@pytest.fixture
def foreign(secured):
    return make_case("submitted", post=make_post("KBL"))


@pytest.fixture
def officer(case):
    return make_officer(case.post)


def signed_in(user):
    browser = Client()
    browser.force_login(user)
    return browser


def actions(**more):
    return list(Entry.objects.filter(**more).order_by("pk").values_list("action", flat=True))


def page(case, more="change/"):
    return f"/admin/cases/case/{case.pk}/{more}"


def test_an_officer_s_work_on_a_case_needs_no_right_that_the_desk_lacks(case, officer, acting):
    with acting("staff"):
        browser = Client()
        signed = browser.post("/admin/login/?next=/admin/", {"username": officer.username, "password": PASSWORD})
        assert signed.status_code == 302
        assert case.number in browser.get("/admin/cases/case/").content.decode()
        assert case.number in browser.get("/admin/", follow=True).content.decode()
        for move in ("claim", "approve"):
            made = browser.post(page(case), {"move": move, "version": _version(officer, case)})
            assert made.status_code == 302, made.content.decode()[:2000]
        assert browser.post("/admin/logout/").status_code in {200, 302}

    assert Case.objects.get(pk=case.pk).status == "payment_due"
    assert actions(actor=f"officer:{officer.pk}") == [
        "staff_signed_in", "case_claim", "case_approve", "staff_signed_out",
    ]  # fmt: skip


def _version(officer, case):
    with transaction.atomic():
        desk.tell_database(officer)
        return Case.objects.get(pk=case.pk).version


def test_a_case_of_another_post_is_no_case_even_when_the_filter_is_forgotten(
    case, foreign, officer, acting, monkeypatch
):
    monkeypatch.setattr("apps.cases.admin.queue.desk.in_sight", lambda user: Case.objects.exclude(submitted_at=None))
    browser = signed_in(officer)
    with acting("staff"):
        listed = browser.get("/admin/cases/case/?tab=all").content.decode()
        searched = browser.get("/admin/cases/case/", {"q": foreign.number}).content.decode()
        opened = browser.get(page(foreign))
        moved = browser.post(page(foreign), {"move": "claim", "version": foreign.version})
        paper = browser.get(page(foreign, f"papers/{foreign.attachments.values_list('pk', flat=True).first() or 1}/"))

    assert case.number in listed
    assert foreign.number not in listed
    assert str(foreign.pk) not in searched
    assert (opened.status_code, moved.status_code, paper.status_code) == (302, 302, 404)
    assert Case.objects.get(pk=foreign.pk).status == "submitted"


FIELDS = [
    (model._meta.app_label, model._meta.model_name, field.name)
    for model in apps.get_models()
    for field in model._meta.get_fields()
    if field.many_to_one and field.concrete and field.related_model._meta.label in {"cases.Case", "accounts.Citizen"}
]


@pytest.mark.filterwarnings("ignore::django.core.paginator.UnorderedObjectListWarning")
@pytest.mark.parametrize("knows", ["the number", "the name", "nothing"])
def test_what_completes_while_one_types_names_no_case_of_another_post(case, foreign, officer, acting, knows):
    term = {"the number": foreign.number, "the name": foreign.citizen.name, "nothing": ""}[knows]
    browser = signed_in(officer)
    with acting("staff"):
        asked = [
            browser.get(
                "/admin/autocomplete/", {"app_label": app, "model_name": model, "field_name": field, "term": term}
            )
            for app, model, field in FIELDS
        ]

    assert len(FIELDS) > 5
    assert {answer.status_code for answer in asked} == {200, 403}
    for answer in asked:
        assert foreign.number not in answer.content.decode()
        assert str(foreign.pk) not in answer.content.decode()


@pytest.mark.parametrize("more", ["change/", "history/", "delete/"])
def test_the_pages_of_a_case_of_another_post_are_those_of_no_case(case, foreign, officer, acting, more):
    """The desk leads back (302), as it does for an id that nobody has; it says nothing of the case, and is on record."""
    nobody = type(foreign)(pk=uuid.uuid4(), number=foreign.number)
    browser = signed_in(officer)
    with acting("staff"):
        asked, unknown = browser.get(page(foreign, more)), browser.get(page(nobody, more))
        followed = browser.get(page(foreign, more), follow=True).content.decode()

    assert asked.status_code == unknown.status_code
    assert asked.status_code in {302, 403}
    assert asked.headers.get("Location") == unknown.headers.get("Location")
    assert foreign.number not in followed + asked.content.decode()
    assert actions(action="desk_refused", detail__of=str(foreign.pk))


def test_planted_without_the_policies_the_forgotten_filter_shows_everything(case, foreign, officer, monkeypatch):
    """On the owner's account, which the policies do not bind."""
    monkeypatch.setattr("apps.cases.admin.queue.desk.in_sight", lambda user: Case.objects.exclude(submitted_at=None))

    assert foreign.number in signed_in(officer).get("/admin/cases/case/?tab=all").content.decode()


def test_every_list_of_the_desk_opens_for_a_superuser_on_its_role(case, acting):
    boss = User.objects.create_superuser("boss", PASSWORD)
    browser = signed_in(boss)
    lists = [
        "accounts/officeruser", "accounts/user", "accounts/citizen", "audit/batch", "audit/entry", "auth/group",
        "cases/case", "ledger/account", "ledger/transaction", "losses/lossreport", "notifications/dispatch", "notifications/message", "outbox/delivery",
        "payments/inboundnotice", "payments/payment", "payments/refund", "posts/officer", "posts/post", "posts/tariff",
        "travel_documents/validity",
    ]  # fmt: skip
    with acting("staff"):
        opened = {name: browser.get(f"/admin/{name}/").status_code for name in lists}
        one = browser.get(f"/admin/accounts/citizen/{case.citizen_id}/change/").status_code
        found = browser.get("/admin/audit/entry/", {"q": f"case:{case.pk}"}).content.decode()

    assert set(opened.values()) == {200}, opened
    assert one == 200
    assert "case_opened" in found or "case_submit" in found


def test_a_superuser_changes_rights_at_the_desk_and_is_on_record(officer, acting):
    boss = User.objects.create_superuser("boss", PASSWORD)
    group = Group.objects.create(name="auditors")
    browser = signed_in(boss)
    address = f"/admin/accounts/officeruser/{officer.pk}/change/"
    with acting("staff"):
        form = {
            "username": officer.username,
            "language": "en",
            "time_zone": "UTC",
            "is_active": "on",
            "groups": group.pk,
        }
        saved = browser.post(address, form)
        made = browser.post(
            "/admin/accounts/officeruser/add/",
            {
                "username": "new",
                "usable_password": "true",
                "password1": "correct-horse-9-battery",
                "password2": "correct-horse-9-battery",
            },
        )
    assert (saved.status_code, made.status_code) == (302, 302), saved.content.decode()[-3000:]

    noted = Entry.objects.filter(actor=f"officer:{boss.pk}", action="rights_changed")
    assert noted.filter(
        subject=f"accounts_user_groups:{officer.pk}", detail__group=group.pk, detail__how="insert"
    ).exists()
    assert noted.filter(subject__startswith="accounts_user:", detail__how="insert", detail__staff=True).exists()


def test_sign_ins_that_work_and_that_fail_are_on_record_and_strangers_fill_no_table(officer, acting):
    with acting("staff"):
        for name in (officer.username, "no-such-officer", "an\0officer"):
            Client().post("/admin/login/", {"username": name, "password": "wrong"})
        Client().post("/admin/login/", {"username": officer.username, "password": PASSWORD})

    assert actions(subject=f"account:{officer.pk}") == ["sign_in_failed", "staff_signed_in"]
    assert actions(action="sign_in_failed") == ["sign_in_failed"]


def test_whoever_is_refused_at_the_desk_is_on_record(case, foreign, officer):
    browser = signed_in(officer)

    browser.get("/admin/accounts/user/")
    browser.get(page(foreign))
    browser.get(page(foreign, "papers/1/"))
    browser.get(page(case))

    told = Entry.objects.filter(actor=f"officer:{officer.pk}", action="desk_refused").order_by("pk")
    assert [entry.subject for entry in told] == [
        "desk:admin:accounts_user_changelist", "desk:admin:cases_case_change", "desk:admin:cases_case_paper",
    ]  # fmt: skip
    assert told[1].detail == {"of": str(foreign.pk)}
    assert actions(action="case_viewed") == ["case_viewed"]


def test_an_error_undoes_what_the_request_wrote(case, officer, monkeypatch):
    def broken(*_args, **_more):
        raise RuntimeError("after the entry was written")

    monkeypatch.setattr("apps.cases.admin.case.page", broken)
    browser = signed_in(officer)
    browser.raise_request_exception = False

    assert browser.get(page(case)).status_code == 500
    assert actions(action="case_viewed") == []
    with connection.cursor() as cursor:
        cursor.execute("SELECT consular_officer()")
        assert cursor.fetchone() == (None,)


def test_the_phones_process_has_no_desk_and_the_desk_s_none_of_the_phones(settings, monkeypatch):
    def served(kind):
        settings.PROCESS = kind
        monkeypatch.setitem(environment.ENV, "PROCESS", kind)
        patterns = runpy.run_path(str(settings.BASE_DIR / "consular" / "urls.py"))["urlpatterns"]
        middleware = runpy.run_path(str(settings.BASE_DIR / "consular" / "settings" / "base.py"))["MIDDLEWARE"]
        first = {str(pattern.pattern).partition("/")[0] for pattern in patterns}
        return first, any("session" in name for name in middleware)

    assert served("api") == ({"api", ""}, False)  # "" is the verification page, for everybody
    assert served("staff") == ({"admin"}, True)
    assert served("all") == ({"api", "", "admin"}, True)
