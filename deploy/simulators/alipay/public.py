"""The public parameters of a call: who asks for what, and whether it is true."""

import json
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from deploy.simulators.alipay import moments
from deploy.simulators.alipay.fields import ADDRESS, METHODS
from deploy.simulators.alipay.parties import App, Parties
from deploy.simulators.alipay.wire import to_sign
from deploy.simulators.alipay.wrong import Wrong, invalid, missing

SKEW = 600
"""Seconds that a caller's clock may be wrong."""
NOT_CONTRACTED = frozenset(
    {"alipay.trade.pay", "alipay.trade.page.pay", "alipay.trade.create", "alipay.trade.page.refund"}
)
"""The company has these methods, this merchant has not."""
PRESENT = ("app_id", "sign_type", "sign", "timestamp", "version")
CERTIFICATES = ("app_cert_sn", "alipay_root_cert_sn")
KNOWN = frozenset({*PRESENT, *CERTIFICATES, "method", "format", "charset", "biz_content", "notify_url", "return_url"})
FIXED = {"version": ("1.0", "invalid-parameter"), "charset": ("utf-8", "invalid-charset")}
LONGEST_URL = 256


@dataclass(frozen=True)
class Call:
    """A call that is genuine; its ``biz`` may still be wrong."""

    method: str
    app: App
    biz: dict[str, Any]
    notify_url: str = ""
    return_url: str = ""


def read(params: Mapping[str, str], parties: Parties, now: float, *, may_be_old: bool = False) -> Call:
    """Raises ``Wrong``. What is kept on a phone or in a page before it is used ``may_be_old``."""
    method = named(params)
    app = parties.app(params.get("app_id", ""))
    _check_presence(params)
    if app is None:
        raise invalid("invalid-app-id")
    _check_signature(params, app, parties)
    _check_form(params, app)
    _check_time(params["timestamp"], now, may_be_old=may_be_old)
    urls = {name: _url(params, name) for name in ("notify_url", "return_url")}
    return Call(method, app, _object(params.get("biz_content", "")), **urls)


def named(params: Mapping[str, str]) -> str:
    """The method that is asked for. Raises ``Wrong``."""
    method = params.get("method", "")
    if not method:
        raise missing("method")
    if method in NOT_CONTRACTED:
        raise Wrong("40006", "isv.insufficient-isv-permissions")
    if method not in METHODS:
        raise invalid("invalid-method")
    return method


def _check_presence(params: Mapping[str, str]) -> None:
    names = {"sign": "signature", "sign_type": "signature-type"}
    for name in PRESENT:
        if not params.get(name):
            raise missing(names.get(name, name.replace("_", "-")))
    if params["sign_type"] != "RSA2":
        raise invalid("invalid-signature-type")


def _check_signature(params: Mapping[str, str], app: App, parties: Parties) -> None:
    """Certificates are named for an application that has some, and only for such."""
    for name in CERTIFICATES if app.has_certificate else ():
        if not params.get(name):
            raise missing(name.replace("_", "-"))
    if app.has_certificate and params["alipay_root_cert_sn"] != parties.authority.number:
        raise invalid("invalid-alipay-root-cert-sn")
    number = params.get("app_cert_sn", "")
    if app.has_certificate and number not in {pair.number for pair in app.pairs}:
        raise invalid("invalid-app-cert-sn")
    if not app.has_signed(to_sign(params, "sign"), params["sign"], number):
        raise invalid("invalid-signature")


def _check_form(params: Mapping[str, str], app: App) -> None:
    unknown = set(params) - (KNOWN if app.has_certificate else KNOWN - set(CERTIFICATES))
    if unknown:
        raise invalid("invalid-parameter", f"unknown: {', '.join(sorted(unknown))}")
    for name, (value, code) in FIXED.items():
        if params.get(name, "").lower() != value:
            raise invalid(code)
    if params.get("format", "JSON") != "JSON":
        raise invalid("invalid-format")


def _check_time(timestamp: str, now: float, *, may_be_old: bool) -> None:
    try:
        age = now - moments.read(timestamp)
    except ValueError:
        raise invalid("invalid-timestamp") from None
    if age < -SKEW or (age > SKEW and not may_be_old):
        raise invalid("invalid-timestamp", f"it is {moments.written(now)} in Beijing")


def _url(params: Mapping[str, str], name: str) -> str:
    """Public, absolute and, for notices, without parameters of its own."""
    url = params.get(name, "")
    if not url:
        return ""
    has_query = name == "notify_url" and ("?" in url or "#" in url)
    if has_query or len(url) > LONGEST_URL or not ADDRESS(url):
        raise invalid("invalid-parameter", name)
    return url


def _object(text: str) -> dict[str, Any]:
    try:
        said = json.loads(text)
    except (ValueError, RecursionError):
        raise invalid("illegal-json", "biz_content") from None
    if not isinstance(said, dict):
        raise invalid("illegal-json", "biz_content")
    return said
