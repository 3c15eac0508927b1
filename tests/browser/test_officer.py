"""The officer's day in Chromium, in both languages: sign in, queue, claim, look, ask, approve, sign out."""

import pytest
from django.utils.timezone import now
from playwright.sync_api import expect

from apps.cases import services
from apps.cases.models import Case
from tests.cases.factories import applicant_of, make_case, make_officer

pytestmark = [pytest.mark.browser, pytest.mark.django_db(transaction=True), pytest.mark.timeout(180)]

LANGUAGES = ["zh-hans", "en"]
NOTE = "请拍清楚整页。"
SUBMIT = "button:not([name=preview])"


def move_form(page, name):
    return page.locator(f"form:has(input[name=move][value={name}])")


def choose(page, name):
    """Unfold a move on the page, as long as there are several."""
    page.locator(f"details:has(input[value={name}]) summary").click()
    return move_form(page, name)


def shown_status(page):
    return page.locator(".cc-head__labels .cc-label").first


@pytest.mark.parametrize("language", LANGUAGES)
def test_from_the_queue_to_the_request_for_materials(desks, officer, with_papers, language):
    case = with_papers(make_case(post=officer.officer.post))
    make_case("info_requested", post=officer.officer.post)
    desk = desks(language)
    page = desk.page

    desk.open("/admin/")
    desk.check("1-login")
    desk.sign_in(officer)
    desk.check("2-start")

    page.locator(".cc-card__foot a").click()
    expect(page.locator("#result_list")).to_be_visible()
    desk.check("3-queue")

    page.get_by_role("link", name=case.number).click()
    shown = page.locator("[data-viewer-paper]:not([hidden]) img")
    for title in ("photo", "identity", "presence"):
        expect(shown).to_have_js_property("complete", value=True)
        assert shown.evaluate("image => image.naturalWidth") > 300, title
        page.locator("[data-viewer-do=next]").click()
    desk.check("4-case")

    move_form(page, "claim").get_by_role("button").click()
    expect(page.locator(".cc-history > li")).to_have_count(2)
    form = choose(page, "ask")
    form.locator("[value=identity_unreadable]").check()
    form.locator("textarea").fill(NOTE)
    desk.check("5-asking")
    form.locator("button[name=preview]").click()
    expect(page.locator(".cc-preview")).to_contain_text(NOTE)
    form.locator(SUBMIT).click()
    expect(page.locator(".cc-history__note")).to_have_text(NOTE)
    desk.check("6-asked")

    case.refresh_from_db()
    assert (case.status, case.officer) == ("info_requested", officer)


@pytest.mark.parametrize("language", LANGUAGES)
def test_from_the_answer_to_the_approval(desks, officer, with_papers, language):
    case = with_papers(make_case("info_requested", post=officer.officer.post, officer=officer))
    case = services.move(case=case, name="answer", actor=applicant_of(case), at=now())
    desk = desks(language)
    page = desk.page
    desk.come_in(officer)
    desk.open("/admin/")

    page.locator(".cc-card__head .cc-button--primary").click()
    form = choose(page, "approve")
    desk.check("7-approving")
    form.get_by_role("button").click()
    expect(page.locator(".cc-history > li")).to_have_count(6)
    desk.check("8-approved")
    assert Case.objects.get(pk=case.pk).status == "payment_due"

    desk.open("/admin/cases/case/")
    desk.check("9-empty")
    desk.open("/admin/password_change/")
    desk.check("10-password")
    page.locator("#logout-form button").click()
    expect(page.locator(".cc-login")).to_be_visible()
    desk.check("11-signed-out")


@pytest.mark.parametrize("language", LANGUAGES)
def test_a_wrong_password_is_refused_in_the_same_language(desks, officer, language):
    desk = desks(language)
    desk.open("/admin/")
    desk.page.locator("#id_username").fill(officer.username)
    desk.page.locator("#id_password").fill("not the password")
    desk.page.locator("#login-form [type=submit]").click()

    expect(desk.page.get_by_role("alert")).to_be_visible()
    desk.check("17-refused")


def test_the_language_is_changed_on_the_page_itself(desks, officer):
    desk = desks("zh-hans")
    desk.open("/admin/")
    desk.page.get_by_role("button", name="English").click()
    expect(desk.page.get_by_role("button", name="Log in")).to_be_visible()
    desk.sign_in(officer)
    desk.page.get_by_role("button", name="简体中文").click()
    expect(desk.page.get_by_role("button", name="退出登录")).to_be_visible()


def test_everything_can_be_done_without_a_mouse(desks, officer, with_papers):
    case = with_papers(make_case(post=officer.officer.post))
    desk = desks("en")
    page = desk.page
    desk.come_in(officer)
    desk.open(f"/admin/cases/case/{case.pk}/change/")
    position, sheet = page.locator("[data-viewer-position]"), page.locator("[data-viewer-sheet]").nth(1)

    page.keyboard.press("j")
    expect(position).to_have_text("2 / 3")
    expect(page.locator("[data-viewer-image]").nth(1)).to_have_js_property("complete", value=True)
    upright = sheet.bounding_box()
    page.keyboard.press("r")
    turned = sheet.bounding_box()
    assert (upright["width"] > upright["height"]) is not (turned["width"] > turned["height"])
    page.keyboard.press("+")
    assert sheet.bounding_box()["width"] > turned["width"]
    page.keyboard.press("0")
    assert sheet.bounding_box()["width"] == pytest.approx(turned["width"])
    page.keyboard.press("k")
    expect(position).to_have_text("1 / 3")
    page.keyboard.press("k")
    expect(position).to_have_text("3 / 3")

    button = move_form(page, "claim").get_by_role("button")
    reach(page, button)
    page.keyboard.press("Enter")
    expect(page.locator(".cc-history > li")).to_have_count(2)
    reach(page, page.locator("details:has(input[value=ask]) summary"))
    page.keyboard.press("Enter")
    reach(page, move_form(page, "ask").locator("textarea"))
    page.keyboard.type("jkr+-0")
    expect(move_form(page, "ask").locator("textarea")).to_have_value("jkr+-0")
    expect(position).to_have_text("1 / 3")


@pytest.mark.parametrize("language", LANGUAGES)
def test_the_whole_work_on_a_case_is_done_by_keyboard(desks, officer, with_papers, language):
    case = with_papers(make_case(post=officer.officer.post))
    desk = desks(language)
    page = desk.page
    desk.open("/admin/")
    page.locator("#id_username").focus()
    page.keyboard.type(officer.username)
    reach(page, page.locator("#id_password"))
    page.keyboard.type("an-officer-password")
    page.keyboard.press("Enter")

    reach(page, page.locator("main .cc-next button, #content .cc-next button").first)
    page.keyboard.press("Enter")
    expect(page.locator(".cc-head__number")).to_have_text(case.number)
    for position in ("1 / 3", "2 / 3", "3 / 3"):
        expect(page.locator("[data-viewer-position]")).to_have_text(position)
        page.keyboard.press("j")
    expect(page.locator("[data-viewer-position]")).to_have_text("1 / 3")

    reach(page, page.locator("details:has(input[value=approve]) summary"))
    page.keyboard.press("Enter")
    reach(page, move_form(page, "approve").locator(SUBMIT))
    page.keyboard.press("Enter")
    expect(page.locator(".cc-history > li")).to_have_count(3)
    reach(page, page.locator("#logout-form button"))
    page.keyboard.press("Enter")
    expect(page.locator(".cc-login")).to_be_visible()

    case.refresh_from_db()
    assert (case.status, case.officer) == ("payment_due", officer)


def reach(page, wanted):
    """Press Tab until it has the focus, and the focus can be seen."""
    for _ in range(60):
        page.keyboard.press("Tab")
        if wanted.evaluate("element => element === document.activeElement"):
            assert wanted.evaluate("element => getComputedStyle(element).outlineStyle") != "none"
            return
    raise AssertionError("the Tab key never gets there")


def test_the_keys_can_be_switched_off_and_stay_off(desks, officer, with_papers):
    case = with_papers(make_case(post=officer.officer.post))
    desk = desks("en")
    page = desk.page
    desk.come_in(officer)
    desk.open(f"/admin/cases/case/{case.pk}/change/")

    page.locator("[data-viewer-help] summary").click()
    page.get_by_label("Use these keys").uncheck()
    page.reload()
    page.keyboard.press("j")

    expect(page.locator("[data-viewer-position]")).to_have_text("1 / 3")


def test_a_page_that_went_stale_says_so_and_keeps_the_words(desks, officer, with_papers):
    case = with_papers(make_case("preliminary_review", post=officer.officer.post, officer=officer))
    desk = desks("zh-hans")
    page = desk.page
    desk.come_in(officer)
    desk.open(f"/admin/cases/case/{case.pk}/change/")
    form = choose(page, "ask")
    form.locator("[value=loss_unclear]").check()
    form.locator("textarea").fill(NOTE)
    Case.objects.get(pk=case.pk).save(update_fields=[])

    form.locator(SUBMIT).click()

    expect(page.locator(".errornote")).to_contain_text("已被他人更改")
    expect(move_form(page, "ask").locator("textarea")).to_have_value(NOTE)
    desk.check("12-stale")
    assert [fault for fault in desk.faults if not fault.startswith("409")] == expected_noise()
    desk.faults.clear()
    assert Case.objects.get(pk=case.pk).status == "preliminary_review"


def expected_noise():
    """Chromium writes every 4xx answer to its console."""
    return ["Failed to load resource: the server responded with a status of 409 (Conflict)"]


@pytest.mark.parametrize("width", [1280, 820])
def test_it_fits_on_smaller_screens(desks, officer, with_papers, width):
    case = with_papers(
        make_case("preliminary_review", post=officer.officer.post, officer=make_officer(officer.officer.post))
    )
    desk = desks("zh-hans")
    desk.page.set_viewport_size({"width": width, "height": 900})
    desk.come_in(officer)
    desk.open("/admin/")
    desk.check(f"13-start-{width}")
    desk.open("/admin/cases/case/")
    desk.check(f"14-queue-{width}")
    desk.open(f"/admin/cases/case/{case.pk}/change/")
    desk.check(f"15-case-{width}")


def test_the_menu_opens_on_a_small_screen(desks, officer):
    desk = desks("en")
    desk.page.set_viewport_size({"width": 820, "height": 900})
    desk.come_in(officer)
    desk.open("/admin/")
    expect(desk.page.locator("#nav-sidebar")).to_be_hidden()

    desk.page.get_by_role("button", name="Menu").press("Enter")

    expect(desk.page.locator("#nav-sidebar")).to_be_visible()
    desk.check("16-menu-820")
