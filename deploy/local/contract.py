"""The contract between launcher and product: every environment variable that the product reads, in one table.

A variable that is already set when `./dev` starts wins. The address of a service (`ADDRESSES`) that is set
replaces the embedded service: it is then not started.
"""

import os
from collections.abc import Iterable, Mapping
from dataclasses import dataclass

from deploy.local.console import LaunchError
from deploy.local.profile import Profile

LAUNCHER = "launcher"
GATEWAYS = "gateways"
"""Simulated payment companies: they run whenever the whole product does."""


@dataclass(frozen=True)
class Variable:
    """One variable: who provides it on a developer's machine, and what it says."""

    name: str
    origin: str
    meaning: str


CONTRACT = (
    Variable("DATABASE_URL", "postgres", "postgres://USER:PASSWORD@HOST:PORT/NAME"),
    Variable("DATABASE_URL_API", "postgres", "DATABASE_URL of the phones' process, with a role of its own"),
    Variable("DATABASE_URL_STAFF", "postgres", "the same for the staff's process"),
    Variable("DATABASE_URL_WORKER", "postgres", "the same for workers"),
    Variable("DATABASE_URL_AUDITOR", "postgres", "the same for the process that seals the audit"),
    Variable("REDIS_URL", "valkey", "redis://:PASSWORD@HOST:PORT/0, broker and cache"),
    Variable("S3_ENDPOINT_URL", "s3", "where the object store answers"),
    Variable("S3_ACCESS_KEY_ID", "s3", "key id of the product's account there"),
    Variable("S3_SECRET_ACCESS_KEY", "s3", "its secret"),
    Variable("S3_BUCKET", "s3", "the bucket (it exists already)"),
    Variable("S3_REGION", "s3", "region that is signed into requests"),
    Variable("AUDIT_HEADS_BUCKET", "s3", "the bucket of the audit's published heads"),
    Variable("EMAIL_URL", "mail", "smtp://USER:PASSWORD@HOST:PORT"),
    Variable("SANDBOX_PAY_URL", "sandbox_pay", "the payment sandbox, a process of its own"),
    Variable("SANDBOX_PAY_SECRET", LAUNCHER, "shared secret of the product and the payment sandbox"),
    Variable("MERCHANT_KEYS", LAUNCHER, "folder with the keys of our merchants at payment companies"),
    Variable("WECHAT_PAY_URL", GATEWAYS, "WeChat Pay; the simulator of the demo, a process of its own"),
    Variable("WECHAT_PAY_GLOBAL_URL", GATEWAYS, "the same for cross-border merchants"),
    Variable("SMS_URL", "sms", "aliyun://KEY:SECRET@HOST/?sign=NAME; the simulator of the demo, a process of its own"),
    Variable("FCM_URL", "push", "pushes to Android; the simulator of the demo, a process of its own"),
    Variable("FCM_CREDENTIALS", "push", "file with the service account that signs in there"),
    Variable("APNS_URL", "push", "pushes to iPhones; the same simulator, over TLS"),
    Variable("APNS_KEY", "push", "file with the key that signs in there"),
    Variable("APNS_KEY_ID", "push", "its id"),
    Variable("APNS_TEAM_ID", "push", "the team it belongs to"),
    Variable("PUSH_CA", "push", "certificates the simulator is known by"),
    Variable("SECRET_KEY", LAUNCHER, "Django's secret key"),
    Variable("PERSON_KEY", LAUNCHER, "knows a person again across accounts"),
    Variable("MODE", LAUNCHER, "sandbox here; production refuses sandbox secrets"),
    Variable("ALLOWED_HOSTS", LAUNCHER, "host names the web process answers to, with commas"),
    Variable("PUBLIC_URL", LAUNCHER, "the address that phones and providers use"),
    Variable("STAFF_URL", LAUNCHER, "the address of the staff desk"),
    Variable("SIGNING_KEYS_DIR", LAUNCHER, "folder of the document signing keys and certificates"),
    Variable("SIGNING_KEYS_PASSPHRASE", LAUNCHER, "what their private keys are encrypted with"),
    Variable("AUDIT_KEYS_DIR", LAUNCHER, "folder of the keys that seal the audit"),
    Variable("AUDIT_KEYS_PASSPHRASE", LAUNCHER, "what they are encrypted with"),
    Variable("AUDIT_HEADS_DIR", LAUNCHER, "folder of the audit's published heads"),
)

ADDRESSES = {
    "postgres": "DATABASE_URL",
    "valkey": "REDIS_URL",
    "s3": "S3_ENDPOINT_URL",
    "mail": "EMAIL_URL",
    "sandbox_pay": "SANDBOX_PAY_URL",
    "sms": "SMS_URL",
    "push": "FCM_URL",
}

SILENT = {variable.name: "" for variable in CONTRACT if variable.origin in {"sms", "push"}}
"""Without a simulator nothing carries text messages and pushes."""


def without_gateways(nowhere: str) -> dict[str, str]:
    """No payment company answers, and the real ones least of all."""
    return {variable.name: nowhere for variable in CONTRACT if variable.origin == GATEWAYS}


_GROUPS = {
    address: tuple(variable.name for variable in CONTRACT if variable.origin == service)
    for service, address in ADDRESSES.items()
}
_ROLES = set(_GROUPS["DATABASE_URL"]) - {"DATABASE_URL"}
_OPTIONAL = {
    "S3_REGION", "AUDIT_HEADS_BUCKET", "APNS_URL", "APNS_KEY", "APNS_KEY_ID", "APNS_TEAM_ID", "PUSH_CA", *_ROLES,
}  # fmt: skip


def given(service: str, environ: Mapping[str, str] | None = None) -> bool:
    """Whether the person brought this service along.

    Raises LaunchError when its address is set but a variable that belongs to it is not.
    """
    environ = os.environ if environ is None else environ
    address = ADDRESSES[service]
    if not environ.get(address):
        return False
    missing = [name for name in _GROUPS[address] if not environ.get(name) and name not in _OPTIONAL]
    if missing:
        raise LaunchError(f"{address} is set, but {' and '.join(missing)} is not: set all of them, or none")
    return True


def missing(services: Iterable[str]) -> list[str]:
    """Those of the services that nobody brought along."""
    return [name for name in services if not given(name)]


def own_settings(profile: Profile, public_url: str, staff_url: str) -> dict[str, str]:
    """What the launcher itself decides: secrets of the profile, the mode, the public address."""
    secrets = profile.secrets()
    return {
        "SECRET_KEY": secrets["django"],
        "PERSON_KEY": secrets["person"],
        "MODE": "sandbox",
        "ALLOWED_HOSTS": "127.0.0.1,localhost",
        "PUBLIC_URL": public_url,
        "STAFF_URL": staff_url,
        "SIGNING_KEYS_DIR": str(profile.dir / "keys"),
        "SIGNING_KEYS_PASSPHRASE": secrets["signing_keys"],
        "AUDIT_KEYS_DIR": str(profile.dir / "audit-keys"),
        "AUDIT_KEYS_PASSPHRASE": secrets["audit_keys"],
        "AUDIT_HEADS_DIR": str(profile.dir / "audit-heads"),
        "SANDBOX_PAY_SECRET": secrets["sandbox_pay"],
        "MERCHANT_KEYS": str(profile.dir / "merchants"),
    }


def product_environ(settings: Mapping[str, str]) -> dict[str, str]:
    """A process environment for the product: ours, completed by `settings`; what was set already wins."""
    return {
        **settings,
        **{name: value for name, value in os.environ.items() if value or name not in settings},
    }


def has_roles() -> bool:
    """Whether each kind of process has an account in the database: ours does, a brought one when it names them all."""
    return not os.environ.get("DATABASE_URL") or all(os.environ.get(name) for name in _ROLES)


def process_environ(settings: Mapping[str, str], kind: str) -> dict[str, str]:
    """The same for one kind of process: its role in the database, and of the secrets only its own.

    Who brought a database but no roles has all processes on that one account.
    """
    environ = product_environ(settings)
    own = environ[f"DATABASE_URL_{kind.upper()}"] if has_roles() else ""
    others = {name for name in environ if name.startswith("DATABASE_URL_")}
    others |= set() if kind == "auditor" else {"AUDIT_KEYS_PASSPHRASE"}
    kept = {name: value for name, value in environ.items() if name not in others}
    return kept | {"PROCESS": kind, "DATABASE_URL": own or environ["DATABASE_URL"]}
