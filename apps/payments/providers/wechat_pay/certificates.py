"""The certificates of WeChat Pay as it hands them out: for the operator's folder, never because a header said so."""

from datetime import datetime
from typing import Any

from cryptography.x509 import load_pem_x509_certificate

from apps.payments.models import Merchant
from apps.payments.providers.wechat_pay import fields, keyring
from apps.payments.providers.wechat_pay.products import product
from apps.payments.providers.wechat_pay.signing import SERIAL, is_genuine, is_signed, unseal
from apps.payments.providers.wechat_pay.wire import send, silence, told


def fresh_certificates(merchant: Merchant, *, at: datetime) -> dict[str, str]:
    """Serial number to PEM of those valid at ``at``, for ``platform/<serial>.pem``. Asks over the network.

    Trust begins with the APIv3 key, which alone opens them (payments.md 1.3); the answer as a whole is then proven with
    a pinned key or with the one of them that it names. Raises ``Unavailable`` and ``Conflict``.
    """
    answer = send(merchant, "GET", product(merchant).certificates)
    if answer.is_success:
        try:
            found = _opened(merchant, fields.whole_object(answer.content), at)
        except ValueError:
            raise silence(merchant, "certificates_unreadable") from None
        serial = answer.headers.get(SERIAL, "").upper()
        named = load_pem_x509_certificate(found[serial].encode()) if serial in found else None
        key = keyring.key_of(named, serial, at) if named else None
        if key is not None and is_signed(key, answer.headers, answer.content, at=at):
            return found
    else:
        found = {}
    if not is_genuine(merchant, answer.headers, answer.content, at=at):
        raise silence(merchant, f"unproven_{answer.status_code}")
    told(answer)
    return found


def _opened(merchant: Merchant, said: dict[str, Any], at: datetime) -> dict[str, str]:
    """Those that are what they are called and valid. Raises ``ValueError``."""
    listed = said.get("data")
    if not isinstance(listed, list) or not all(isinstance(row, dict) for row in listed):
        raise ValueError("data")
    found = {}
    for row in listed:
        serial = fields.text(row, "serial_no").upper()
        pem = unseal(merchant, fields.inner(row, "encrypt_certificate")).decode()
        if not keyring.NAME.fullmatch(serial) or serial.startswith(keyring.PUBLIC):
            raise ValueError("serial_no")
        if keyring.key_of(load_pem_x509_certificate(pem.encode()), serial, at):
            found[serial] = pem
    return found
