"""An officer's browser and passkey, over HTTP."""

from itertools import count

from django.test import Client
from django.utils.timezone import now

from apps.accounts.models import User
from apps.passkeys import services
from tests.passkeys.authenticator import Authenticator

_turn = count()


def make_staff(**facts):
    return User.objects.create_user(f"staff-{next(_turn)}", is_staff=True, **facts)


def browser():
    """Called by name: passkeys belong to one."""
    return Client(headers={"Accept-Language": "en"}, SERVER_NAME="localhost")


def enrol(user, key=None, *, client=None, token=None):
    """As behind the link. Answers the page; the passkey is ``key``'s."""
    key, client = key or Authenticator(), client or browser()
    token = token or services.invite(user=user, made_by=None, at=now())
    options = client.post("/admin/enrol/options", {"token": token}).json()
    return client.post("/admin/enrol/", {"token": token, "name": "laptop", "credential": key.create(options)})


def equipped(user):
    """A passkey of this officer."""
    key = Authenticator()
    assert enrol(user, key).status_code == 302
    return key


def options(client, address="/admin/login/options", **fields):
    return client.post(address, fields).json()


def sign_in(client, key, *, goal="/admin/"):
    return client.post("/admin/login/", {"credential": key.get(options(client)), "next": goal})
