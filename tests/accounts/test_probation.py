"""A new device of an old account, and what lets it in (ADR 7; threat "thief of a phone, SIM swap")."""

import uuid
from datetime import timedelta
from threading import Barrier, Thread

import pytest
from django.contrib.auth.models import Permission
from django.core import mail
from django.db import IntegrityError, connection, transaction
from django.db.models import F
from django.test import Client
from django.utils import timezone

from apps.accounts import services
from apps.accounts.models import Challenge, Device, FormerAddress, Tally, User
from apps.accounts.services import challenges, contact, trust
from apps.audit.models import Entry
from apps.kernel.errors import Conflict, DomainError, Forbidden
from apps.notifications import services as notifications
from apps.notifications.channels.base import Undeliverable
from apps.notifications.channels.email import Email
from apps.notifications.channels.sms import Sms
from apps.notifications.models import Dispatch, Message
from apps.outbox.models import Delivery
from apps.outbox.services import drain
from tests.accounts.factories import Phone, make_challenge, make_citizen, make_device, make_user
from tests.journeys.people import contract

pytestmark = pytest.mark.django_db
EMAIL, NUMBER = "li.na@sandbox.example", "+12025550142"
OPEN = {
    "auth_sign_out": 204,
    "devices_list": 200,
    "devices_challenge": 202,
    "devices_confirm_self": 400,
    "me_get": 200,
    "messages_list": 200,
}
"""What a device on probation may ask for, and what it is answered when it sends nothing."""


def sign_in(address):
    """As a person does it; the sandbox's addresses know their code."""
    phone = Phone()
    asked = phone.post("auth/challenges", {"to": address}).json()["challenge"]
    answer = phone.post("auth/tokens", {"challenge": asked, "code": "000000", "device_name": f"at {address}"})
    assert answer.status_code == 201, answer.json()
    phone.use(answer.json()["token"])
    phone.told = answer.json()
    phone.device = Device.objects.order_by("-created_at").first()
    return phone


def is_refused(phone):
    return phone.get("citizens").json().get("code") == "device_on_probation"


def owner_of_both():
    """Li Na: one trusted phone, an e-mail address and a number."""
    phone = sign_in(EMAIL)
    asked = phone.post("me/addresses/challenges", {"to": NUMBER}).json()["challenge"]
    changed = phone.post("me/addresses", {"challenge": asked, "code": "000000"})
    assert changed.json()["phone"] == NUMBER, changed.json()
    return phone


def waited(phone, days=7):
    past = timedelta(days=days)
    Device.objects.filter(pk=phone.device.pk).update(created_at=F("created_at") - past, told_at=F("told_at") - past)


def accepted(*_dispatch):
    """What a channel says that took a message."""


@pytest.fixture
def texts(monkeypatch):
    """A company that takes text messages."""
    monkeypatch.setattr(Sms, "reaches", lambda _sms, user: bool(user.phone))
    monkeypatch.setattr(Sms, "send", accepted)


def tell_everyone():
    drain(queue="default")
    drain(queue="messages")


def test_a_thief_with_the_sim_card_gets_nothing_and_the_owner_keeps_everything():
    owner = owner_of_both()
    citizen = make_citizen(User.objects.get())
    tell_everyone()

    thief = sign_in(NUMBER)
    assert thief.told["is_trusted"] is False
    assert thief.told["user"]["email"] == "l***@sandbox.example"
    refused = thief.get(f"citizens/{citizen.pk}")
    assert (refused.status_code, refused.json()["code"]) == (403, "device_on_probation")
    assert refused.json()["missing"] == ["trusted_device", "other_address", "waiting", "counter"]
    for path in ("me/addresses/challenges", "devices/current/confirmation", f"devices/{thief.device.pk}/confirmation"):
        assert thief.post(path, {"to": "thief@sandbox.example"}).status_code in {400, 403}
    assert thief.delete("devices").status_code == 403, "the thief cannot throw the owner out"
    assert thief.delete(f"devices/{owner.device.pk}").status_code == 403

    drain(queue="default")
    (message,) = Message.objects.filter(template="device_waiting")
    assert message.user_id == owner.device.user_id
    assert thief.get("messages").json()["results"][0]["body"] == ""
    (told,) = [row for row in owner.get("devices").json()["results"] if not row["is_trusted"]]
    assert owner.post(f"devices/{told['id']}/denial").status_code == 204

    assert thief.get("me").status_code == 401
    again = sign_in(NUMBER)
    assert again.told["ways_out"] == ["trusted_device", "other_address", "counter"], "waiting helps the thief no more"
    tell_everyone()
    waited(again, days=300)
    assert services.let_waiting_in(at=timezone.now()) == 0
    assert is_refused(again)
    assert owner.get(f"citizens/{citizen.pk}").status_code == 200

    asked = owner.post("me/addresses/challenges", {"to": "+12025550143"}).json()["challenge"]
    assert owner.post("me/addresses", {"challenge": asked, "code": "000000"}).json()["phone"] == "+12025550143"
    assert again.get("me").status_code == 401, "whoever came in by the stolen number is out"


def operations():
    """Every one that needs a token, with an address that leads somewhere."""
    for path, methods in contract()._schema["paths"].items():
        for method, operation in methods.items():
            given = path
            for parameter in operation.get("parameters", []):
                number = parameter["schema"].get("type") == "integer"
                given = given.replace(f"{{{parameter['name']}}}", "1" if number else str(uuid.uuid4()))
            if any(operation["security"]):
                yield pytest.param(method, given, operation["operationId"], id=operation["operationId"])


@pytest.mark.parametrize(("method", "path", "name"), list(operations()))
def test_on_probation_every_operation_but_six_is_refused(method, path, name):
    user = make_user(email=EMAIL, phone=NUMBER)
    phone = Phone()
    _device, token = make_device(user, trusted_by="")
    phone.use(token)

    answer = phone.generic(method.upper(), path.removeprefix("/api/v1/"), "{}", content_type="application/json")

    if name in OPEN:
        assert answer.status_code == OPEN[name], answer.content
        assert EMAIL not in answer.content.decode()
    else:
        assert (answer.status_code, answer.json()["code"]) == (403, "device_on_probation")


def test_the_first_device_is_trusted_at_once_and_so_is_the_only_one_of_one_address():
    first = sign_in(EMAIL)
    assert (first.told["is_trusted"], first.told["ways_out"]) == (True, [])
    first.delete("auth/tokens/current")
    assert sign_in(EMAIL).told["is_trusted"] is True


def test_with_two_addresses_one_of_them_alone_lets_nobody_in():
    owner_of_both().delete("auth/tokens/current")
    phone = sign_in(NUMBER)
    assert phone.told["ways_out"] == ["other_address", "waiting", "counter"]


def test_a_trusted_device_lets_a_new_one_in():
    old, new = sign_in(EMAIL), sign_in(EMAIL)
    assert is_refused(new)
    answer = old.post(f"devices/{new.device.pk}/confirmation")
    assert (answer.status_code, answer.json()["is_trusted"]) == (200, True)
    assert not is_refused(new)
    assert old.post(f"devices/{new.device.pk}/confirmation").json()["code"] == "device_not_on_probation"
    entry = Entry.objects.get(action="device_trusted")
    assert (entry.actor, entry.detail["by"]) == (f"applicant:{old.device.user_id}", "device")


def test_nobody_confirms_or_denies_the_device_of_somebody_else():
    stranger = sign_in("someone.else@sandbox.example")
    sign_in(EMAIL)
    new = sign_in(EMAIL)
    for verb in ("confirmation", "denial"):
        assert stranger.post(f"devices/{new.device.pk}/{verb}").status_code == 404
    assert is_refused(new)


def test_the_code_to_the_other_address_lets_a_device_in():
    owner_of_both()
    new = sign_in(NUMBER)
    asked = new.post("devices/current/challenges").json()
    assert asked["channel"] == "email"
    assert Challenge.objects.get(pk=asked["challenge"]).address == EMAIL
    answer = new.post("devices/current/confirmation", {"challenge": asked["challenge"], "code": "000000"})
    assert answer.json()["is_trusted"] is True, answer.json()
    assert not is_refused(new)


def test_there_is_no_second_code_where_there_is_no_second_address():
    sign_in(EMAIL)
    new = sign_in(EMAIL)
    answer = new.post("devices/current/challenges")
    assert (answer.status_code, answer.json()["code"]) == (422, "no_other_address")


@pytest.mark.parametrize("sent_for", ["sign_in", "change_address", "confirm_device of another account"])
def test_a_code_that_was_sent_for_something_else_lets_nobody_in(sent_for):
    owner = owner_of_both()
    new = sign_in(NUMBER)
    purpose, *other = sent_for.split(" of ")
    user = make_user() if other else owner.device.user
    asked = make_challenge(EMAIL, purpose=purpose, user=None if purpose == "sign_in" else user)
    body = {"challenge": str(asked.pk), "code": challenges.code_of(asked)}

    assert new.post("devices/current/confirmation", body).json()["code"] == "challenge_expired"
    assert is_refused(new)
    if purpose != "sign_in":
        entered = Phone().post("auth/tokens", body | {"device_name": "x"})
        assert entered.json()["code"] == "challenge_expired"
    asked.refresh_from_db()
    assert asked.attempts == 0, "it is not even compared"


def test_seven_days_without_objection_let_a_device_in_and_not_a_minute_less():
    owner_of_both()
    new = sign_in(NUMBER)
    tell_everyone()
    waited(new, days=6.99)
    assert services.let_waiting_in(at=timezone.now()) == 0
    waited(new, days=0.02)
    assert services.let_waiting_in(at=timezone.now()) == 1
    assert not is_refused(new)
    assert Entry.objects.get(action="device_trusted").actor == "system"


def test_waiting_does_not_count_before_the_others_were_told():
    owner_of_both()
    new = sign_in(NUMBER)
    waited(new)
    Delivery.objects.update(due_at=None)
    assert Delivery.objects.filter(event="DeviceAdded", done_at=None).exists(), "parked: the message never left"
    assert services.let_waiting_in(at=timezone.now()) == 0
    Delivery.objects.filter(done_at=None).update(due_at=timezone.now())
    tell_everyone()
    assert services.let_waiting_in(at=timezone.now()) == 0, "the days before count for nothing"
    waited(new)
    assert services.let_waiting_in(at=timezone.now()) == 1


def test_told_on_the_stolen_number_alone_the_owner_has_not_heard_and_waiting_lets_nobody_in(monkeypatch, texts):
    owner_of_both()
    thief = sign_in(NUMBER)

    def bounced(*_letter):
        raise Undeliverable("smtp_550")

    monkeypatch.setattr(Email, "send", bounced)
    tell_everyone()
    sent = dict(Dispatch.objects.filter(message__template="device_waiting").values_list("channel", "status"))
    assert sent == {"sms": "sent", "email": "failed"}
    waited(thief, days=300)
    assert services.let_waiting_in(at=timezone.now()) == 0
    assert is_refused(thief)

    monkeypatch.setattr(Email, "send", accepted)
    letter = Dispatch.objects.get(message__template="device_waiting", channel="email")
    notifications.send_again(dispatch=letter, actor=trust.SYSTEM, at=timezone.now())
    tell_everyone()
    waited(thief)
    assert services.let_waiting_in(at=timezone.now()) == 1, "from the day the letter went out"


def test_where_there_is_only_the_channel_it_came_in_by_waiting_is_no_way_in():
    sign_in(EMAIL)
    new = sign_in(EMAIL)
    tell_everyone()
    waited(new, days=300)
    assert services.let_waiting_in(at=timezone.now()) == 0
    Device.objects.trusted().update(revoked_at=timezone.now())
    assert new.get("citizens").json()["missing"] == ["counter"]


def test_of_two_who_came_in_by_different_addresses_waiting_lets_in_neither(texts):
    owner_of_both().delete("auth/tokens/current")
    thief, owner = sign_in(NUMBER), sign_in(EMAIL)
    tell_everyone()
    assert Device.objects.on_probation().exclude(told_at=None).count() == 2
    for phone in (thief, owner):
        waited(phone, days=30)
    assert services.let_waiting_in(at=timezone.now()) == 0
    assert is_refused(thief)
    assert is_refused(owner)
    trust.confirm_at_counter(device=owner.device, actor=trust.SYSTEM, at=timezone.now())
    assert owner.post(f"devices/{thief.device.pk}/denial").status_code == 204


def test_a_denied_address_proves_nothing_until_it_is_replaced():
    owner = owner_of_both()
    thief = sign_in(NUMBER)
    owner.post(f"devices/{thief.device.pk}/denial")
    owners_new = sign_in(EMAIL)
    assert owners_new.post("devices/current/challenges").json()["code"] == "no_other_address"
    asked = owner.post("me/addresses/challenges", {"to": NUMBER}).json()["challenge"]
    owner.post("me/addresses", {"challenge": asked, "code": "000000"})
    assert owners_new.post("devices/current/challenges").status_code == 202


def test_a_trusted_device_is_signed_out_not_denied():
    old, new = sign_in(EMAIL), sign_in(EMAIL)
    old.post(f"devices/{new.device.pk}/confirmation")
    assert new.post(f"devices/{old.device.pk}/denial").json()["code"] == "device_not_on_probation"
    assert new.delete("devices").status_code == 204
    assert old.get("me").status_code == 401
    assert new.get("me").status_code == 200
    assert Entry.objects.get(action="signed_out_others").detail == {"device": str(new.device.pk)}


def test_the_database_asks_why_a_device_is_trusted():
    device, _token = make_device(make_user())
    for wrong in ({"trusted_by": ""}, {"trusted_at": None}):
        with pytest.raises(IntegrityError, match="trust_has_a_reason"), transaction.atomic():
            Device.objects.filter(pk=device.pk).update(**wrong)


@pytest.fixture
def counter():
    officer = services.create_officer(username="officer", password="correct horse battery staple")
    officer.user_permissions.add(Permission.objects.get(codename="confirm_device"))
    client = Client(headers={"Accept-Language": "en"})
    client.force_login(officer)
    client.officer = officer
    return client


LIST = "/admin/accounts/device/"


@pytest.mark.parametrize(("action", "trusted", "live"), [("let_in", True, True), ("refuse", False, False)])
def test_at_the_counter_an_officer_decides_and_it_is_written_down(action, trusted, live, counter):
    owner_of_both()
    new = sign_in(NUMBER)
    page = counter.get(LIST, {"q": NUMBER}).content.decode()
    assert str(new.device.pk) in page
    assert EMAIL not in page
    form = {"action": action, "_selected_action": [str(new.device.pk)]}
    assert counter.post(f"{LIST}?q=%2B12025550142", form).status_code == 302
    device = Device.objects.get(pk=new.device.pk)
    assert (device.is_trusted, device.revoked_at is None) == (trusted, live)
    entry = Entry.objects.get(action="device_trusted" if trusted else "device_denied")
    assert entry.actor == f"officer:{counter.officer.pk}"


@pytest.mark.parametrize("search", ["", "+1202555", "sandbox.example", "%", "at +12025550142"])
def test_at_the_counter_nobody_browses(search, counter):
    owner_of_both()
    new = sign_in(NUMBER)
    assert str(new.device.pk) not in counter.get(LIST, {"q": search}).content.decode()


def test_an_officer_without_the_permission_sees_no_counter(counter):
    new = sign_in(EMAIL), sign_in(EMAIL)
    counter.officer.user_permissions.clear()
    assert counter.get(LIST, {"q": EMAIL}).status_code == 403
    counter.post(f"{LIST}?q={EMAIL}", {"action": "let_in", "_selected_action": [str(new[1].device.pk)]})
    assert is_refused(new[1])


def test_the_former_address_is_told_once_and_the_new_one_is_in_force():
    phone = sign_in("old@sandbox.example")
    asked = phone.post("me/addresses/challenges", {"to": EMAIL}).json()["challenge"]
    assert phone.post("me/addresses", {"challenge": asked, "code": "000000"}).json()["email"] == EMAIL
    mail.outbox.clear()
    for _ in range(2):
        drain(queue="messages")
        Delivery.objects.filter(event="AddressChanged").update(done_at=None, due_at=timezone.now())
    (told,) = [letter for letter in mail.outbox if letter.to == ["old@sandbox.example"]]
    assert "no longer reached at this address" in told.body
    assert EMAIL not in told.body
    assert FormerAddress.objects.get().told_at is not None
    assert "old@sandbox.example" not in str([*Delivery.objects.values(), *Entry.objects.values()])


def test_a_former_number_is_told_by_text_message():
    phone = owner_of_both()
    asked = phone.post("me/addresses/challenges", {"to": "+12025550143"}).json()["challenge"]
    phone.post("me/addresses", {"challenge": asked, "code": "000000"})
    mail.outbox.clear()
    drain(queue="messages")
    texts = {letter.to[0]: letter.body for letter in mail.outbox if letter.subject == "SMS"}
    assert "no longer reached at this number" in texts["12025550142@sms.sandbox.example"]


def test_an_address_that_opens_another_account_is_not_taken_from_it():
    sign_in(NUMBER)
    phone = sign_in(EMAIL)
    asked = phone.post("me/addresses/challenges", {"to": NUMBER}).json()["challenge"]
    answer = phone.post("me/addresses", {"challenge": asked, "code": "000000"})
    assert (answer.status_code, answer.json()["code"]) == (409, "address_taken")
    assert phone.get("me").json()["phone"] is None


def test_a_device_that_lost_its_trust_meanwhile_changes_no_address():
    phone = sign_in(EMAIL)
    device = Device.objects.select_related("user").get(pk=phone.device.pk)
    asked = phone.post("me/addresses/challenges", {"to": NUMBER}).json()["challenge"]
    Device.objects.update(revoked_at=timezone.now())
    with pytest.raises(Forbidden):
        contact.change_address(device=device, challenge=asked, code="000000", at=timezone.now())
    assert User.objects.get().phone is None


def test_a_device_that_was_signed_out_meanwhile_vouches_for_nobody():
    old, new = sign_in(EMAIL), sign_in(EMAIL)
    Device.objects.filter(pk=old.device.pk).update(revoked_at=timezone.now())
    with pytest.raises(Forbidden):
        trust.confirm(device=new.device, by=old.device, at=timezone.now())
    assert is_refused(new)


def at_once(*acts):
    outcomes, start = [], Barrier(len(acts))

    def run(act):
        start.wait()
        try:
            outcomes.append(act())
        except DomainError as error:
            outcomes.append(error.code)
        finally:
            connection.close()

    threads = [Thread(target=run, args=(act,)) for act in acts]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    return outcomes


@pytest.mark.django_db(transaction=True)
def test_of_many_sign_ins_at_once_to_an_account_without_devices_one_is_the_first():
    make_user(email=EMAIL)
    codes = [make_challenge(EMAIL) for _ in range(8)]

    def enter(asked):
        services.sign_in(challenge=asked.pk, code="000000", device_name="x", language="en", at=timezone.now())

    at_once(*[lambda asked=asked: enter(asked) for asked in codes])
    assert Device.objects.count() == 8
    assert Device.objects.trusted().count() == 1


@pytest.mark.django_db(transaction=True)
def test_confirmed_and_denied_at_once_is_one_of_the_two():
    user = make_user(email=EMAIL)
    old, _ = make_device(user)
    Tally.objects.all().delete()
    for _ in range(5):
        new, _ = make_device(user, trusted_by="")
        outcomes = at_once(
            lambda new=new: bool(trust.confirm(device=new, by=old, at=timezone.now())),
            lambda new=new: trust.deny(device=new, actor=trust.SYSTEM, at=timezone.now()),
        )
        new.refresh_from_db()
        assert new.is_trusted is (new.revoked_at is None)
        assert Conflict.code not in outcomes
        assert "device_not_on_probation" in outcomes
