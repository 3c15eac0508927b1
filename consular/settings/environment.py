"""The one typed list of what an installation decides. ``docs/reference/settings.md`` is made from it."""

import os
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any
from urllib.parse import SplitResult, urlsplit

from django.core.exceptions import ImproperlyConfigured
from environ import Env

SANDBOX, PRODUCTION = "sandbox", "production"
LOOPBACK = {"127.0.0.1", "localhost", "[::1]", "testserver"}
POSITIVE = ("OUTBOX_LEASE_SECONDS", "OUTBOX_RETRY_SECONDS")
LOG_LEVELS = ("DEBUG", "INFO", "WARNING", "ERROR")


@dataclass(frozen=True, slots=True)
class Setting:
    """``sandbox`` is the value used there when unset; in production an unset setting takes ``default``."""

    name: str
    kind: type
    says: str
    sandbox: Any = None
    default: Any = None
    secret: bool = False
    required: bool = True


SETTINGS = (
    Setting("MODE", str, "`sandbox` or `production`.", SANDBOX, SANDBOX),
    Setting("SECRET_KEY", str, "Signs sessions and cursors; 50 characters or more.", "sandbox-" + "x" * 50, secret=True),
    Setting("DATABASE_URL", str, "PostgreSQL 15 or later: `postgres://user:password@host:port/name`.",
            "postgres://consular@127.0.0.1:5432/consular", secret=True),
    Setting("REDIS_URL", str, "Redis 7 or Valkey, for Celery only: `redis://:password@host:port/0`.",
            "redis://127.0.0.1:6379/0", secret=True),
    Setting("EMAIL_URL", str, "Outgoing mail: `smtp+tls://user:password@host:587`.", "smtp://127.0.0.1:2525", secret=True),
    Setting("EMAIL_FROM", str, "Sender of all mail.", "China Consular <no-reply@consular.example>"),
    Setting("S3_ENDPOINT_URL", str, "The S3 service as this server reaches it.", "http://127.0.0.1:9000"),
    Setting("S3_PUBLIC_URL", str, "The S3 service as phones reach it; the endpoint itself when empty.", "", "", required=False),
    Setting("S3_ACCESS_KEY_ID", str, "S3 access key.", "sandbox"),
    Setting("S3_SECRET_ACCESS_KEY", str, "S3 secret key.", "sandbox", secret=True),
    Setting("S3_BUCKET", str, "Bucket for papers and documents.", "consular"),
    Setting("S3_REGION", str, "S3 region.", "us-east-1", "us-east-1"),
    Setting("PUBLIC_URL", str, "This server as phones reach it.", "http://127.0.0.1:8000"),
    Setting("STAFF_URL", str, "The staff desk as officers reach it, to which passkeys are bound; PUBLIC_URL itself when empty.",
            "", "", required=False),
    Setting("ALLOWED_HOSTS", list, "Host names served, separated by commas.", ["127.0.0.1", "localhost", "testserver"]),
    Setting("SIGNING_KEYS_DIR", str, "Folder of the file signer's encrypted keys.", "var/keys"),
    Setting("SIGNING_KEYS_PASSPHRASE", str, "Opens them.", "sandbox-passphrase", secret=True),
    Setting("SANDBOX_PAY_URL", str, "The sandbox payment provider; empty switches it off.",
            "http://127.0.0.1:8100", "", required=False),
    Setting("SANDBOX_PAY_SECRET", str, "Shared with the sandbox payment provider.", "sandbox-pay", "",
            secret=True, required=False),
    Setting("DOCUMENT_PREFIX", str, "First letter of travel document numbers.", "L", "L"),
    Setting("OUTBOX_LEASE_SECONDS", float, "How long a worker may hold a job before another takes it.", 30.0, 60.0),
    Setting("OUTBOX_RETRY_SECONDS", float, "Wait before the second attempt; doubles each time.", 1.0, 2.0),
    Setting("FAULTS_DIR", str, "Tests only: where planned crashes are listed.", "", "", required=False),
    Setting("LOG_LEVEL", str, "`DEBUG`, `INFO`, `WARNING` or `ERROR`.", "INFO", "INFO"),
)  # fmt: skip


class Misconfigured(SystemExit):
    """Stops the boot with one line."""

    def __init__(self, reason: str) -> None:
        super().__init__(f"consular cannot start: {reason}")


def _value(setting: Setting, env: Env, given: Mapping[str, str], mode: str) -> Any:
    if not given.get(setting.name):
        fallback = setting.sandbox if mode == SANDBOX else setting.default
        if fallback is None and setting.required:
            raise Misconfigured(f"{setting.name} is missing. {setting.says}")
        return fallback
    if setting.kind is str:
        return given[setting.name]  # as it is: to the library, a secret that starts with $ names another variable
    try:
        return env.list(setting.name) if setting.kind is list else env.get_value(setting.name, cast=setting.kind)
    except (ValueError, ImproperlyConfigured):
        raise Misconfigured(f"{setting.name} is not a {setting.kind.__name__}. {setting.says}") from None


def read(given: Mapping[str, str]) -> dict[str, Any]:
    """Every setting by name. Raises ``Misconfigured`` for the first that is missing or contradicts another."""
    mode = given.get("MODE") or SANDBOX
    if mode not in {SANDBOX, PRODUCTION}:
        raise Misconfigured(f"MODE is {mode!r}. It is sandbox or production.")
    env = Env()
    env.ENVIRON = dict(given)  # type: ignore[assignment]
    values = {setting.name: _value(setting, env, given, mode) for setting in SETTINGS}
    values["MODE"] = mode
    for wrong in contradictions(values):
        raise Misconfigured(wrong)
    return values


def contradictions(values: Mapping[str, Any]) -> list[str]:
    """What cannot be meant, in sentences."""
    schemes = {"DATABASE_URL": ("postgres", "postgresql"), "REDIS_URL": ("redis", "rediss"),
               "EMAIL_URL": ("smtp", "smtps", "smtp+tls", "smtp+ssl"),
               "PUBLIC_URL": ("http", "https"), "S3_ENDPOINT_URL": ("http", "https")}  # fmt: skip
    wrong = [
        f"{name} must start with {allowed[-1]}:// or the like, and name a host."
        for name, allowed in schemes.items()
        if (address := _address(values[name])) is None or address.scheme not in allowed
    ]
    wrong += [f"{name} must be more than 0." for name in POSITIVE if values[name] <= 0]
    if values["LOG_LEVEL"] not in LOG_LEVELS:
        wrong.append(f"LOG_LEVEL must be one of {', '.join(LOG_LEVELS)}.")
    if bool(values["SANDBOX_PAY_URL"]) is not bool(values["SANDBOX_PAY_SECRET"]):
        wrong.append("SANDBOX_PAY_URL and SANDBOX_PAY_SECRET go together.")
    return wrong + (_unsafe_in_production(values) if values["MODE"] == PRODUCTION else _unsafe_in_sandbox(values))


def _address(url: str) -> SplitResult | None:
    """The parts of a URL that a program can connect to, or nothing."""
    try:
        parts = urlsplit(url)
        return parts if parts.hostname and parts.port != 0 else None
    except ValueError:
        return None


def _unsafe_in_production(values: Mapping[str, Any]) -> list[str]:
    wrong = [
        f"{setting.name} is a sandbox value, in production."
        for setting in SETTINGS
        if setting.secret and (values[setting.name] == setting.sandbox or "sandbox" in str(values[setting.name]))
    ]
    wrong += [f"{name} must be empty in production." for name in ("SANDBOX_PAY_URL", "FAULTS_DIR") if values[name]]
    if len(values["SECRET_KEY"]) < 50:  # noqa: PLR2004
        wrong.append("SECRET_KEY is shorter than 50 characters.")
    wrong += [
        f"{name} must be https in production."
        for name in ("PUBLIC_URL", "STAFF_URL", "S3_ENDPOINT_URL", "S3_PUBLIC_URL")
        if values[name] and not values[name].startswith("https://")
    ]
    if "*" in values["ALLOWED_HOSTS"]:
        wrong.append("ALLOWED_HOSTS must name the hosts in production.")
    return wrong


def _unsafe_in_sandbox(values: Mapping[str, Any]) -> list[str]:
    """The sandbox has known codes and secrets: it answers on this machine only."""
    if set(values["ALLOWED_HOSTS"]) - LOOPBACK:
        return ["ALLOWED_HOSTS names other machines, but MODE is sandbox. Set MODE=production."]
    return []


ENV: dict[str, Any] = read(os.environ)
IS_SANDBOX: bool = ENV["MODE"] == SANDBOX
