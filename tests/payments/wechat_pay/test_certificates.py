"""The certificates of WeChat Pay: handed out to who knows the APIv3 key, and never fetched because a header said so."""

import json
from datetime import timedelta
from functools import partial

import httpx
import pytest
from cryptography.x509 import load_pem_x509_certificate

from apps.kernel.errors import Conflict, Unavailable
from apps.payments.providers.wechat_pay import fresh_certificates, keyring
from tests.payments.wechat_pay.sides import Contract, Platform

pytestmark = pytest.mark.stack


@pytest.mark.parametrize("profile", ["domestic", "cross_border"])
def test_the_first_certificates_are_believed_by_the_apiv3_key(make, profile: str, pay):
    ours = make(profile, is_new=True)
    ours.forget("platform/*")
    with pytest.raises(Unavailable):
        pay.open(ours.payment())
    found = fresh_certificates(ours.merchant, at=ours.now)

    assert found == {one["serial_no"]: one["certificate"] for one in ours.info["platform_certificates"]}
    assert not list(ours.folder.glob("platform/*"))
    for serial, pem in found.items():
        ours.put(f"platform/{serial}.pem", pem)
    assert pay.open(ours.payment())


def test_the_sdk_fetches_the_same(make, monkeypatch):
    ours = make(is_new=True)
    theirs = {certificate.serial_number for certificate in ours.sdk(monkeypatch, "certificate")._core._certificates}

    assert {int(serial, 16) for serial in fresh_certificates(ours.merchant, at=ours.now)} == theirs


def test_a_merchant_with_public_keys_alone_has_none(make):
    ours = make(mode="public_key")
    with pytest.raises(Conflict):
        fresh_certificates(ours.merchant, at=ours.now)


@pytest.mark.parametrize(
    "fault", ["wrong_signature", "no_signature", "unknown_serial", "stale", "future", "error_after"]
)
def test_an_unproven_answer_brings_no_certificates(home: Contract, fault: str):
    home.simulator.plan({"fault": fault, "route": "certificates"})
    with pytest.raises(Unavailable):
        fresh_certificates(home.merchant, at=home.now)


def test_another_apiv3_key_opens_none(make):
    ours = make(is_new=True)
    ours.put("apiv3/now.key", "x" * 32)
    with pytest.raises(Unavailable):
        fresh_certificates(ours.merchant, at=ours.now)


def answering(monkeypatch, content: bytes, headers: dict[str, str]) -> None:
    reply = partial(httpx.Response, 200, content=content, headers=headers)
    monkeypatch.setattr(httpx, "Client", partial(httpx.Client, transport=httpx.MockTransport(lambda request: reply())))


def test_only_certificates_that_are_valid_and_rightly_named_are_handed_on(make, platform: Platform, monkeypatch):
    ours = make(is_new=True)
    at, day = ours.now, timedelta(days=1)

    def row(serial: str, pem: str) -> dict:
        _, body = platform.notice(ours.info["apiv3_key"], "x", pem.encode(), at)
        return {"serial_no": serial, "encrypt_certificate": json.loads(body)["resource"]}

    def say(*listed: dict) -> None:
        body = json.dumps({"data": list(listed)}).encode()
        answering(monkeypatch, body, platform.headers(body, at))

    good = platform.certificate(at - day, at + day)
    old = platform.certificate(at - 2 * day, at - day, serial="4F02" * 5)
    say(row(platform.serial, good), row("4F02" * 5, old), row("4F03" * 5, good))
    assert fresh_certificates(ours.merchant, at=at) == {platform.serial: good}

    say(row("4F03" * 5, good))
    with pytest.raises(Unavailable):
        fresh_certificates(ours.merchant, at=at)
    for wrong in ("../merchant/x", "PUB_KEY_ID_1", ""):
        say(row(platform.serial, good), row(wrong, good))
        with pytest.raises(Unavailable):
            fresh_certificates(ours.merchant, at=at)


@pytest.mark.parametrize("body", [b"", b"[]", b'{"data": 1}', b'{"data": [1]}', b'{"data": [{"serial_no": "4F"}]}'])
def test_an_answer_that_is_no_list_of_certificates_is_none(
    home: Contract, platform: Platform, monkeypatch, body: bytes
):
    answering(monkeypatch, body, platform.headers(body, home.now))
    with pytest.raises(Unavailable):
        fresh_certificates(home.merchant, at=home.now)


def test_without_keys_of_ours_nothing_is_sent(make, pay):
    ours = make(is_new=True)
    for content in ("no key", ours.info["public_key"]):
        ours.forget("merchant/*")
        with pytest.raises(Conflict) as refused:
            pay.open(ours.payment())
        assert refused.value.code == "no_keys"
        ours.put("merchant/4F01.pem", content)
        with pytest.raises(Conflict) as refused:
            pay.open(ours.payment())
        assert refused.value.code == "no_keys"


def test_a_certificate_counts_under_its_own_number_within_its_time(platform: Platform, home: Contract):
    at, day = home.now, timedelta(days=1)
    certificate = load_pem_x509_certificate(platform.certificate(at - day, at + day).encode())

    assert keyring.key_of(certificate, platform.serial, at)
    assert keyring.key_of(certificate, platform.serial, at + 2 * day) is None
    assert keyring.key_of(certificate, platform.serial, at - 2 * day) is None
    assert keyring.key_of(certificate, "4F01", at) is None
