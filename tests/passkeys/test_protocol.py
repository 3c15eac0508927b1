"""Attacks on the ceremony with a software authenticator: all refused, all on record (security C8)."""

import json
from datetime import timedelta
from threading import Barrier, Thread

import pytest
from django.db import IntegrityError, connection, transaction
from django.utils.timezone import now
from fido2.utils import websafe_decode, websafe_encode

from apps.audit.models import Entry
from apps.kernel.errors import Forbidden
from apps.passkeys import services
from apps.passkeys.models import Ceremony, Passkey
from apps.passkeys.party import Party
from apps.passkeys.statuses import Purpose
from tests.passkeys.authenticator import Authenticator
from tests.passkeys.desk import browser, enrol, equipped, make_staff, options, sign_in

pytestmark = pytest.mark.django_db

PARTY = Party(id="localhost", origin="http://localhost", name="China Consular")


def is_signed_in(client):
    return client.get("/admin/").status_code == 200


def failures():
    return [(entry.subject, entry.detail["why"]) for entry in Entry.objects.filter(action="sign_in_failed")]


def test_a_passkey_alone_signs_in_and_both_ends_are_on_record():
    officer, client = make_staff(), browser()
    key = equipped(officer)

    answer = sign_in(client, key, goal="/admin/my-passkeys/")

    assert (answer.status_code, answer["Location"]) == (302, "/admin/my-passkeys/")
    assert is_signed_in(client)
    passkey = Passkey.objects.get(user=officer)
    assert (passkey.sign_count, passkey.backed_up, passkey.transports) == (1, False, ["internal"])
    acts = Entry.objects.about(f"account:{officer.pk}").order_by("pk").values_list("action", flat=True)
    assert list(acts) == ["officer_invited", "passkey_added", "staff_signed_in"]


def test_the_browser_is_asked_to_verify_the_user_and_is_told_no_names():
    asked = options(browser())

    assert (asked["userVerification"], asked["rpId"]) == ("required", "localhost")
    assert asked.get("allowCredentials", []) == []
    assert len(websafe_decode(asked["challenge"])) == 32


@pytest.mark.parametrize(
    ("wrong", "why"),
    [
        ({"origin": "https://consulate.example.evil"}, "wrong_origin"),
        ({"origin": "http://localhost:9999"}, "wrong_origin"),
        ({"rp_id": "evil.example"}, "wrong_relying_party"),
        ({"verifies": False}, "user_not_verified"),
        ({"present": False}, "user_not_present"),
        ({"counter": -1}, "counter_went_back"),
        ({"user_handle": b""}, "wrong_user_handle"),
        ({"user_handle": b"somebody else..."}, "wrong_user_handle"),
        ({"credential_id": b"never seen here"}, "unknown_passkey"),
        ({"key": Authenticator().key}, "bad_signature"),
    ],
    ids=lambda value: value if isinstance(value, str) else next(iter(value)),
)
def test_what_a_device_or_a_go_between_does_wrong_is_refused_and_recorded(wrong, why):
    officer, client = make_staff(), browser()
    key = equipped(officer)
    assert sign_in(browser(), key).status_code == 302
    for name, value in wrong.items():
        setattr(key, name, key.counter + value if name == "counter" else value)

    answer = sign_in(client, key)

    assert answer.status_code == 403
    assert not is_signed_in(client)
    subject = "unknown" if why == "unknown_passkey" else officer.pk
    assert failures() == [(f"account:{subject}", why)]


def test_an_answer_is_good_once():
    client, key = browser(), equipped(make_staff())
    credential = key.get(options(client))
    assert client.post("/admin/login/", {"credential": credential}).status_code == 302
    client.post("/admin/logout/")

    assert client.post("/admin/login/", {"credential": credential}).status_code == 403
    options(client)
    assert client.post("/admin/login/", {"credential": credential}).status_code == 403
    assert [why for _, why in failures()] == ["ceremony_over", "wrong_challenge"]


def test_an_answer_works_only_in_the_browser_that_was_asked():
    key = equipped(make_staff())
    credential = key.get(options(browser()))

    assert browser().post("/admin/login/", {"credential": credential}).status_code == 403


def test_a_question_grows_old():
    client, key = browser(), equipped(make_staff())
    credential = key.get(options(client))
    Ceremony.objects.update(expires_at=now())

    assert client.post("/admin/login/", {"credential": credential}).status_code == 403
    assert [why for _, why in failures()] == ["ceremony_over"]


@pytest.mark.django_db(transaction=True)
def test_one_answer_sent_twenty_times_at_once_opens_one_session():
    officer, client = make_staff(), browser()
    key = equipped(officer)
    credential = key.get(options(client))
    start, answers = Barrier(20), []

    def send():
        twin = browser()
        twin.cookies.load(client.cookies.output(header=""))
        start.wait()
        answers.append(twin.post("/admin/login/", {"credential": credential}).status_code)
        connection.close()

    threads = [Thread(target=send) for _ in range(20)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert answers.count(302) == 1
    assert set(answers) <= {302, 403, 400}  # 400: the session moved on while this one was under way
    assert Passkey.objects.get().sign_count == 1


def test_a_question_of_another_purpose_does_not_sign_in():
    officer, client = make_staff(), browser()
    key = equipped(officer)
    sign_in(client, key)
    asked = options(client, "/admin/confirm/options", confirm="case:1:refuse")

    assert client.post("/admin/login/", {"credential": key.get(asked)}).status_code == 403


def test_an_answer_to_a_confirmation_must_come_from_the_same_officer():
    officer, other = make_staff(), make_staff()
    equipped(officer)
    key = equipped(other)
    asked = services.begin(purpose=Purpose.CONFIRM, user=officer, what="case:1:refuse", at=now())
    given = services.request_options(ceremony=asked, party=PARTY)

    with pytest.raises(services.Refused) as refused:
        services.confirm(ceremony=asked, what="case:1:refuse", answer=key.get(given), party=PARTY, at=now())
    assert refused.value.why == "passkey_of_another"


def nasty(key, asked):
    good = json.loads(key.get(asked))
    yield from ("", "{", "null", "[]", "1e999", "[" * 5000, "{}", "\0", '"\ud800"'.encode("utf-8", "replace").decode())
    for name in ("clientDataJSON", "authenticatorData", "signature", "userHandle"):
        for value in (None, 7, "", "!", "AAAA", {"a": []}, websafe_encode(b"[" * 3000)):
            yield json.dumps({**good, "response": {**good["response"], name: value}})
    for name in ("id", "rawId", "type", "response"):
        yield json.dumps({**good, name: None})
    yield json.dumps({**good, "more": "x" * 30_000})


def test_nonsense_is_refused_and_never_an_error():
    key = equipped(make_staff())
    client = browser()
    for sent in nasty(key, options(client)):
        options(client)
        assert client.post("/admin/login/", {"credential": sent}).status_code == 403, sent[:80]


# Enrolment


@pytest.mark.parametrize(
    ("wrong", "why"),
    [
        ({"origin": "https://evil.example"}, "wrong_origin"),
        ({"rp_id": "evil.example"}, "wrong_relying_party"),
        ({"verifies": False}, "user_not_verified"),
    ],
)
def test_a_passkey_made_elsewhere_or_without_its_owner_is_not_kept(wrong, why):
    officer = make_staff()

    assert enrol(officer, Authenticator(**wrong)).status_code == 403

    assert not Passkey.objects.exists()
    (entry,) = Entry.objects.filter(action="enrolment_failed")
    assert (entry.subject, entry.detail["why"]) == (f"account:{officer.pk}", why)


def test_a_refused_passkey_does_not_use_the_link_up():
    officer = make_staff()
    token = services.invite(user=officer, made_by=None, at=now())

    assert enrol(officer, Authenticator(verifies=False), token=token).status_code == 403
    assert enrol(officer, token=token).status_code == 302


def test_the_same_credential_is_not_added_twice():
    officer, other = make_staff(), make_staff()
    key = equipped(officer)

    assert enrol(other, key).status_code == 403
    assert Passkey.objects.get().user == officer


@pytest.mark.parametrize("is_removed", [False, True], ids=["in use", "removed"])
def test_one_passkey_is_never_two_officers_not_even_by_sql(is_removed):
    """Who holds one key cannot propose as one officer and decide as another."""
    officer, other = make_staff(), make_staff()
    key = equipped(officer)
    equipped(other)
    own_handle = key.user_handle
    if is_removed:
        Passkey.objects.filter(user=officer).update(removed_at=now())

    assert enrol(other, key).status_code == 403
    with pytest.raises(IntegrityError), transaction.atomic():
        Passkey.objects.filter(user=other).update(credential_id=key.credential_id)

    assert Passkey.objects.get(credential_id=key.credential_id).user == officer
    assert sign_in(browser(), key).status_code == 403, "now the device says that it is the other's"
    key.user_handle = own_handle
    assert sign_in(client := browser(), key).status_code == (403 if is_removed else 302)
    assert client.session.get("_auth_user_id") == (None if is_removed else str(officer.pk))


def test_a_confirmation_can_be_proven_to_others_later():
    """Challenge = SHA-256(nonce ‖ SHA-256(what)): the signature is over what was confirmed."""
    officer = make_staff()
    key = equipped(officer)
    asked = services.begin(purpose=Purpose.CONFIRM, user=officer, what="case:1:refuse", at=now())
    given = services.request_options(ceremony=asked, party=PARTY)
    made = services.confirm(ceremony=asked, what="case:1:refuse", answer=key.get(given), party=PARTY, at=now())

    said = json.loads(websafe_decode(made.proof["client_data"]))
    digest = connection_sha256(bytes.fromhex(made.proof["nonce"]) + connection_sha256(b"case:1:refuse"))
    assert websafe_decode(said["challenge"]) == digest
    services.spend(confirmation=made.pk, officer=officer, what="case:1:refuse", at=now())
    with pytest.raises(Forbidden):
        services.spend(confirmation=made.pk, officer=officer, what="case:1:refuse", at=now())


def connection_sha256(data):
    """By PostgreSQL, so that two programs agree."""
    with connection.cursor() as cursor:
        cursor.execute("SELECT sha256(%s)", [data])
        return bytes(cursor.fetchone()[0])


@pytest.mark.parametrize(
    ("officer", "what"), [("other", "case:1:refuse"), ("same", "case:2:refuse"), ("same", "case:1:approve")]
)
def test_a_confirmation_is_worth_nothing_for_another_officer_or_act(officer, what):
    owner = make_staff()
    made = services.confirm_by_password(officer=owner, what="case:1:refuse", at=now())
    someone = owner if officer == "same" else make_staff()

    with pytest.raises(Forbidden):
        services.spend(confirmation=made.pk, officer=someone, what=what, at=now())


def test_old_questions_are_forgotten():
    services.begin(purpose=Purpose.SIGN_IN, at=now())
    assert services.forget(at=now()) == 0
    assert services.forget(at=now() + timedelta(days=2)) == 1
