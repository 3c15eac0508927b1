"""Helpers: what they may do, and everything they may not (R2, attack A1)."""

from collections import Counter
from datetime import timedelta
from threading import Barrier, Thread

import pytest
from django.db import IntegrityError, connection, transaction
from django.utils import timezone

from apps.accounts.models import Citizen, Mandate, Scope
from apps.accounts.services import mandates
from apps.audit.models import Entry
from apps.cases.models import Case
from apps.kernel.errors import DomainError
from apps.kernel.models import Answer
from apps.losses.models import LossReport
from apps.outbox.models import Delivery
from tests.accounts.factories import Phone, faults, make_child, make_citizen, make_mandate, make_user

pytestmark = pytest.mark.django_db
HOUR = timedelta(hours=1)


def in_days(days):
    return timezone.now() + timedelta(days=days)


@pytest.fixture
def manager():
    phone = Phone(make_user(email="li.na@example.com"))
    phone.citizen = make_citizen(phone.device.user)
    return phone


@pytest.fixture
def helper():
    return Phone(make_user(email="wang.wei@example.com"))


def grant(manager, *scopes, days=30):
    body = {"scopes": [*scopes], "expires_at": in_days(days).isoformat()}
    return manager.post(f"citizens/{manager.citizen.pk}/mandates", body)


def code_for(manager, mandate):
    return manager.post(f"mandates/{mandate}/code").json()["code"]


def test_a_helper_is_granted_a_right_accepts_it_and_both_see_it(manager, helper):
    granted = grant(manager, "apply", "collect")
    assert granted.status_code == 201
    assert granted.json()["scopes"] == ["view", "apply", "collect"]
    assert helper.get("citizens").json()["results"] == []

    code = code_for(manager, granted.json()["id"])
    accepted = helper.post("mandates/acceptances", {"code": code.lower().replace("-", " ")})
    assert accepted.status_code == 200, accepted.json()

    (row,) = helper.get("citizens").json()["results"]
    assert (row["id"], row["kind"], row["scopes"]) == (str(manager.citizen.pk), "helper", granted.json()["scopes"])
    assert row["until"] == granted.json()["expires_at"]
    assert helper.get(f"citizens/{row['id']}").json()["acting"] == []
    acting = manager.get(f"citizens/{row['id']}").json()["acting"]
    assert [(who["kind"], who["account"], who["is_me"]) for who in acting] == [
        ("self", "l***@example.com", True),
        ("helper", "w***@example.com", False),
    ]
    assert acting[1]["mandate"] == granted.json()["id"]


def test_who_may_act_is_part_of_the_version_a_phone_keeps(manager, helper):
    url = f"citizens/{manager.citizen.pk}"
    kept = manager.get(url)["ETag"]
    assert manager.get(url, HTTP_IF_NONE_MATCH=kept).status_code == 304
    mandate = grant(manager, "apply").json()["id"]
    helper.post("mandates/acceptances", {"code": code_for(manager, mandate)})
    assert manager.get(url, HTTP_IF_NONE_MATCH=kept).status_code == 200


@pytest.mark.parametrize("held", Scope.values[:-1])
@pytest.mark.parametrize("needed", Scope.values)
def test_a_right_is_for_what_it_says_and_nothing_else(held, needed, manager, helper):
    make_mandate(manager.citizen, helper.device.user, held)
    may = Citizen.objects.of(helper.device.user, Scope(needed)).exists()
    assert may is (needed in {held, "view"})


OVER = {
    "expired": {"granted_at": in_days(-9), "expires_at": in_days(-1)},
    "revoked": {"revoked_at": timezone.now()},
    "never accepted": {"helper": None, "accepted_at": None},
    "of another helper": {},
}


@pytest.mark.parametrize("state", OVER)
def test_without_a_right_in_force_the_citizen_does_not_exist(state, manager, helper):
    holder = make_user() if state == "of another helper" else helper.device.user
    mandate = make_mandate(manager.citizen, holder, "apply", "pay", "collect")
    Mandate.objects.filter(pk=mandate.pk).update(**OVER[state])

    for scope in Scope:
        assert not Citizen.objects.of(helper.device.user, scope).exists()
    assert helper.get("citizens").json()["results"] == []
    assert refusals(helper, manager.citizen, mandate) == EVERYTHING | {"look": 404, "report a loss": 400}


EVERYTHING = {"look": 200, "edit": 404, "list": 404, "grant on": 404, "make a code": 404, "consent": 400}


def refusals(helper, citizen, mandate):
    right = {"scopes": ["view"], "expires_at": in_days(3).isoformat()}
    loss = {"citizen": str(citizen.pk), "consent_version": "1", "passport_number": "E12345678", "country": "FR"}
    loss |= {"passport_issued_by": "北京", "lost_on": "2026-11-20", "place": "Paris", "circumstances": "Metro"}
    tried = {
        "look": helper.get(f"citizens/{citizen.pk}"),
        "edit": helper.patch(f"citizens/{citizen.pk}", {"name": "张三"}, HTTP_IF_MATCH='"1.en"'),
        "list": helper.get(f"citizens/{citizen.pk}/mandates"),
        "grant on": helper.post(f"citizens/{citizen.pk}/mandates", right),
        "make a code": helper.post(f"mandates/{mandate.pk}/code"),
        "consent": helper.post(
            "consents", {"citizen": str(citizen.pk), "purpose": "personal_data", "consent_version": "1"}
        ),
        "report a loss": helper.post("loss-reports", loss),
    }
    return {name: answer.status_code for name, answer in tried.items() if name != "report a loss"} | {
        "report a loss": 400 if "/citizen" in faults(tried["report a loss"]) else tried["report a loss"].status_code
    }


def test_a_helper_with_every_right_still_neither_manages_nor_grants_on(manager, helper):
    mandate = make_mandate(manager.citizen, helper.device.user, "apply", "pay", "collect")
    outcome = refusals(helper, manager.citizen, mandate)
    del outcome["report a loss"]
    assert outcome == EVERYTHING


def test_a_helper_who_may_only_see_reports_no_loss(manager, helper):
    mandate = make_mandate(manager.citizen, helper.device.user)
    assert refusals(helper, manager.citizen, mandate)["report a loss"] == 400
    assert not LossReport.objects.exists()


@pytest.mark.parametrize("rows", [Citizen.objects, LossReport.objects, Case.objects])
def test_whose_rows_they_are_is_one_statement_over_indexes(rows, manager, helper, django_assert_num_queries):
    make_mandate(manager.citizen, helper.device.user, "apply")
    with django_assert_num_queries(1):
        list(rows.of(helper.device.user, Scope.APPLY))
    with connection.cursor() as cursor:
        cursor.execute("SET LOCAL enable_seqscan = off")
        plan = rows.of(helper.device.user, Scope.APPLY).explain()
    assert "Seq Scan" not in plan, plan
    assert "SubPlan" not in plan, plan


@pytest.mark.parametrize(
    ("wrong", "rule"),
    [
        ({"scopes": ["view", "manage"]}, "a_mandate_sees_and_never_manages"),
        ({"scopes": []}, "a_mandate_sees_and_never_manages"),
        ({"scopes": ["apply"]}, "a_mandate_sees_and_never_manages"),
        ({"expires_at": in_days(400)}, "a_mandate_ends_within_a_year"),
        ({"expires_at": in_days(-400)}, "a_mandate_ends_within_a_year"),
        ({"accepted_at": None}, "who_accepted_a_mandate_is_known"),
        ({"helper": None}, "who_accepted_a_mandate_is_known"),
        ({"code_hash": "0" * 64}, "a_code_is_good_once"),
        ({"attempts": 6}, "five_comparisons_per_mandate"),
    ],
)
def test_the_database_refuses_a_right_that_is_none(wrong, rule, manager, helper):
    mandate = make_mandate(manager.citizen, helper.device.user)
    with pytest.raises(IntegrityError, match=rule), transaction.atomic():
        Mandate.objects.filter(pk=mandate.pk).update(**wrong)


def test_nobody_is_their_own_helper_and_nobody_helps_twice(manager, helper):
    with pytest.raises(IntegrityError, match="nobody_is_their_own_helper"), transaction.atomic():
        make_mandate(manager.citizen, manager.device.user)
    make_mandate(manager.citizen, helper.device.user)
    with pytest.raises(IntegrityError, match="one_mandate_per_helper_and_citizen"), transaction.atomic():
        make_mandate(manager.citizen, helper.device.user)


@pytest.mark.parametrize(
    ("body", "wrong"),
    [
        ({"scopes": ["manage"]}, {"/scopes/0": "invalid_choice"}),
        ({"scopes": []}, {"/scopes": "empty"}),
        ({"scopes": ["view"], "expires_at": in_days(367).isoformat()}, {"/expires_at": "not_within_a_year"}),
        ({"scopes": ["view"], "expires_at": in_days(-1).isoformat()}, {"/expires_at": "not_within_a_year"}),
        ({"scopes": ["view"], "expires_at": "9999-12-31T23:59:59-14:00"}, {"/expires_at": "overflow"}),
        ({"scopes": ["view"], "helper": "x"}, {"/helper": "unknown_field"}),
    ],
)
def test_what_cannot_be_granted_is_said(body, wrong, manager):
    answer = manager.post(f"citizens/{manager.citizen.pk}/mandates", {"expires_at": in_days(3).isoformat()} | body)
    assert answer.status_code == 400, answer.json()
    assert faults(answer) == wrong


def test_the_code_is_kept_nowhere_and_a_new_one_makes_it_void(manager, helper):
    mandate = grant(manager, "apply").json()["id"]
    first, second = code_for(manager, mandate), code_for(manager, mandate)
    stored = str([*Mandate.objects.values(), *Delivery.objects.values(), *Entry.objects.values()])
    stored += str([*Answer.objects.values()])
    assert second.replace("-", "")[6:] not in stored
    assert second not in stored

    refused = helper.post("mandates/acceptances", {"code": first})
    assert (refused.status_code, refused.json()["code"]) == (422, "wrong_code")
    assert helper.post("mandates/acceptances", {"code": second}).status_code == 200
    assert helper.post("mandates/acceptances", {"code": second}).json()["code"] == "wrong_code"
    assert manager.post(f"mandates/{mandate}/code").json()["code"] == "illegal_move"


def test_a_code_is_good_for_a_day_and_only_while_who_granted_it_may(manager, helper):
    mandate = grant(manager, "apply").json()["id"]
    code = code_for(manager, mandate)
    Mandate.objects.update(code_until=timezone.now())
    assert helper.post("mandates/acceptances", {"code": code}).json()["code"] == "wrong_code"

    code = code_for(manager, mandate)
    manager.citizen.relations.all().delete()
    assert helper.post("mandates/acceptances", {"code": code}).json()["code"] == "wrong_code"
    assert not Citizen.objects.of(helper.device.user).exists()


@pytest.mark.parametrize("code", ["", "-", "ABCDEF", "A" * 40, "A" * 41, "\u0000", 7, None, ["x"], {"a": 1}])
def test_a_code_that_is_none_is_refused_in_order(code, helper):
    answer = helper.post("mandates/acceptances", {"code": code})
    assert answer.status_code in {400, 422}
    assert not Mandate.objects.exists()


def test_one_account_cannot_go_on_guessing(helper):
    answers = Counter(helper.post("mandates/acceptances", {"code": "ABCD-EFGH-JKMN"}).status_code for _ in range(25))
    assert answers == {422: 20, 429: 5}


def test_who_manages_the_citizen_needs_no_right(manager):
    code = code_for(manager, grant(manager, "apply").json()["id"])
    assert manager.post("mandates/acceptances", {"code": code}).json()["code"] == "already_acting"


@pytest.mark.parametrize("who", ["manager", "helper"])
def test_a_right_ends_at_once_when_it_is_taken_or_given_back(who, manager, helper):
    mandate = make_mandate(manager.citizen, helper.device.user, "apply")
    assert helper.get(f"citizens/{manager.citizen.pk}").status_code == 200
    phone = {"manager": manager, "helper": helper}[who]
    assert phone.delete(f"mandates/{mandate.pk}").status_code == 204
    assert phone.delete(f"mandates/{mandate.pk}").status_code == 204, "twice does no harm"

    assert helper.get(f"citizens/{manager.citizen.pk}").status_code == 404
    (entry,) = Entry.objects.filter(action="mandate_revoked")
    assert entry.actor == f"applicant:{phone.device.user_id}"
    assert entry.subject == f"citizen:{manager.citizen.pk}"


def test_someone_elses_right_does_not_exist(manager, helper):
    mandate = make_mandate(manager.citizen, helper.device.user)
    stranger = Phone(make_user())
    assert stranger.get(f"mandates/{mandate.pk}").status_code == 404
    assert stranger.delete(f"mandates/{mandate.pk}").status_code == 404
    assert helper.get(f"citizens/{manager.citizen.pk}").status_code == 200


def test_a_later_right_takes_the_place_of_an_earlier_one(manager, helper):
    earlier = make_mandate(manager.citizen, helper.device.user, "apply", "pay")
    code = code_for(manager, grant(manager, "collect").json()["id"])
    assert helper.post("mandates/acceptances", {"code": code}).json()["scopes"] == ["view", "collect"]
    assert not Citizen.objects.of(helper.device.user, Scope.PAY).exists()
    assert Mandate.objects.get(pk=earlier.pk).revoked_at is not None


def test_what_a_guardian_grants_ends_when_the_child_is_of_age(manager, helper):
    child = make_child(manager.device.user, age=17)
    expires = in_days(360)
    mandate = mandates.grant(
        user=manager.device.user, citizen=child.pk, scopes=["apply"], expires_at=expires, at=timezone.now()
    )
    assert mandate.expires_at < expires
    birthday = child.born_on.replace(year=child.born_on.year + 18)
    assert (mandate.expires_at.date(), mandate.expires_at.hour) == (birthday, 0)


def test_what_follows_is_published_and_what_was_done_is_written_down(manager, helper, monkeypatch):
    events = []
    monkeypatch.setattr(mandates, "publish", lambda event: events.append(type(event).__name__))
    mandate = grant(manager, "apply").json()["id"]
    helper.post("mandates/acceptances", {"code": code_for(manager, mandate)})
    helper.delete(f"mandates/{mandate}")
    assert events == ["MandateGranted", "MandateAccepted", "MandateRevoked"]
    entries = Entry.objects.about(f"citizen:{manager.citizen.pk}").order_by("id")
    mine, theirs = (f"applicant:{phone.device.user_id}" for phone in (manager, helper))
    assert [(entry.action, entry.actor) for entry in entries] == [
        ("mandate_granted", mine),
        ("mandate_code_made", mine),
        ("mandate_accepted", theirs),
        ("mandate_revoked", theirs),
    ]


def at_once(acts):
    """Every act in a thread of its own, at the same moment; how often each outcome came."""
    outcomes, start = Counter(), Barrier(len(acts))

    def run(act):
        start.wait()
        try:
            outcomes[act()] += 1
        except DomainError as error:
            outcomes[error.code] += 1
        finally:
            connection.close()

    threads = [Thread(target=run, args=(act,)) for act in acts]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    return outcomes


@pytest.fixture
def offered():
    user = make_user()
    facts = {"scopes": ["apply"], "expires_at": in_days(30), "at": timezone.now()}
    mandate = mandates.grant(user=user, citizen=make_citizen(user).pk, **facts)
    return mandate, mandates.new_code(user=user, pk=mandate.pk, at=timezone.now())[0]


def accept(user, code):
    mandates.accept(user=user, code=code, at=timezone.now())
    return "accepted"


@pytest.mark.django_db(transaction=True)
def test_of_five_who_accept_one_code_at_once_one_is_the_helper(offered):
    mandate, code = offered
    users = [make_user() for _ in range(5)]
    outcomes = at_once([lambda user=user: accept(user, code) for user in users])
    assert outcomes == {"accepted": 1, "wrong_code": 4}
    assert sum(Citizen.objects.of(user).filter(pk=mandate.citizen_id).exists() for user in users) == 1


@pytest.mark.django_db(transaction=True)
def test_thirty_two_guessers_get_five_comparisons(offered, monkeypatch):
    _mandate, code = offered
    compared, honest = [], mandates.constant_time_compare
    monkeypatch.setattr(mandates, "constant_time_compare", lambda *pair: compared.append(pair) or honest(*pair))
    wrong = code[:-1] + ("2" if code[-1] != "2" else "3")

    def guess(user):
        for _ in range(5):
            try:
                accept(user, wrong)
            except DomainError as error:
                last = error.code
        return last

    outcomes = at_once([lambda user=user: guess(user) for user in [make_user() for _ in range(32)]])
    assert outcomes == {"wrong_code": 32}
    assert len(compared) == 5
    assert Mandate.objects.get().attempts == 5
    with pytest.raises(DomainError):
        accept(make_user(), code)
