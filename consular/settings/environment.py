"""The one typed list of what an installation decides. ``docs/reference/settings.md`` is made from it."""

import base64
import os
import re
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any
from urllib.parse import SplitResult, urlsplit

from django.core.exceptions import ImproperlyConfigured
from environ import Env

SANDBOX, PRODUCTION = "sandbox", "production"
LOOPBACK = {"127.0.0.1", "localhost", "[::1]", "testserver"}
POSITIVE = ("OUTBOX_LEASE_SECONDS", "OUTBOX_RETRY_SECONDS", "MIGRATE_LOCK_TIMEOUT_SECONDS",
            "MIGRATE_STATEMENT_TIMEOUT_SECONDS")  # fmt: skip
WEB = ("PUBLIC_URL", "S3_ENDPOINT_URL", "FCM_URL", "APNS_URL", "WECHAT_PAY_URL", "WECHAT_PAY_GLOBAL_URL", "ALIPAY_URL",
       "UNIONPAY_URL", "UNIONPAY_FILES_URL", "STRIPE_URL")  # fmt: skip
SMS_SCHEMES = ("aliyun", "aliyun+http")
TEMPLATE = re.compile(r"[a-z_]+\.(?:zh-hans|en)=[0-9A-Za-z_-]+")
PROCESSES = ("all", "api", "staff", "worker", "auditor")
OWN = {"staff": ("STAFF_URL",), "auditor": ("AUDIT_KEYS_DIR", "AUDIT_KEYS_PASSPHRASE")}
"""What production asks of one kind of process only."""
LOG_LEVELS = ("DEBUG", "INFO", "WARNING", "ERROR")

SMS_NEEDED = ("sign_in_code", "notice", "news", "new_device")
"""Without these the gateway cannot say what this product has to say, in either language."""
SMS_SANDBOX = [
    f"{name}.{language}=SMS_{number}"
    for number, (name, language) in enumerate(
        ((name, language) for name in SMS_NEEDED for language in ("zh-hans", "en")), start=100001
    )
]
"""What the simulator has approved."""


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
    Setting("PROCESS", str, "What this process is: `api`, `staff`, `worker`, `auditor`, or `all` of it.", "all", "all"),
    Setting("SECRET_KEY", str, "Signs sessions and cursors; 50 characters or more.", "sandbox-" + "x" * 50, secret=True),
    Setting("PERSON_KEY", str, "Knows a person again across accounts; 32 characters or more; never changed.",
            "sandbox-" + "p" * 32, secret=True),
    Setting("DATABASE_URL", str, "PostgreSQL 15 or later: `postgres://user:password@host:port/name`.",
            "postgres://consular@127.0.0.1:5432/consular", secret=True),
    Setting("REDIS_URL", str, "Redis 7 or Valkey, for Celery only: `redis://:password@host:port/0`.",
            "redis://127.0.0.1:6379/0", secret=True),
    Setting("EMAIL_URL", str, "Outgoing mail: `smtp+tls://user:password@host:587`.", "smtp://127.0.0.1:2525", secret=True),
    Setting("EMAIL_FROM", str, "Sender of all mail.", "China Consular <no-reply@consular.example>"),
    Setting("S3_ENDPOINT_URL", str, "The S3 service as this server reaches it.", "http://127.0.0.1:9000"),
    Setting("S3_ACCESS_KEY_ID", str, "S3 access key.", "sandbox"),
    Setting("S3_SECRET_ACCESS_KEY", str, "S3 secret key.", "sandbox", secret=True),
    Setting("S3_BUCKET", str, "Bucket for papers and documents.", "consular"),
    Setting("S3_REGION", str, "S3 region.", "us-east-1", "us-east-1"),
    Setting("FILE_KEYS", list, "Wrap the citizens' file keys, newest first: `id:base64 of 32 bytes`, separated by commas.",
            ["sandbox:c2FuZGJveC1vbmx5LW5vdC1hLXNlY3JldC1hdC1hbGw="], secret=True),
    Setting("CLAMAV_URL", str, "Virus scanner: `unix:///run/clamav/clamd.ctl` or `tcp://host:3310`; empty switches it off.",
            "", "", required=False),
    Setting("PUBLIC_URL", str, "This server as phones reach it.", "http://127.0.0.1:8000"),
    Setting("STAFF_URL", str, "The staff desk as officers reach it, to which passkeys are bound; PUBLIC_URL itself when empty.",
            "", "", required=False),
    Setting("ALLOWED_HOSTS", list, "Host names served, separated by commas.", ["127.0.0.1", "localhost", "testserver"]),
    Setting("SIGNING_KEYS_BACKEND", str, "Where new signing keys are made: `file`, or `pkcs11` for a hardware token.",
            "file", "file"),
    Setting("SIGNING_KEYS_DIR", str, "Folder of the file signer's encrypted keys.", "var/keys", "", required=False),
    Setting("SIGNING_KEYS_PASSPHRASE", str, "Opens them.", "sandbox-passphrase", "", secret=True, required=False),
    Setting("PKCS11_MODULE", str, "The token's library: an absolute path.", "", "", required=False),
    Setting("PKCS11_TOKEN", str, "The token's label.", "", "", required=False),
    Setting("PKCS11_PIN", str, "The PIN of its user.", "", "", secret=True, required=False),
    Setting("AUDIT_KEYS_DIR", str, "Folder of the keys that seal the audit; for the auditor, and to verify.",
            "var/audit-keys", "", required=False),
    Setting("AUDIT_KEYS_PASSPHRASE", str, "Opens them; for the auditor alone.", "sandbox-audit", "",
            secret=True, required=False),
    Setting("AUDIT_HEADS_BUCKET", str, "Bucket that published audit heads are added to; give it object lock.",
            "", "", required=False),
    Setting("AUDIT_HEADS_DIR", str, "Folder that published audit heads are added to.", "var/audit-heads", "",
            required=False),
    Setting("SANDBOX_PAY_URL", str, "The sandbox payment provider; empty switches it off.",
            "http://127.0.0.1:8100", "", required=False),
    Setting("SANDBOX_PAY_SECRET", str, "Shared with the sandbox payment provider.", "sandbox-pay", "",
            secret=True, required=False),
    Setting("MERCHANT_KEYS", str, "Folder with one folder of keys for each merchant.", "var/merchants", "var/merchants"),
    Setting("REFUNDS_BY_RULE_AN_HOUR", int, "Refunds a merchant sends in an hour without a person: what is more waits.",
            120, 120),
    Setting("WECHAT_PAY_URL", str, "WeChat Pay.", "https://api.mch.weixin.qq.com", "https://api.mch.weixin.qq.com"),
    Setting("WECHAT_PAY_GLOBAL_URL", str, "WeChat Pay for cross-border merchants.",
            "https://apihk.mch.weixin.qq.com", "https://apihk.mch.weixin.qq.com"),
    Setting("ALIPAY_URL", str, "Alipay's gateway.", "https://openapi.alipay.com/gateway.do",
            "https://openapi.alipay.com/gateway.do"),
    Setting("UNIONPAY_URL", str, "UnionPay's gateway.", "https://gateway.95516.com", "https://gateway.95516.com"),
    Setting("UNIONPAY_FILES_URL", str, "UnionPay's bills.", "https://filedownload.95516.com",
            "https://filedownload.95516.com"),
    Setting("STRIPE_URL", str, "Stripe.", "https://api.stripe.com", "https://api.stripe.com"),
    Setting("SMS_URL", str, "Text messages: `aliyun://KEY:SECRET@dysmsapi.aliyuncs.com/?sign=NAME`; empty switches them off.",
            "", "", secret=True, required=False),
    Setting("SMS_TEMPLATES", list, "Approved templates, `name.language=CODE`, separated by commas.", SMS_SANDBOX, [], required=False),
    Setting("FCM_CREDENTIALS", str, "File with the service account of Firebase; empty switches pushes to Android off.",
            "", "", required=False),
    Setting("FCM_URL", str, "Firebase Cloud Messaging.", "https://fcm.googleapis.com", "https://fcm.googleapis.com"),
    Setting("APNS_KEY", str, "File with the signing key of Apple (.p8); empty switches pushes to iPhones off.", "", "", required=False),
    Setting("APNS_KEY_ID", str, "Its id, ten characters.", "", "", required=False),
    Setting("APNS_TEAM_ID", str, "The team it belongs to, ten characters.", "", "", required=False),
    Setting("APNS_TOPIC", str, "Bundle id of the app.", "example.consular", "", required=False),
    Setting("APNS_URL", str, "Apple Push Notification service.", "https://api.push.apple.com", "https://api.push.apple.com"),
    Setting("PUSH_CA", str, "Sandbox only: certificates the push simulator is known by.", "", "", required=False),
    Setting("DOCUMENT_PREFIX", str, "First letter of travel document numbers.", "L", "L"),
    Setting("OUTBOX_LEASE_SECONDS", float, "How long a worker may hold a job before another takes it.", 30.0, 60.0),
    Setting("OUTBOX_RETRY_SECONDS", float, "Wait before the second attempt; doubles each time.", 1.0, 2.0),
    Setting("FAULTS_DIR", str, "Tests only: where planned crashes are listed.", "", "", required=False),
    Setting("MIGRATE_LOCK_TIMEOUT_SECONDS", float, "How long a migration waits for a table before it gives up.", 2.0, 2.0),
    Setting("MIGRATE_STATEMENT_TIMEOUT_SECONDS", float, "How long one statement of a migration may take.", 3600.0, 3600.0),
    Setting("METRICS_TOKEN", str, "What Prometheus shows at `/metrics`; without it there is no such page.",
            "sandbox-metrics", "", secret=True, required=False),
    Setting("HEARTBEAT_FILE", str, "Workers and beat touch it while they turn, for a probe; empty for none.",
            "", "", required=False),
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
               **dict.fromkeys(WEB, ("http", "https"))}  # fmt: skip
    wrong = [
        f"{name} must start with {allowed[-1]}:// or the like, and name a host."
        for name, allowed in schemes.items()
        if (address := _address(values[name])) is None or address.scheme not in allowed
    ]
    wrong += [f"{name} must be more than 0." for name in POSITIVE if values[name] <= 0]
    if values["LOG_LEVEL"] not in LOG_LEVELS:
        wrong.append(f"LOG_LEVEL must be one of {', '.join(LOG_LEVELS)}.")
    if values["PROCESS"] not in PROCESSES:
        wrong.append(f"PROCESS must be one of {', '.join(PROCESSES)}.")
    if bool(values["SANDBOX_PAY_URL"]) is not bool(values["SANDBOX_PAY_SECRET"]):
        wrong.append("SANDBOX_PAY_URL and SANDBOX_PAY_SECRET go together.")
    wrong += _wrong_messages(values) + _wrong_keys(values) + _wrong_file_keys(values["FILE_KEYS"])
    if values["CLAMAV_URL"] and not re.match(r"unix:///.|tcp://[^/]+:\d+$", values["CLAMAV_URL"]):
        wrong.append("CLAMAV_URL must be unix:///path or tcp://host:port.")
    return wrong + (_unsafe_in_production(values) if values["MODE"] == PRODUCTION else _unsafe_in_sandbox(values))


def _wrong_messages(values: Mapping[str, Any]) -> list[str]:
    """Of what carries text messages and pushes."""
    wrong = [
        f"SMS_TEMPLATES: {entry!r} is not NAME=CODE."
        for entry in values["SMS_TEMPLATES"]
        if not TEMPLATE.fullmatch(entry)
    ]
    if values["SMS_URL"]:
        address = _address(values["SMS_URL"])
        if (
            address is None
            or address.scheme not in SMS_SCHEMES
            or not (address.username and address.password and "sign=" in address.query)
        ):
            wrong.append("SMS_URL must be aliyun://KEY:SECRET@HOST/?sign=NAME.")
        named = {entry.partition("=")[0] for entry in values["SMS_TEMPLATES"]}
        missing = [f"{name}.{language}" for name in SMS_NEEDED for language in ("zh-hans", "en")]
        wrong += [f"SMS_URL needs {name} in SMS_TEMPLATES." for name in missing if name not in named]
    apns = [name for name in ("APNS_KEY_ID", "APNS_TEAM_ID", "APNS_TOPIC") if not values[name]]
    if values["APNS_KEY"] and apns:
        wrong.append(f"APNS_KEY needs {' and '.join(apns)}.")
    return wrong


def _wrong_keys(values: Mapping[str, Any]) -> list[str]:
    """What the chosen place of the signing keys needs."""
    needs = {"file": ("SIGNING_KEYS_DIR", "SIGNING_KEYS_PASSPHRASE"),
             "pkcs11": ("PKCS11_MODULE", "PKCS11_TOKEN", "PKCS11_PIN")}  # fmt: skip
    chosen = values["SIGNING_KEYS_BACKEND"]
    if chosen not in needs:
        return [f"SIGNING_KEYS_BACKEND must be one of {', '.join(needs)}."]
    return [f"{name} is missing, and SIGNING_KEYS_BACKEND is {chosen}." for name in needs[chosen] if not values[name]]


def _address(url: str) -> SplitResult | None:
    """The parts of a URL that a program can connect to, or nothing."""
    try:
        parts = urlsplit(url)
        return parts if parts.hostname and parts.port != 0 else None
    except ValueError:
        return None


def _wrong_file_keys(entries: list[str]) -> list[str]:
    """Each has a name of its own and 32 bytes."""
    names = [entry.partition(":")[0] for entry in entries]
    if not entries or len(set(names)) != len(names) or not all(map(_is_file_key, entries)):
        return ["FILE_KEYS must be id:base64 of 32 bytes each, every id once; 1 to 16 of a-z, 0-9 and -."]
    return []


def _is_file_key(entry: str) -> bool:
    name, _colon, secret = entry.partition(":")
    try:
        return bool(re.fullmatch("[a-z0-9-]{1,16}", name)) and len(base64.b64decode(secret, validate=True)) == 32  # noqa: PLR2004
    except ValueError:
        return False


def _unsafe_in_production(values: Mapping[str, Any]) -> list[str]:
    wrong = [
        f"{setting.name} is a sandbox value, in production."
        for setting in SETTINGS
        if setting.secret and (value := values[setting.name]) and (value == setting.sandbox or "sandbox" in str(value))
    ]
    wrong += [
        f"{name} must be empty in production." for name in ("SANDBOX_PAY_URL", "FAULTS_DIR", "PUSH_CA") if values[name]
    ]
    if values["SMS_URL"].startswith("aliyun+http:"):
        wrong.append("SMS_URL must be aliyun:// in production.")
    wrong += [
        f"{name} must be given to {process}."
        for process, names in OWN.items()
        for name in names
        if values["PROCESS"] == process and not values[name]
    ]
    if values["PROCESS"] == "auditor" and not (values["AUDIT_HEADS_BUCKET"] or values["AUDIT_HEADS_DIR"]):
        wrong.append("AUDIT_HEADS_BUCKET must say where the heads of the audit are published.")
    if len(values["SECRET_KEY"]) < 50:  # noqa: PLR2004
        wrong.append("SECRET_KEY is shorter than 50 characters.")
    if len(values["PERSON_KEY"]) < 32:  # noqa: PLR2004
        wrong.append("PERSON_KEY is shorter than 32 characters.")
    wrong += [
        f"{name} must be https in production."
        for name in ("PUBLIC_URL", "STAFF_URL", "S3_ENDPOINT_URL", "FCM_URL", "APNS_URL")
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
