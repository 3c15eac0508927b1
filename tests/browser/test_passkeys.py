"""Signing in by passkey with Chromium's virtual authenticator, by keyboard alone; what the policy stops."""

import pytest
from django.contrib.sessions.backends.db import SessionStore
from django.utils.timezone import now
from playwright.sync_api import expect

from apps.accounts.models import User
from apps.passkeys import services
from apps.passkeys.models import Confirmation, Passkey
from tests.browser.test_officer import reach

pytestmark = [pytest.mark.browser, pytest.mark.django_db(transaction=True), pytest.mark.timeout(180)]

LANGUAGES = ["zh-hans", "en"]
DEVICE = {
    "protocol": "ctap2",
    "transport": "internal",
    "hasResidentKey": True,
    "hasUserVerification": True,
    "isUserVerified": True,
    "automaticPresenceSimulation": True,
}


def plug_in(desk, **different):
    """A device with nobody's passkey on it yet. Answers a function to change what it does."""
    wire = desk.context.new_cdp_session(desk.page)
    wire.send("WebAuthn.enable")
    made = wire.send("WebAuthn.addVirtualAuthenticator", {"options": {**DEVICE, **different}})
    return lambda method, **facts: wire.send(
        f"WebAuthn.{method}", {"authenticatorId": made["authenticatorId"], **facts}
    )


def enrol(desk, officer, *, name):
    token = services.invite(user=officer, made_by=None, at=now())
    desk.open(f"/admin/enrol/#{token}")
    reach(desk.page, desk.page.locator("#id_name"))
    desk.page.keyboard.type(name)
    reach(desk.page, desk.page.locator("#enrol-form [type=submit]"))
    desk.check("20-enrolment")
    assert token not in desk.page.url
    desk.page.keyboard.press("Enter")
    desk.page.locator("#passkey-form").wait_for()


def enter_by_passkey(desk):
    reach(desk.page, desk.page.locator("#passkey-form [type=submit]"))
    desk.page.keyboard.press("Enter")
    desk.page.locator(".cc-me").wait_for()


@pytest.mark.parametrize("language", LANGUAGES)
def test_from_the_link_to_the_desk_and_out_again_without_a_mouse(desks, officer, language):
    desk = desks(language)
    page = desk.page
    plug_in(desk)

    enrol(desk, officer, name="E12345678")
    desk.check("21-enrolled")
    enter_by_passkey(desk)
    desk.check("22-entered")
    assert Passkey.objects.get().sign_count > 0

    reach(page, page.locator(".cc-me__menu summary"))
    page.keyboard.press("Enter")
    reach(page, page.locator(".cc-me__menu a").first)
    page.keyboard.press("Enter")
    expect(page.locator("#passkeys-title")).to_be_visible()
    desk.check("23-my-passkeys")
    reach(page, page.locator("#logout-form button"))
    page.keyboard.press("Enter")
    expect(page.locator(".cc-login")).to_be_visible()
    desk.open("/admin/")
    expect(page.locator("#passkey-form")).to_be_visible()


def test_a_grave_act_is_confirmed_with_the_passkey(desks, officer):
    desk = desks("en")
    plug_in(desk)
    enrol(desk, officer, name="laptop")
    enter_by_passkey(desk)
    _forget_the_passkey_was_shown(desk)
    desk.open("/admin/my-passkeys/")

    desk.page.get_by_role("button", name="Confirm with your passkey").press("Enter")

    expect(desk.page.locator("#add-form")).to_be_visible()
    made = Confirmation.objects.get()
    assert (made.officer, made.passkey, bool(made.used_at)) == (officer, Passkey.objects.get(), True)
    assert set(made.proof) == {"client_data", "authenticator_data", "signature", "nonce"}


def _forget_the_passkey_was_shown(desk):
    key = next(cookie["value"] for cookie in desk.context.cookies() if cookie["name"] == "sessionid")
    stored = SessionStore(session_key=key)
    stored["desk_shown"] -= 3600
    stored.save()


def test_a_device_that_does_not_know_its_owner_does_not_get_in(desks, officer):
    desk = desks("en")
    device = plug_in(desk)
    enrol(desk, officer, name="laptop")
    device("setUserVerified", isUserVerified=False)

    reach(desk.page, desk.page.locator("#passkey-form [type=submit]"))
    desk.page.keyboard.press("Enter")

    expect(desk.page.locator("[data-passkey-problem]")).to_have_text("No passkey was used. Please try again.")
    desk.open("/admin/")
    expect(desk.page.locator("#passkey-form")).to_be_visible()


def test_the_skip_link_comes_first_and_leads_past_the_menu(desks, officer):
    desk = desks("en")
    page = desk.page
    desk.sign_in(officer)
    page.reload()

    page.keyboard.press("Tab")
    link = page.locator(".cc-skip")
    expect(link).to_be_focused()
    expect(link).to_be_in_viewport()
    page.keyboard.press("Enter")
    page.keyboard.press("Tab")

    assert page.evaluate("document.querySelector('#content').contains(document.activeElement)")


INLINE = """() => new Promise((done) => {
    document.addEventListener("securitypolicyviolation", (event) => done(event.effectiveDirective), { once: true });
    const script = document.createElement("script");
    script.textContent = "window.ran = true";
    document.body.append(script);
    setTimeout(() => done(`ran: ${window.ran}`), 3000);
})"""


@pytest.mark.parametrize("address", ["/admin/login/", "/admin/enrol/"])
def test_an_injected_script_does_not_run_where_officers_sign_in(desks, officer, address):
    desk = desks("en")
    desk.open(address)

    assert desk.page.evaluate(INLINE).startswith("script-src")
    desk.faults.clear()
    policy = desk.page.request.get(f"{desk.address}{address}").headers["content-security-policy"]
    assert "unsafe" not in policy


def test_an_injected_script_does_not_run_at_the_desk(desks, officer):
    desk = desks("en")
    desk.sign_in(officer)

    assert desk.page.evaluate(INLINE).startswith("script-src")
    desk.faults.clear()


def test_the_schema_s_page_still_works(desks):
    desk = desks("en")
    desk.open("/api/v1/docs")
    expect(desk.page.get_by_text("China Consular").first).to_be_visible()


def test_an_account_has_one_handle_on_all_its_devices(desks, officer):
    """A device that has this officer's passkey refuses a second one, and says so."""
    desk = desks("en")
    plug_in(desk)
    enrol(desk, officer, name="laptop")
    token = services.invite(user=User.objects.get(pk=officer.pk), made_by=None, at=now())
    desk.open("/admin/login/")
    desk.open(f"/admin/enrol/#{token}")
    desk.page.locator("#id_name").fill("again")
    desk.page.locator("#enrol-form [type=submit]").click()

    expect(desk.page.locator("[data-passkey-problem]")).to_be_visible()
    assert Passkey.objects.count() == 1
