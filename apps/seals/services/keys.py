"""Making and changing signing keys."""

import secrets
from collections.abc import Callable
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta

from django.conf import settings
from django.db import IntegrityError, transaction
from django.db.models import F
from django.utils.translation import gettext as _

from apps.kernel.errors import Conflict
from apps.seals import authority
from apps.seals.authority import Order
from apps.seals.models import Purpose, SigningKey
from apps.seals.signers.base import StoredKey, key_stores

COUNTRY = "CN"
SERIAL_BYTES, FIRST_SERIAL = 3, 0x100
"""The serial number is printed in every seal: short, but random."""

CSCA_USE = timedelta(days=5 * 365)
SIGNER_USE = timedelta(days=365 + 62)
DOCUMENT_LIFE = timedelta(days=2 * 366)
"""The longest that any travel document is valid."""


Issue = Callable[[Order, StoredKey], bytes]
"""Makes the certificate, signed by this key."""


@dataclass(frozen=True, slots=True)
class Plan:
    """How the keys of one purpose are made. Periods: ICAO Doc 9303-12 §6.3."""

    name: str
    use: timedelta
    life: timedelta
    issue: Issue


def create_keys(*, at: datetime, store: str = "") -> list[SigningKey]:
    """The current key of each purpose; what is missing is made. Safe to repeat, and from two places at once.

    ``store`` names a key store; ``SIGNING_KEYS_BACKEND`` where it says nothing. Raises ``Unavailable``
    (``signing_key_unavailable``) when it cannot be reached.
    """
    return [_current(purpose) or _create(purpose, at=at, store=store) for purpose in PLANS]


def rotate(*, purpose: str, at: datetime, store: str = "") -> SigningKey:
    """A new current key. The old one signs no more; its certificate stays among those to be believed.

    The new key may lie in another ``store`` than the old one: so keys move from files into a token.

    After a new CSCA, rotate the signers too: theirs come from the old one until then.
    Raises ``Conflict``: ``signing_key_missing``, ``signing_key_not_valid``, ``signing_key_renewed``.
    """
    old = _existing(purpose)
    new = _prepared(purpose, at=at, store=store)
    with transaction.atomic():
        retired = SigningKey.objects.current().filter(pk=old.pk)
        if not retired.update(is_current=False, version=F("version") + 1):
            raise Conflict(_("Someone else has just renewed this key."), code="signing_key_renewed")
        new.save()
    return new


def trusted_certificates(*, at: datetime) -> list[bytes]:
    """In DER, authorities first: what a verifier must have to judge every document still valid."""
    keys = SigningKey.objects.still_believed(at=at).order_by("purpose", "created_at")
    return [key.certificate_der for key in keys]


def _current(purpose: str) -> SigningKey | None:
    return SigningKey.objects.current().filter(purpose=purpose).first()


def _existing(purpose: str) -> SigningKey:
    if key := _current(purpose):
        return key
    raise Conflict(_("There is no signing key for this yet."), code="signing_key_missing")


def _create(purpose: str, *, at: datetime, store: str) -> SigningKey:
    """Another process may be quicker: then its key is the one, and ours stays unused in the store."""
    key = _prepared(purpose, at=at, store=store)
    try:
        with transaction.atomic():
            key.save()
    except IntegrityError:
        return _existing(purpose)
    return key


def _prepared(purpose: str, *, at: datetime, store: str) -> SigningKey:
    """Key and certificate, not yet in the database."""
    plan = PLANS[Purpose(purpose)]
    store = store or settings.SIGNING_KEYS_BACKEND
    start = at.astimezone(UTC).replace(microsecond=0)
    serial = FIRST_SERIAL + secrets.randbelow(256**SERIAL_BYTES - FIRST_SERIAL)
    name = f"{purpose}-{serial:X}-{secrets.token_hex(4)}"
    spki = key_stores[store].generate(name)
    order = Order((COUNTRY, plan.name), serial, spki, not_before=start, not_after=start + plan.life)
    issuer = None if purpose == Purpose.CSCA else _authority(order, at=at)
    key = SigningKey(
        purpose=purpose,
        serial=f"{serial:X}",
        key_reference=f"{store}:{name}",
        issuer=issuer,
        use_from=start,
        use_until=start + plan.use,
        valid_from=order.not_before,
        valid_until=order.not_after,
    )
    key.certificate = plan.issue(order, (issuer or key).signer)
    return key


def _authority(order: Order, *, at: datetime) -> SigningKey:
    """The current CSCA. Raises ``Conflict`` (``signing_key_not_valid``) where it cannot vouch for long enough."""
    csca = _existing(Purpose.CSCA)
    if csca.may_sign(at=at, until=order.not_after.date()):
        return csca
    raise Conflict(_("The signing authority must be renewed first."), code="signing_key_not_valid")


def _issue_authority(order: Order, own: StoredKey) -> bytes:
    return authority.authority(order, sign=own.sign)


def _issue_vds_signer(order: Order, csca: StoredKey) -> bytes:
    codes = ("PU",)
    return authority.vds_signer(order, issuer=csca.certificate_der, sign=csca.sign, document_codes=codes)


def _issue_pdf_signer(order: Order, csca: StoredKey) -> bytes:
    return authority.pdf_signer(order, issuer=csca.certificate_der, sign=csca.sign)


SIGNER_LIFE = SIGNER_USE + DOCUMENT_LIFE
PLANS = {
    Purpose.CSCA: Plan("China Consular CSCA", CSCA_USE, CSCA_USE + SIGNER_LIFE, _issue_authority),
    Purpose.VDS: Plan("ED", SIGNER_USE, SIGNER_LIFE, _issue_vds_signer),
    Purpose.PDF: Plan("China Consular Documents", SIGNER_USE, SIGNER_LIFE, _issue_pdf_signer),
}
