"""Around a case: the next one, the start page, closed doors, and others who look at it."""

from datetime import date, timedelta

import pytest
from django.test import Client
from django.utils.timezone import now

from apps.accounts.models import User
from apps.cases.models import Case
from tests.cases.desk import QUEUE, page_of, press, screen
from tests.cases.factories import (
    make_case,
    make_officer,
    make_post,
)

pytestmark = pytest.mark.django_db


def test_the_next_case_is_the_one_due_first_that_is_free(post, officer):
    colleague = make_officer(post)
    taken = make_case("preliminary_review", post=post, officer=colleague)
    later, sooner = make_case(post=post), make_case(post=post)
    Case.objects.filter(pk=taken.pk).update(due_on=date(2026, 11, 1), held_until=now() + timedelta(hours=1))
    Case.objects.filter(pk=sooner.pk).update(due_on=date(2026, 11, 2))
    client = screen(officer)

    assert [client.post(f"{QUEUE}next/")["Location"] for _ in range(2)] == [page_of(sooner), page_of(later)]
    assert {Case.objects.get(pk=case.pk).officer for case in (sooner, later)} == {officer}
    assert client.get(f"{QUEUE}next/").status_code == 405


def test_an_empty_queue_leads_back_to_the_list(post, officer):
    make_case(post=make_post("LON"))

    answer = screen(officer).post(f"{QUEUE}next/", follow=True)

    assert answer.redirect_chain == [(QUEUE, 302)]
    assert "Nothing is waiting for review." in answer.content.decode()


def test_the_start_page_leads_to_what_is_due_first(post, officer):
    case = make_case(post=post)
    Case.objects.filter(pk=case.pk).update(expected_on=now().date() - timedelta(days=3))
    make_case("info_requested", post=post)

    shown = screen(officer).get("/admin/").content.decode()

    assert case.number in shown
    assert "Overdue" in shown
    assert "Embassy of China in France" in shown
    assert page_of(case) in shown


def test_the_menu_shows_only_what_may_be_opened(post, officer):
    boss = User.objects.create_superuser("boss", "a-long-password-for-her")

    assert "/admin/audit/entry/" not in screen(officer).get("/admin/").content.decode()
    assert "/admin/audit/entry/" in screen(boss).get("/admin/").content.decode()


def test_a_closed_door_is_explained_in_the_language_of_the_officer(post, officer):
    officer.user_permissions.clear()

    answer = screen(officer, "zh-hans").get(QUEUE)

    assert answer.status_code == 403
    assert "没有权限" in answer.content.decode()


def test_a_page_that_was_open_too_long_says_that_nothing_happened(post, officer):
    case = make_case(post=post)
    client = Client(enforce_csrf_checks=True, headers={"Accept-Language": "en"})
    client.force_login(officer)

    answer = press(client, case, "claim")

    assert answer.status_code == 403
    assert "Nothing was changed." in answer.content.decode()
    case.refresh_from_db()
    assert case.status == "submitted"


def test_the_preview_is_the_message_the_citizen_will_get(post, officer):
    case = make_case("preliminary_review", post=post, officer=officer)
    Case.objects.filter(pk=case.pk).update(held_until=now() + timedelta(hours=1))

    answer = press(screen(officer), case, "ask", reasons=["photo_unsuitable"], note="请在白墙前拍", preview="1")

    assert "请在白墙前拍" in answer.content.decode()
    assert answer.context["preview"].title
    assert Case.objects.get(pk=case.pk).status == "preliminary_review"


def test_two_officers_with_one_case_open_are_told(post, officer):
    case = make_case("preliminary_review", post=post, officer=officer)
    colleague = make_officer(post)
    screen(colleague).get(page_of(case))

    seen = screen(officer).post(f"{QUEUE}{case.pk}/presence/").json()

    assert seen == {"others": [colleague.username], "version": case.version}
    assert screen(make_officer(make_post("LON"))).post(f"{QUEUE}{case.pk}/presence/").status_code == 404


def test_a_proposed_refusal_waits_in_its_own_list_for_another_officer(post):
    case = make_case("final_review", post=post)
    proposer, second = case.proposed_by, make_officer(post)

    own = screen(proposer).get(page_of(case))
    other = screen(second).get(page_of(case))

    assert "refuse" not in [choice.name for choice in own.context["choices"]]
    assert "refuse" in [choice.name for choice in other.context["choices"]]
    assert case.number in screen(second).get(f"{QUEUE}?tab=second").content.decode()
