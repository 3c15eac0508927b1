import os
import subprocess
import sys

import pytest

from consular.settings.environment import PRODUCTION, SANDBOX, SETTINGS, Misconfigured, contradictions, read

SOUND = {
    "MODE": "production",
    "SECRET_KEY": "k" * 60,
    "PERSON_KEY": "p" * 40,
    "DATABASE_URL": "postgres://app:pw@db.internal:5432/consular",
    "REDIS_URL": "rediss://:pw@redis.internal:6379/0",
    "EMAIL_URL": "smtp+tls://app:pw@mail.internal:587",
    "EMAIL_FROM": "Consulate <no-reply@consulate.example>",
    "S3_ENDPOINT_URL": "https://s3.internal",
    "S3_ACCESS_KEY_ID": "id",
    "S3_SECRET_ACCESS_KEY": "pw",
    "S3_BUCKET": "papers",
    "FILE_KEYS": "2026-11:MDEyMzQ1Njc4OWFiY2RlZjAxMjM0NTY3ODlhYmNkZWY=",
    "PUBLIC_URL": "https://consulate.example",
    "ALLOWED_HOSTS": "consulate.example,api.consulate.example",
    "SIGNING_KEYS_DIR": "/keys",
    "SIGNING_KEYS_PASSPHRASE": "pw",
}
SMS_TEMPLATES = ",".join(
    f"{name}.{language}=SMS_1"
    for name in ("sign_in_code", "notice", "news", "new_device")
    for language in ("zh-hans", "en")
)
NEEDED = [setting.name for setting in SETTINGS if setting.default is None and setting.required]


def refusal(**changed):
    """The one line with which a boot under these settings ends."""
    with pytest.raises(Misconfigured) as stopped:
        read({**SOUND, **changed})
    line = str(stopped.value)
    assert line.startswith("consular cannot start: ")
    assert "\n" not in line
    return line.removeprefix("consular cannot start: ")


def boot(**env):
    plain = {name: os.environ[name] for name in ("PATH", "HOME") if name in os.environ}
    command = [sys.executable, "-c", "import consular.settings"]
    return subprocess.run(command, env=plain | env, capture_output=True, text=True, check=False, timeout=50)


def test_a_sound_production_starts():
    values = read(SOUND)

    assert values["ALLOWED_HOSTS"] == ["consulate.example", "api.consulate.example"]
    assert (values["OUTBOX_LEASE_SECONDS"], values["SANDBOX_PAY_URL"]) == (60.0, "")


def test_a_production_with_text_messages_and_pushes_starts():
    more = {
        "SMS_URL": "aliyun://k:s@dysmsapi.aliyuncs.com/?sign=a", "SMS_TEMPLATES": SMS_TEMPLATES,
        "FCM_CREDENTIALS": "/keys/account.json", "APNS_KEY": "/keys/apns.p8", "APNS_KEY_ID": "K", "APNS_TEAM_ID": "T",
        "APNS_TOPIC": "t",
    }  # fmt: skip
    assert len(read(SOUND | more)["SMS_TEMPLATES"]) == 8


def test_a_sandbox_needs_nothing():
    values = read({})

    assert (values["MODE"], values["DOCUMENT_PREFIX"]) == (SANDBOX, "L")


def test_every_setting_says_in_a_sentence_what_it_is_for():
    assert all(setting.says.endswith(".") for setting in SETTINGS)
    assert len({setting.name for setting in SETTINGS}) == len(SETTINGS)


@pytest.mark.parametrize("name", NEEDED)
def test_what_production_needs_is_missed_by_name(name):
    given = {key: value for key, value in SOUND.items() if key != name}

    with pytest.raises(Misconfigured, match=f"^consular cannot start: {name} is missing. "):
        read(given)
    assert refusal(**{name: ""}).startswith(f"{name} is missing.")


@pytest.mark.parametrize("setting", [one for one in SETTINGS if one.secret and one.sandbox], ids=lambda one: one.name)
def test_production_refuses_the_sandbox_secret(setting):
    values = read(SOUND) | {setting.name: setting.sandbox}

    assert f"{setting.name} is a sandbox value, in production." in contradictions(values)


FILE_KEYS_MUST = "FILE_KEYS must be id:base64 of 32 bytes each, every id once; 1 to 16 of a-z, 0-9 and -."
CLAMAV_MUST = "CLAMAV_URL must be unix:///path or tcp://host:port."
CONTRADICTIONS = {
    "an unknown place of keys": ({"SIGNING_KEYS_BACKEND": "usb"}, "SIGNING_KEYS_BACKEND must be one of file, pkcs11."),
    "a token without a name": (
        {"SIGNING_KEYS_BACKEND": "pkcs11", "PKCS11_MODULE": "/m.so", "PKCS11_PIN": "1"},
        "PKCS11_TOKEN is missing, and SIGNING_KEYS_BACKEND is pkcs11.",
    ),
    "files without a folder": (
        {"SIGNING_KEYS_DIR": ""},
        "SIGNING_KEYS_DIR is missing, and SIGNING_KEYS_BACKEND is file.",
    ),
    "an unknown mode": ({"MODE": "prod"}, "MODE is 'prod'. It is sandbox or production."),
    "a short person key": ({"PERSON_KEY": "p" * 31}, "PERSON_KEY is shorter than 32 characters."),
    "a file key that is short": ({"FILE_KEYS": "a:c2hvcnQ="}, FILE_KEYS_MUST),
    "a file key without a name": ({"FILE_KEYS": SOUND["FILE_KEYS"].partition(":")[2]}, FILE_KEYS_MUST),
    "a file key that is not base64": ({"FILE_KEYS": "a:" + "!" * 44}, FILE_KEYS_MUST),
    "two file keys of one name": ({"FILE_KEYS": ",".join([SOUND["FILE_KEYS"]] * 2)}, FILE_KEYS_MUST),
    "a virus scanner of no kind": ({"CLAMAV_URL": "http://av:3310"}, CLAMAV_MUST),
    "a virus scanner without a port": ({"CLAMAV_URL": "tcp://av"}, CLAMAV_MUST),
    "a short secret key": ({"SECRET_KEY": "k" * 49}, "SECRET_KEY is shorter than 50 characters."),
    "plain http": ({"PUBLIC_URL": "http://consulate.example"}, "PUBLIC_URL must be https in production."),
    "any host": ({"ALLOWED_HOSTS": "*"}, "ALLOWED_HOSTS must name the hosts in production."),
    "planned crashes": ({"FAULTS_DIR": "/tmp/faults"}, "FAULTS_DIR must be empty in production."),
    "the sandbox's cashier": (
        {"SANDBOX_PAY_URL": "https://pay.example", "SANDBOX_PAY_SECRET": "pw"},
        "SANDBOX_PAY_URL must be empty in production.",
    ),
    "text messages without their templates": (
        {"SMS_URL": "aliyun://k:s@dysmsapi.aliyuncs.com/?sign=a", "SMS_TEMPLATES": "notice.en=SMS_1"},
        "SMS_URL needs sign_in_code.zh-hans in SMS_TEMPLATES.",
    ),
    "text messages without a sign": (
        {"SMS_URL": "aliyun://k:s@dysmsapi.aliyuncs.com/"},
        "SMS_URL must be aliyun://KEY:SECRET@HOST/?sign=NAME.",
    ),
    "text messages in the clear": (
        {"SMS_URL": "aliyun+http://k:s@sms.internal/?sign=a", "SMS_TEMPLATES": SMS_TEMPLATES},
        "SMS_URL must be aliyun:// in production.",
    ),
    "a template that is none": ({"SMS_TEMPLATES": "notice=1"}, "SMS_TEMPLATES: 'notice=1' is not NAME=CODE."),
    "Apple's key without its team": (
        {"APNS_KEY": "/keys/apns.p8", "APNS_KEY_ID": "K", "APNS_TOPIC": "t"},
        "APNS_KEY needs APNS_TEAM_ID.",
    ),
    "pushes in the clear": ({"APNS_URL": "http://push.internal"}, "APNS_URL must be https in production."),
    "the simulator's certificates": ({"PUSH_CA": "/ca.pem"}, "PUSH_CA must be empty in production."),
    "a cashier without a secret": (
        {"SANDBOX_PAY_URL": "https://pay.example"},
        "SANDBOX_PAY_URL and SANDBOX_PAY_SECRET go together.",
    ),
    "a secret without a cashier": ({"SANDBOX_PAY_SECRET": "pw"}, "SANDBOX_PAY_URL and SANDBOX_PAY_SECRET go together."),
    "another database": ({"DATABASE_URL": "mysql://app:pw@db/x"}, "DATABASE_URL must start with postgresql://"),
    "a path as a database": ({"DATABASE_URL": "/var/lib/x"}, "DATABASE_URL must start with postgresql://"),
    "a port in words": ({"DATABASE_URL": "postgres://app:pw@db:five/x"}, "DATABASE_URL must start with postgresql://"),
    "half an address": ({"DATABASE_URL": "postgres://[::1"}, "DATABASE_URL must start with postgresql://"),
    "no host": ({"REDIS_URL": "redis://"}, "REDIS_URL must start with rediss://"),
    "another broker": ({"REDIS_URL": "amqp://mq"}, "REDIS_URL must start with rediss://"),
    "no mail protocol": ({"EMAIL_URL": "mail.internal:587"}, "EMAIL_URL must start with smtp+ssl://"),
    "a bucket as an address": ({"S3_ENDPOINT_URL": "s3://papers"}, "S3_ENDPOINT_URL must start with https://"),
    "a lease in words": ({"OUTBOX_LEASE_SECONDS": "long"}, "OUTBOX_LEASE_SECONDS is not a float."),
    "no lease": ({"OUTBOX_LEASE_SECONDS": "0"}, "OUTBOX_LEASE_SECONDS must be more than 0."),
    "a lease before its start": ({"OUTBOX_LEASE_SECONDS": "-1"}, "OUTBOX_LEASE_SECONDS must be more than 0."),
    "an endless lease": ({"OUTBOX_LEASE_SECONDS": "inf"}, "OUTBOX_LEASE_SECONDS is not a float."),
    "a lease that is no number": ({"OUTBOX_LEASE_SECONDS": "nan"}, "OUTBOX_LEASE_SECONDS is not a float."),
    "no wait": ({"OUTBOX_RETRY_SECONDS": "0"}, "OUTBOX_RETRY_SECONDS must be more than 0."),
    "an unknown log level": ({"LOG_LEVEL": "loud"}, "LOG_LEVEL must be one of DEBUG, INFO, WARNING, ERROR."),
}  # fmt: skip


@pytest.mark.parametrize(("changed", "line"), CONTRADICTIONS.values(), ids=CONTRADICTIONS.keys())
def test_what_cannot_be_meant_is_said_in_one_line(changed, line):
    assert refusal(**changed).startswith(line)


def test_a_sandbox_answers_on_this_machine_only():
    with pytest.raises(Misconfigured, match="ALLOWED_HOSTS names other machines"):
        read({"ALLOWED_HOSTS": "127.0.0.1,consulate.example"})


def test_every_contradiction_is_found_at_once():
    values = read(SOUND) | {"SECRET_KEY": "short", "FAULTS_DIR": "/x", "LOG_LEVEL": "loud"}

    assert len(contradictions(values)) == 3


@pytest.mark.parametrize("secret", ["$OTHER" + "k" * 60, "\\$x" + "k" * 60, "k=#'\"" + "k" * 60, "密钥" * 30])
def test_a_secret_is_taken_as_it_is(secret):
    assert read({**SOUND, "SECRET_KEY": secret})["SECRET_KEY"] == secret


@pytest.mark.parametrize(
    ("env", "line"),
    [
        ({"MODE": "production"}, "SECRET_KEY is missing. "),
        ({"MODE": "staging"}, "MODE is 'staging'. It is sandbox or production."),
        ({**SOUND, "DATABASE_URL": "sqlite:///x"}, "DATABASE_URL must start with postgresql:// or the like, and "),
        ({"OUTBOX_LEASE_SECONDS": "soon"}, "OUTBOX_LEASE_SECONDS is not a float. "),
    ],
)
def test_a_boot_that_cannot_be_ends_with_one_line_and_an_exit_code(env, line):
    stopped = boot(**env)

    assert (stopped.returncode, stopped.stdout, stopped.stderr.count("\n")) == (1, "", 1)
    assert stopped.stderr.startswith(f"consular cannot start: {line}")


@pytest.mark.parametrize("env", [{}, SOUND])
def test_a_sound_boot_says_nothing(env):
    started = boot(**env)

    assert (started.returncode, started.stdout, started.stderr) == (0, "", "")


def test_production_talks_over_tls_only():
    script = (
        "from consular.settings import *;"
        "print(DEBUG, SECURE_SSL_REDIRECT, SESSION_COOKIE_SECURE, CSRF_COOKIE_SECURE, SECURE_HSTS_SECONDS > 0,"
        " SECURE_PROXY_SSL_HEADER, FAULTS_DIR == '', SANDBOX)"
    )
    plain = {name: os.environ[name] for name in ("PATH", "HOME") if name in os.environ}
    told = subprocess.run([sys.executable, "-c", script], env=plain | SOUND, capture_output=True, text=True, check=True)

    assert told.stdout.strip() == "False True True True True ('HTTP_X_FORWARDED_PROTO', 'https') True False"
    assert SOUND["MODE"] == PRODUCTION


def test_each_kind_of_process_needs_what_it_alone_uses():
    assert refusal(PROCESS="desk").startswith("PROCESS must be one of")
    assert refusal(PROCESS="staff") == "STAFF_URL must be given to staff."
    assert refusal(PROCESS="staff", STAFF_URL="http://desk.example") == "STAFF_URL must be https in production."
    keys = {"AUDIT_KEYS_DIR": "/keys", "AUDIT_KEYS_PASSPHRASE": "pw"}
    assert refusal(PROCESS="auditor") == "AUDIT_KEYS_DIR must be given to auditor."
    assert refusal(PROCESS="auditor", **keys).startswith("AUDIT_HEADS_BUCKET must say where")
    assert refusal(AUDIT_KEYS_PASSPHRASE="sandbox-audit").startswith("AUDIT_KEYS_PASSPHRASE is a sandbox value")
    assert read({**SOUND, "PROCESS": "auditor", "AUDIT_HEADS_BUCKET": "heads", **keys})["PROCESS"] == "auditor"
    assert read({**SOUND, "PROCESS": "api"})["AUDIT_KEYS_PASSPHRASE"] == ""
