"""Events, and the endpoints that are told about them."""

import copy
import hashlib
import hmac
import secrets
from collections.abc import Mapping, Set
from datetime import datetime, timedelta
from typing import Any

from deploy.simulators.gateway.notices import Notice
from deploy.simulators.gateway.plug import Refused
from deploy.simulators.gateway.world import World
from deploy.simulators.stripe.books import Books, Object
from deploy.simulators.stripe.errors import Invalid, dump
from deploy.simulators.stripe.wanted import VERSIONS, versions

EVENTS = frozenset(
    [
        "payment_intent.created",
        "payment_intent.succeeded",
        "payment_intent.payment_failed",
        "payment_intent.canceled",
        "charge.succeeded",
        "charge.failed",
        "charge.refunded",
        "charge.refund.updated",
        "charge.dispute.created",
        "charge.dispute.funds_withdrawn",
        "charge.dispute.closed",
        "charge.dispute.funds_reinstated",
        "checkout.session.completed",
        "checkout.session.expired",
        "refund.created",
        "refund.updated",
        "refund.failed",
    ]
)
PAID = frozenset(["payment_intent.succeeded", "charge.succeeded", "checkout.session.completed"])
OVERLAP = timedelta(hours=24)
"""How long an old secret signs beside the new one."""
STALE = 600
HEADERS = {
    "Content-Type": "application/json; charset=utf-8",
    "User-Agent": "Stripe/1.0 (+https://stripe.com/docs/webhooks)",
}


class Hooks:
    def __init__(self, world: World, books: Books) -> None:
        self.world, self.books = world, books
        self.cause: dict[str, str | None] = {"id": None, "idempotency_key": None}
        """The request that is being carried out; nothing while a payer or time acts."""

    def register(self, asked: Object) -> Object:
        """A new endpoint; only this answer has its secret. Raises ``Invalid``."""
        for name in asked["enabled_events"]:
            if name != "*" and name not in EVENTS:
                raise Invalid(f"Invalid enabled_events: {name}", "enabled_events")
        facts = {
            "api_version": versions(asked.get("api_version")),
            "application": None,
            "description": asked.get("description"),
            "enabled_events": asked["enabled_events"],
            "metadata": asked.get("metadata", {}),
            "status": "enabled",
            "url": asked["url"],
        }
        endpoint = self.books.new("we_", "webhook_endpoint", **facts)
        return {**endpoint, "secret": self._new_secret(endpoint["id"], [])}

    def emit(self, name: str, thing: Object) -> None:
        """An event about this object as it is now, to every endpoint that wants it."""
        endpoints = [endpoint for endpoint in self.books.all("webhook_endpoint") if _wants(endpoint, name)]
        event = self.books.new(
            "evt_",
            "event",
            api_version=VERSIONS[-1],
            data={"object": self.books.shown(thing, [])},
            pending_webhooks=len(endpoints),
            request=dict(self.cause),
            type=name,
        )
        self.books.refer(event["id"], self.books.reference(thing))
        for endpoint in endpoints:
            self._tell(event, endpoint)

    def tell_again(self) -> None:
        """After a restart: whatever an endpoint has not acknowledged in three days."""
        for event in self.books.all("event"):
            for endpoint in self.books.all("webhook_endpoint"):
                is_fresh = event["created"] > self.books.now() - 3 * 86_400
                is_due = is_fresh and event["created"] >= endpoint["created"] and _wants(endpoint, event["type"])
                if is_due and self.world.notices.is_waiting(_name(event, endpoint)):
                    self._tell(event, endpoint)

    def rotate(self, asked: Mapping[str, Any]) -> dict[str, Any]:
        """Another secret for each endpoint, or for ``{"endpoint": id}``; by id."""
        ids = [endpoint["id"] for endpoint in self.books.all("webhook_endpoint")]
        wanted = [asked["endpoint"]] if "endpoint" in asked else ids
        if not set(wanted) <= set(ids):
            raise Refused(404, "no_such_endpoint")
        until = (self.world.clock.now() + OVERLAP).isoformat()
        return {id_: self._new_secret(id_, [[self.secrets(id_)[0], until]]) for id_ in wanted}

    def secrets(self, endpoint: str) -> list[str]:
        """Those that sign now, the newest first."""
        row = self.world.journal.row("secret", endpoint) or {"secrets": []}
        now = self.world.clock.now()
        return [secret for secret, until in row["secrets"] if not until or now < datetime.fromisoformat(until)]

    def signature(self, endpoint: str, body: bytes, faults: Set[str]) -> str:
        """``t=…,v1=…``, one ``v1`` for each secret, and the ``v0`` of test mode, which proves nothing."""
        moment = self.books.now() - (STALE if "notice_stale" in faults else 0)
        signed = f"{moment}.".encode() + body
        codes = [hmac.new(secret.encode(), signed, hashlib.sha256).hexdigest() for secret in self.secrets(endpoint)]
        if "notice_wrong_signature" in faults:
            codes = [code[:-1] + ("0" if code[-1] != "0" else "1") for code in codes]
        fake = hashlib.sha256(signed).hexdigest()
        return ",".join([f"t={moment}", *(f"v1={code}" for code in codes), f"v0={fake}"])

    def _tell(self, event: Object, endpoint: Object) -> None:
        def write(faults: frozenset[str]) -> tuple[Mapping[str, str], bytes]:
            body = dump(_untrue(event, faults))
            return {**HEADERS, "Stripe-Signature": self.signature(endpoint["id"], body, faults)}, body

        reference = self.books.reference(event)
        kind = "payment" if event["type"] in PAID else "refund" if "refund" in event["type"] else "event"
        self.world.notices.send(Notice(_name(event, endpoint), kind, reference, endpoint["url"], write))

    def _new_secret(self, endpoint: str, older: list[list[str]]) -> str:
        secret = f"whsec_{secrets.token_hex(16)}"
        self.world.journal.write("secret", endpoint, {"secrets": [[secret, ""], *older]})
        return secret


def _wants(endpoint: Object, name: str) -> bool:
    return bool({name, "*"} & set(endpoint["enabled_events"]))


def _name(event: Object, endpoint: Object) -> str:
    return f"{event['id']}/{endpoint['id']}"


def _untrue(event: Object, faults: Set[str]) -> Object:
    told = copy.deepcopy(event)
    thing = told["data"]["object"]
    if "notice_wrong_amount" in faults:
        for name in ("amount", "amount_received", "amount_total", "amount_captured"):
            if thing.get(name):
                thing[name] += 1
    if "notice_wrong_currency" in faults:
        thing["currency"] = "usd" if thing["currency"] != "usd" else "eur"
    return told
