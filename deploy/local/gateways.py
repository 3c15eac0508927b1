"""Simulated payment companies: each its own process; our contracts with them, and the keys those need."""

import json
import os
import sys
import tomllib
import urllib.request
from collections.abc import Callable
from pathlib import Path
from typing import Any

from deploy.local.process import Command
from deploy.local.profile import ROOT
from deploy.local.services import HOST, answers, free_port, plain_environ
from deploy.local.stack import Stack

Contract = dict[str, Any]
"""As `manage.py merchant load` reads it."""


def start(stack: Stack) -> None:
    """Run those the product can talk to, pin their keys, write down the contracts; returns when all answer."""
    ports = {name: run(stack, name) for name in CONTRACTS}
    contracts = [contract for name, sign in CONTRACTS.items() for contract in sign(stack, *ports[name])]
    contracts_file(stack).write_text(json.dumps(contracts, indent=2), encoding="utf-8")
    (stack.profile.dir / "gateways.json").write_text(json.dumps(ports), encoding="utf-8")


def contracts_file(stack: Stack) -> Path:
    return stack.profile.dir / "merchants.json"


def run(stack: Stack, name: str, *, port: int = 0) -> tuple[str, str]:
    """Start one; answers the address of its data port and of its control port."""
    data = port or free_port()
    control = port + 1 if port else free_port()
    words = ["--port", str(data), "--control-port", str(control), "--state", str(stack.profile.dir / name)]
    argv = [sys.executable, "-m", f"deploy.simulators.{name}", *words]
    command = Command(argv=argv, environ=plain_environ() | {"PYTHONPATH": str(ROOT)}, cwd=ROOT)
    process = stack.supervisor.start(name, command)
    stack.supervisor.wait_ready(process, lambda: answers(data))
    return f"http://{HOST}:{data}", f"http://{HOST}:{control}"


def ask(control: str, path: str, asked: dict[str, Any] | None = None) -> Any:
    """One call to a control port. Raises ``OSError``."""
    body = None if asked is None else json.dumps(asked).encode()
    request = urllib.request.Request(f"{control}{path}", data=body)  # noqa: S310 -- the loopback
    with urllib.request.build_opener(urllib.request.ProxyHandler({})).open(request, timeout=10) as answer:
        return json.load(answer)


def _wechat_pay(stack: Stack, url: str, control: str) -> list[Contract]:
    """A cross-border contract for each currency in which a post charges."""
    stack.settings |= {"WECHAT_PAY_URL": url, "WECHAT_PAY_GLOBAL_URL": url}
    known = _contracts_before(stack)
    return [_wechat_contract(stack, control, currency, known) for currency in _currencies()]


def _wechat_contract(stack: Stack, control: str, currency: str, known: dict[str, Contract]) -> Contract:
    code = f"wechat-{currency.lower()}"
    before = known.get(code)
    wanted = {"profile": "cross_border", "currency": currency, "key_mode": "public_key"}
    path = f"/merchants/{before['merchant_id']}" if before else "/merchants"
    info = ask(control, path, None if before else wanted)
    files = {
        "apiv3/now.key": info["apiv3_key"],
        f"platform/{info['public_key_id']}.pem": info["public_key"],
        **{f"merchant/{key['serial_no']}.pem": key["private_key"] for key in info["keys"]},
    }
    _pin(_keys(stack) / code, files)
    return {
        "code": code,
        "provider": "wechat_pay",
        "profile": "cross_border",
        "currency": currency,
        "merchant_id": info["mchid"],
        "app_id": info["appids"][0],
        "channels": ["app", "page", "qr", "jsapi"],
    }


def _contracts_before(stack: Stack) -> dict[str, Contract]:
    """Of the last start: the simulator keeps its merchants, and so do we."""
    kept = contracts_file(stack)
    found = json.loads(kept.read_text("utf-8")) if kept.exists() else []
    return {contract["code"]: contract for contract in found}


def _currencies() -> list[str]:
    seeds = (ROOT / "apps" / "posts" / "seeds").glob("*.toml")
    return sorted({tomllib.loads(seed.read_text("utf-8"))["post"]["currency"] for seed in seeds})


def _keys(stack: Stack) -> Path:
    return Path(stack.settings["MERCHANT_KEYS"])


def _pin(folder: Path, files: dict[str, str]) -> None:
    for name, content in files.items():
        path = folder / name
        path.parent.mkdir(parents=True, exist_ok=True, mode=0o700)
        with os.fdopen(os.open(path, os.O_WRONLY | os.O_CREAT | os.O_TRUNC, 0o600), "w") as file:
            file.write(content)


CONTRACTS: dict[str, Callable[[Stack, str, str], list[Contract]]] = {"wechat_pay": _wechat_pay}
