"""No admin page without a passkey (security S1), sessions that end, links that work once."""

from contextlib import suppress
from datetime import timedelta
from io import StringIO
from threading import Barrier, Thread

import pytest
from django.core.management import CommandError, call_command
from django.db import connection, transaction
from django.urls import URLPattern, get_resolver
from django.utils.timezone import now

from apps.accounts.models import User
from apps.audit.models import Entry
from apps.kernel.errors import Conflict, Forbidden
from apps.outbox import services as outbox
from apps.passkeys import services
from apps.passkeys.admin import session
from apps.passkeys.models import Confirmation, Invitation, Passkey
from tests.passkeys.authenticator import Authenticator
from tests.passkeys.desk import browser, enrol, equipped, make_staff, options, sign_in

pytestmark = pytest.mark.django_db

PASSWORD = "a password of some length"
BY_PASSWORD = "apps.accounts.passwords.CountedPasswords"
PUBLIC = {"/admin/login/", "/admin/login/options", "/admin/enrol/", "/admin/enrol/options", "/admin/language"}


@pytest.fixture
def production(settings):
    """As in production, but for the port of this test."""
    settings.SANDBOX = False
    settings.AUTHENTICATION_BACKENDS = ["apps.passkeys.backends.Passkeys"]
    settings.STAFF_URL = "http://localhost"


def addresses(patterns=None, before="/"):
    """Every address the resolver knows below /admin, with something in place of each argument."""
    for pattern in get_resolver().url_patterns if patterns is None else patterns:
        here = before + str(pattern.pattern).lstrip("^")
        if isinstance(pattern, URLPattern):
            for name, converter in pattern.pattern.converters.items():
                kind = "path" if type(converter).__name__ == "PathConverter" else type(converter).__name__
                here = here.replace(f"<{name}>", "1")
                here = here.replace(f"<{kind}:{name}>", "1").replace(f"<{_short(kind)}:{name}>", "1")
            yield here
        else:
            yield from addresses(pattern.url_patterns, here)


def _short(kind):
    return kind.removesuffix("Converter").lower()


ADMIN = sorted({here for here in addresses() if here.startswith("/admin/")} - PUBLIC)


def leads_to_sign_in(answer):
    return answer.status_code == 302 and answer["Location"].startswith("/admin/login/?next=")


def nobody(boss):
    return browser()


def by_password(boss):
    """Came in while passwords were still a way in."""
    client = browser()
    client.force_login(boss, backend=BY_PASSWORD)
    return client


def without_its_passkey(boss):
    """A session that claims to be opened by passkey, and names none."""
    client = browser()
    client.force_login(boss, backend="apps.passkeys.backends.Passkeys")
    return client


@pytest.mark.timeout(300)  # some five hundred requests
@pytest.mark.parametrize("visitor", [nobody, by_password, without_its_passkey])
def test_no_address_of_the_admin_answers_anything_but_the_way_to_sign_in(production, visitor):
    boss = User.objects.create_superuser("boss", PASSWORD)
    assert len(ADMIN) > 80

    wrong = [
        (method, address)
        for address in (ADMIN if visitor is nobody else ADMIN[::5])
        for method in ("get", "post")
        if not leads_to_sign_in(getattr(visitor(boss), method)(address))
    ]
    assert wrong == []


def test_the_same_password_session_is_welcome_in_the_sandbox():
    """Or the test above would prove nothing."""
    assert by_password(User.objects.create_superuser("boss", PASSWORD)).get("/admin/").status_code == 200


def test_in_production_there_is_no_password_form_and_no_password_page(production):
    User.objects.create_superuser("boss", PASSWORD)
    client = browser()
    page = client.get("/admin/login/").content.decode()
    assert "password" not in page.lower()

    answer = client.post("/admin/login/", {"username": "boss", "password": PASSWORD})

    assert answer.status_code == 403
    assert leads_to_sign_in(client.get("/admin/"))
    boss = User.objects.get(username="boss")
    sign_in(client, equipped(boss))
    assert client.get("/admin/").status_code == 200
    assert client.get("/admin/password_change/").status_code == 404
    assert client.get(f"/admin/accounts/officeruser/{boss.pk}/password/").status_code == 404
    assert "password" not in client.get("/admin/accounts/officeruser/add/").content.decode().lower()


def test_an_account_is_made_without_a_password(production):
    client = browser()
    sign_in(client, equipped(make_staff(is_superuser=True)))
    sent = {"username": "new", "email": "New@Post.example", "language": "en", "time_zone": "Europe/Paris"}

    assert client.post("/admin/accounts/officeruser/add/", sent).status_code == 302

    made = User.objects.get(username="new")
    assert (made.is_staff, made.has_usable_password(), made.email) == (True, False, "new@post.example")


def test_in_the_sandbox_the_printed_password_still_opens_the_desk():
    User.objects.create_user("officer", PASSWORD, is_staff=True)
    client = browser()
    answer = client.post("/admin/login/", {"username": "officer", "password": PASSWORD, "next": "/admin/my-passkeys/"})

    assert (answer.status_code, answer["Location"]) == (302, "/admin/my-passkeys/")
    assert "add a passkey" in client.get("/admin/my-passkeys/").content.decode()
    assert Entry.objects.filter(action="staff_signed_in").exists()


def test_a_wrong_password_is_on_record():
    User.objects.create_user("officer", PASSWORD, is_staff=True)

    assert browser().post("/admin/login/", {"username": "officer", "password": "wrong"}).status_code == 200

    assert Entry.objects.get(action="sign_in_failed").detail == {"why": "wrong_password"}


@pytest.mark.parametrize(
    "goal", ["https://evil.example/", "//evil.example", "/admin/login/", "javascript:alert(1)", ""]
)
def test_signing_in_leads_to_no_other_site(goal):
    assert sign_in(browser(), equipped(make_staff()), goal=goal)["Location"] == "/admin/"


def test_one_comes_back_to_the_page_one_came_from(production):
    client, key = browser(), equipped(make_staff())
    turned_away = client.get("/admin/my-passkeys/?from=here")["Location"]

    page = client.get(turned_away).content.decode()

    assert 'name="next" value="/admin/my-passkeys/?from=here"' in page
    assert sign_in(client, key, goal="/admin/my-passkeys/?from=here")["Location"] == "/admin/my-passkeys/?from=here"


# How a session ends


@pytest.fixture
def seat(production):
    officer, client = make_staff(), browser()
    sign_in(client, equipped(officer))
    assert client.get("/admin/my-passkeys/").status_code == 200
    return officer, client


def rewind(client, **by):
    """As if that much time had passed since."""
    stored = client.session
    for name, span in by.items():
        stored[getattr(session, name)] -= span.total_seconds()
    stored.save()


@pytest.mark.parametrize(
    ("by", "is_over"),
    [
        ({"SEEN": timedelta(minutes=29)}, False),
        ({"SEEN": timedelta(minutes=31)}, True),
        ({"SINCE": timedelta(hours=11, minutes=59)}, False),
        ({"SINCE": timedelta(hours=12, minutes=1)}, True),
    ],
)
def test_a_session_ends_after_half_an_hour_of_rest_and_after_twelve_hours(seat, by, is_over):
    _, client = seat
    rewind(client, **by)

    assert leads_to_sign_in(client.get("/admin/my-passkeys/")) is is_over
    assert ("_auth_user_id" in client.session) is not is_over


def test_turning_pages_keeps_a_session_and_a_page_s_own_requests_do_not(seat):
    _, client = seat
    rewind(client, SEEN=timedelta(minutes=20))
    client.get("/admin/my-passkeys/", headers={"Sec-Fetch-Mode": "cors"})
    assert now().timestamp() - client.session[session.SEEN] > 1100

    client.get("/admin/my-passkeys/", headers={"Sec-Fetch-Mode": "navigate"})

    assert now().timestamp() - client.session[session.SEEN] < 60


def test_signing_out_kills_the_session_and_not_only_the_cookie(seat):
    _, client = seat
    thief = browser()
    thief.cookies["sessionid"] = client.cookies["sessionid"].value
    assert thief.get("/admin/my-passkeys/").status_code == 200

    client.post("/admin/logout/")

    assert leads_to_sign_in(thief.get("/admin/my-passkeys/"))


@pytest.mark.parametrize("change", [{"is_active": False}, {"is_staff": False}])
def test_a_closed_account_is_out_at_once(seat, change):
    officer, client = seat
    User.objects.filter(pk=officer.pk).update(**change)

    assert leads_to_sign_in(client.get("/admin/my-passkeys/"))


def test_a_removed_passkey_ends_its_sessions_and_signs_in_no_more(production):
    officer, client, boss = make_staff(), browser(), make_staff(is_superuser=True)
    key = equipped(officer)
    sign_in(client, key)
    services.remove(passkey=Passkey.objects.get(user=officer), by=boss, at=now())

    assert leads_to_sign_in(client.get("/admin/my-passkeys/"))
    assert sign_in(browser(), key).status_code == 403
    assert Entry.objects.get(action="sign_in_failed").detail["why"] == "removed_passkey"


def test_whoever_guesses_the_password_locks_nobody_out_who_has_a_passkey():
    """Ten wrong passwords close the door of passwords for a quarter of an hour, and no other."""
    officer = make_staff(password="an-officer-password")
    key, at_work = equipped(officer), browser()
    sign_in(at_work, key)

    for _guess in range(30):
        browser().post("/admin/login/", {"username": officer.username, "password": "wrong"})
    by_right_password = browser()
    by_right_password.post("/admin/login/", {"username": officer.username, "password": "an-officer-password"})

    assert "_auth_user_id" not in by_right_password.session
    assert at_work.get("/admin/my-passkeys/").status_code == 200
    assert sign_in(browser(), key).status_code == 302


# Links


def test_a_link_works_once():
    officer = make_staff()
    token = services.invite(user=officer, made_by=None, at=now())

    assert enrol(officer, token=token).status_code == 302
    assert options(browser(), "/admin/enrol/options", token=token)["code"] == "link_over"
    assert Passkey.objects.count() == 1


@pytest.mark.parametrize("token", ["", "guess", "\0", "x" * 10_000])
def test_a_guessed_link_opens_nothing(token):
    assert options(browser(), "/admin/enrol/options", token=token)["code"] == "link_over"


def test_a_link_grows_old_in_a_day_and_a_newer_one_replaces_it():
    officer = make_staff()
    first = services.invite(user=officer, made_by=None, at=now())
    services.invite(user=officer, made_by=None, at=now())
    assert options(browser(), "/admin/enrol/options", token=first)["code"] == "link_over"

    old = services.invite(user=officer, made_by=None, at=now() - timedelta(hours=25))
    assert options(browser(), "/admin/enrol/options", token=old)["code"] == "link_over"
    with pytest.raises(Exception, match="a_link_lasts_a_day_at_most"), transaction.atomic():
        Invitation.objects.update(expires_at=now() + timedelta(days=30))


def test_the_database_knows_no_secret_of_a_link():
    token = services.invite(user=make_staff(), made_by=None, at=now())
    assert token not in str(Invitation.objects.values().get())


def test_a_citizen_or_a_closed_account_gets_no_link():
    for user in (User.objects.create_user(email="li.na@example.com"), make_staff(is_active=False)):
        with pytest.raises(Forbidden):
            services.invite(user=user, made_by=None, at=now())


def test_an_administrator_cannot_add_a_passkey_to_another_account_in_silence(mailoutbox):
    boss, officer, client = make_staff(is_superuser=True), make_staff(email="officer@post.example"), browser()
    sign_in(client, equipped(boss))
    page = client.post(
        "/admin/accounts/officeruser/", {"action": "make_links", "_selected_action": [str(officer.pk)]}
    ).content.decode()
    token = page.partition("/admin/enrol/#")[2].partition("<")[0]

    assert enrol(officer, token=token).status_code == 302
    outbox.drain(queue="messages")

    told = [mail.body for mail in mailoutbox if mail.to == ["officer@post.example"]]
    assert len(told) == 2, "of the link, and of the passkey"
    assert not [body for body in told if token in body]
    acts = Entry.objects.about(f"account:{officer.pk}").order_by("pk").values_list("action", "actor")
    assert list(acts) == [("officer_invited", f"officer:{boss.pk}"), ("passkey_added", f"officer:{officer.pk}")]
    assert Entry.objects.about(f"account:{officer.pk}").last().detail["invitation"]


def test_an_officer_makes_no_links():
    client = browser()
    sign_in(client, equipped(make_staff()))
    answer = client.post("/admin/accounts/officeruser/", {"action": "make_links", "_selected_action": ["1"]})
    assert answer.status_code == 403
    assert client.get("/admin/passkeys/passkey/").status_code == 403


def test_the_command_lets_the_first_administrator_in(production):
    printed = StringIO()
    call_command("enrol_officer", "root", "--new-administrator", stdout=printed)
    address, _, token = printed.getvalue().strip().partition("#")

    assert address == "http://localhost/admin/enrol/"
    root, key, client = User.objects.get(username="root"), Authenticator(), browser()
    assert enrol(root, key, token=token).status_code == 302
    sign_in(client, key)
    assert client.get("/admin/").status_code == 200
    with pytest.raises(CommandError):
        call_command("enrol_officer", "nobody")


# One's own passkeys


def test_a_second_passkey_needs_the_first_one_just_now(seat):
    _, client = seat
    rewind(client, SHOWN=timedelta(minutes=11))
    assert options(client, "/admin/my-passkeys/options")["code"] == "confirmation_needed"
    client.post("/admin/my-passkeys/", {"do": "add", "name": "x", "credential": "{}"})
    assert Passkey.objects.count() == 1


def test_a_second_passkey_is_added_and_the_first_removed_but_never_the_last(production):
    officer, client, first, second = make_staff(), browser(), None, Authenticator()
    first = equipped(officer)
    sign_in(client, first)
    made = second.create(options(client, "/admin/my-passkeys/options"))
    client.post("/admin/my-passkeys/", {"do": "add", "name": "token", "credential": made})
    assert set(Passkey.objects.of(officer).values_list("name", flat=True)) == {"laptop", "token"}

    again = browser()
    sign_in(again, second)
    old, new = Passkey.objects.get(name="laptop"), Passkey.objects.get(name="token")
    again.post("/admin/my-passkeys/", {"do": "remove", "passkey": str(old.pk)})
    again.post("/admin/my-passkeys/", {"do": "remove", "passkey": str(new.pk)})

    assert list(Passkey.objects.of(officer)) == [new]
    with pytest.raises(Conflict):
        services.remove(passkey=new, by=officer, at=now())


def test_nobody_removes_the_passkey_of_another():
    mine, yours = make_staff(), make_staff()
    equipped(yours)
    client = browser()
    sign_in(client, equipped(mine))
    client.post("/admin/my-passkeys/", {"do": "remove", "passkey": str(Passkey.objects.get(user=yours).pk)})

    with pytest.raises(Forbidden):
        services.remove(passkey=Passkey.objects.get(user=yours), by=mine, at=now())
    assert Passkey.objects.of(yours).exists()


@pytest.mark.django_db(transaction=True)
def test_of_two_passkeys_removed_at_once_one_stays():
    officer = make_staff()
    equipped(officer)
    equipped(officer)
    start = Barrier(2)

    def remove(passkey):
        start.wait()
        with suppress(Conflict):
            services.remove(passkey=passkey, by=officer, at=now())
        connection.close()

    threads = [Thread(target=remove, args=[passkey]) for passkey in Passkey.objects.of(officer)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert Passkey.objects.of(officer).count() == 1


def test_one_s_own_desk_confirms_with_the_passkey_and_then_may_add(seat):
    officer, client = seat
    what = f"passkeys:{officer.pk}"
    rewind(client, SHOWN=timedelta(minutes=11))
    key = Authenticator()
    enrol(officer, key)
    asked = options(client, "/admin/confirm/options", confirm=what)
    assert len(asked["allowCredentials"]) == 2

    client.post("/admin/my-passkeys/", {"do": "confirm", "confirm": what, "credential": key.get(asked)})

    assert Confirmation.objects.get().used_at
    assert "challenge" in options(client, "/admin/my-passkeys/options")
