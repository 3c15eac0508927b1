"""Stand-ins for the companies the product talks to: each its own process, unless the person brought the real one."""

import sys
from urllib.parse import quote

from deploy.local import contract
from deploy.local.process import Command
from deploy.local.profile import ROOT
from deploy.local.services import HOST, answers, free_port, plain_environ
from deploy.local.stack import Stack

SMS_KEY = "sandbox"
SMS_SIGN = "中国领事"
APNS_KEY_ID, APNS_TEAM_ID = "SANDBOXKEY", "SANDBOXTEA"


def start(stack: Stack) -> None:
    """The payment sandbox, the carrier of text messages, the services that push; returns when all answer."""
    for name, run in (("sandbox_pay", _pay), ("sms", _sms), ("push", _push)):
        if not contract.given(name):
            run(stack)


def addresses(stack: Stack) -> list[str]:
    """Where a person reads what phones received, for those that run here."""
    found = []
    if stack.settings["SMS_URL"]:
        found.append(f"Text messages   http://{stack.settings['SMS_URL'].rpartition('@')[2].partition('/')[0]}/")
    if stack.settings["FCM_URL"]:
        found.append(f"Pushes          {stack.settings['FCM_URL']}/")
    return found


def _pay(stack: Stack) -> None:
    secret = {"SANDBOX_PAY_SECRET": stack.environ["SANDBOX_PAY_SECRET"]}
    port = _run(stack, "sandbox_pay", secret, "--state", str(stack.profile.dir / "sandbox_pay.json"))
    stack.settings["SANDBOX_PAY_URL"] = f"http://{HOST}:{port}"


def _sms(stack: Stack) -> None:
    secret = stack.profile.secrets()["sms"]
    keys = {"SMS_KEY": SMS_KEY, "SMS_SECRET": secret}
    port = _run(stack, "sms", keys, "--state", str(stack.profile.dir / "sms.jsonl"))
    stack.settings["SMS_URL"] = f"aliyun+http://{SMS_KEY}:{secret}@{HOST}:{port}/?sign={quote(SMS_SIGN)}"


def _push(stack: Stack) -> None:
    folder, tls_port = stack.profile.dir / "push", free_port()
    port = _run(stack, "push", {}, "--tls-port", str(tls_port), "--state", str(folder))
    stack.settings |= {
        "FCM_URL": f"http://{HOST}:{port}",
        "FCM_CREDENTIALS": str(folder / "service-account.json"),
        "APNS_URL": f"https://{HOST}:{tls_port}",
        "APNS_KEY": str(folder / "apns.p8"),
        "APNS_KEY_ID": APNS_KEY_ID,
        "APNS_TEAM_ID": APNS_TEAM_ID,
        "PUSH_CA": str(folder / "ca.pem"),
    }


def _run(stack: Stack, name: str, secrets: dict[str, str], *more: str) -> int:
    """The port on which it answers."""
    port = free_port()
    argv = [sys.executable, "-m", f"deploy.simulators.{name}", "--port", str(port), *more]
    command = Command(argv=argv, environ=plain_environ() | secrets | {"PYTHONPATH": str(ROOT)}, cwd=ROOT)
    process = stack.supervisor.start(name, command)
    stack.supervisor.wait_ready(process, lambda: answers(port))
    return port
