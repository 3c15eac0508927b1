"""The officer's day in Chromium, in both languages: sign in, queue, claim, look, ask, approve."""

import pytest

from apps.cases import services
from apps.cases.models import Case
from tests.cases.factories import AT, applicant_of, make_case, make_officer

pytestmark = [pytest.mark.browser, pytest.mark.django_db(transaction=True)]

LANGUAGES = ["zh-hans", "en"]


@pytest.mark.parametrize("language", LANGUAGES)
def test_an_officer_works_through_a_case(desks, officer, with_papers, language):
    post = officer.officer.post
    case = with_papers(make_case("submitted", post=post))
    make_case("submitted", post=post)
    make_case("info_requested", post=post)
    desk = desks(language)
    page = desk.page

    desk.open("/admin/")
    desk.keep("1-login")
    desk.sign_in(officer)
    desk.keep("2-start")
    desk.open("/admin/cases/case/")
    desk.keep("3-queue")
    desk.open(f"/admin/cases/case/{case.pk}/change/")
    desk.keep("4-case")
    page.locator(".cc-move button[type=submit]").first.click()
    page.wait_for_load_state("networkidle")
    page.locator(".cc-move summary").nth(0).click()
    desk.keep("5-claimed")
    desk.open("/admin/cases/case/?tab=all")
    desk.keep("6-all")
