"""Google's and Apple's clients as judges: what third parties' code accepts from the simulator, and it from them."""

import asyncio
import json
import ssl

import firebase_admin
import pytest
from aioapns import APNs, NotificationRequest, PushType
from aioapns.connection import APNsProductionClientProtocol
from cryptography.hazmat.primitives.asymmetric import rsa
from cryptography.hazmat.primitives.serialization import Encoding, NoEncryption, PrivateFormat
from firebase_admin import credentials, messaging

from tests.notifications.services import android, iphone

# the client would rather be given an installation's id; registration tokens stay valid
pytestmark = pytest.mark.filterwarnings("ignore:Message.token is deprecated")


@pytest.fixture
def google(push_process, monkeypatch):
    push_process.plan()
    monkeypatch.setattr(messaging._MessagingService, "FCM_URL", push_process.url + "/v1/projects/{0}/messages:send")
    account = credentials.Certificate(str(push_process.folder / "service-account.json"))
    app = firebase_admin.initialize_app(account, name="judge")
    yield app
    firebase_admin.delete_app(app)


def message(token, **more):
    note = messaging.Notification(title="China Consular", body="You have a new message.")
    config = messaging.AndroidConfig(priority="high", notification=messaging.AndroidNotification(tag="m1"))
    return messaging.Message(token=token, notification=note, android=config, data={"message": "m1"}, **more)


def test_firebase_admin_sends(google, push_process):
    token = android()

    assert messaging.send(message(token), app=google).startswith("projects/consular-sandbox/messages/")
    (shown,) = push_process.shown(token)
    assert (shown["note"]["title"], shown["note"]["data"]) == ("China Consular", {"message": "m1"})


def test_firebase_admin_learns_that_the_app_is_gone(google, push_process):
    token = android()
    push_process.uninstall(token)

    with pytest.raises(messaging.UnregisteredError):
        messaging.send(message(token), app=google)


def test_firebase_admin_is_told_of_a_bad_token(google):
    with pytest.raises(firebase_admin.exceptions.InvalidArgumentError):
        messaging.send(message("no token"), app=google)


def test_an_account_with_another_key_is_not_let_in(push_process, google, tmp_path):
    file = tmp_path / "account.json"
    found = json.loads((push_process.folder / "service-account.json").read_text())
    stranger = rsa.generate_private_key(65537, 2048)
    key = stranger.private_bytes(Encoding.PEM, PrivateFormat.PKCS8, NoEncryption()).decode()
    file.write_text(json.dumps(found | {"private_key": key}))
    app = firebase_admin.initialize_app(credentials.Certificate(str(file)), name="stranger")
    try:
        with pytest.raises(Exception, match="Invalid JWT Signature"):
            messaging.send(message(android()), app=app)
    finally:
        firebase_admin.delete_app(app)


def apple(push_process, monkeypatch, *requests, key_id="SANDBOXKEY"):
    """What Apple's simulator answers aioapns, over one connection."""
    host, _, port = push_process.tls_url.removeprefix("https://").partition(":")
    monkeypatch.setattr(APNsProductionClientProtocol, "APNS_SERVER", host)
    monkeypatch.setattr(APNsProductionClientProtocol, "APNS_PORT", int(port))

    async def send():
        context = ssl.create_default_context(cafile=str(push_process.folder / "ca.pem"))
        context.set_alpn_protocols(["h2"])
        client = APNs(
            key=(push_process.folder / "apns.p8").read_text(), key_id=key_id, team_id="SANDBOXTEA",
            topic="example.consular", ssl_context=context,
        )  # fmt: skip
        try:
            return [await client.send_notification(request) for request in requests]
        finally:
            client.pool.close()
            await asyncio.sleep(0.1)

    return asyncio.run(send())


def alert(token, **more):
    return NotificationRequest(
        device_token=token, message={"aps": {"alert": {"title": "t", "body": "b"}}, "message": "m1"}, time_to_live=60,
        priority=10, push_type=PushType.ALERT, collapse_key="m1", **more,
    )  # fmt: skip


def test_aioapns_sends_and_learns_who_is_gone(push_process, monkeypatch):
    push_process.plan()
    here, gone = iphone(), iphone()
    push_process.uninstall(gone)

    answers = apple(push_process, monkeypatch, alert(here), alert(gone), alert("bad"))

    assert [(one.status, one.description) for one in answers] == [
        ("200", None), ("410", "Unregistered"), ("400", "BadDeviceToken"),
    ]  # fmt: skip
    assert answers[1].timestamp
    assert push_process.shown(here)[0]["note"]["body"] == "b"


def test_aioapns_with_another_key_id_is_not_let_in(push_process, monkeypatch):
    (answer,) = apple(push_process, monkeypatch, alert(iphone()), key_id="OTHERKEYID")

    assert (answer.status, answer.description) == ("403", "InvalidProviderToken")
