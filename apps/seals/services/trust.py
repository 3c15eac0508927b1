"""Telling verifiers whom to believe, and whom no more."""

from datetime import UTC, datetime, timedelta
from hashlib import sha256

from django.db import transaction
from django.db.models import F
from django.utils.translation import gettext as _

from apps.kernel.errors import Conflict, Unavailable, Unknown
from apps.kernel.withdrawn import withdrawn
from apps.seals import bundle, revocation
from apps.seals.bundle import Bundle
from apps.seals.models import Purpose, RevocationList, SigningKey, TrustBundle
from apps.seals.revocation import Notice
from apps.seals.services.keys import trusted_certificates

LIST_RENEWED_AFTER = timedelta(days=7)
LIST_LIFE = timedelta(days=30)
"""ICAO Doc 9303-12 §7.2: a new list every 90 days at the latest."""

BUNDLE_RENEWED_AFTER = timedelta(hours=12)
BUNDLE_DUE = timedelta(hours=24)
BUNDLE_LIFE = timedelta(days=14)
"""How long a border without a line may go on with the last one."""


def publish_trust(*, at: datetime) -> TrustBundle:
    """The bundle to show from now on. Makes a new one where something has changed, or the last is twelve hours old.

    Safe to repeat, and from two places at once. Raises ``Conflict`` (``signing_key_missing``,
    ``signing_key_not_valid``).
    """
    with transaction.atomic():
        signer = _locked_signer(at=at)
        lists = [_renewed(issuer, at=at) for issuer in _issuers(at=at)]
        ders = [bytes(each.der) for each in lists]
        certificates = trusted_certificates(at=at)
        void = sorted(number for numbers in withdrawn.values() for number in numbers(at))
        digest = sha256(b"".join(sha256(each).digest() for each in _parts(certificates, ders, void))).hexdigest()
        last = TrustBundle.objects.order_by("sequence").last()
        if last and last.content_digest == digest and at < last.generated_at + BUNDLE_RENEWED_AFTER:
            return last
        start = at.astimezone(UTC).replace(microsecond=0)
        told = Bundle(
            sequence=last.sequence + 1 if last else 1,
            generated_at=start,
            next_update=start + BUNDLE_DUE,
            not_after=start + BUNDLE_LIFE,
            certificates=certificates,
            revocation_lists=ders,
            void=void,
        )
        jws = bundle.sign(told, signer=signer.signer, chain=[signer.issuer.certificate_der] if signer.issuer else [])
        return TrustBundle.objects.create(
            sequence=told.sequence, jws=jws, content_digest=digest, generated_at=told.generated_at
        )


def _parts(certificates: list[bytes], lists: list[bytes], void: list[str]) -> list[bytes]:
    return [*certificates, *lists, " ".join(void).encode()]


def published_trust() -> TrustBundle:
    """The newest. Raises ``Unavailable`` (``trust_bundle_missing``) before the first is published."""
    if found := TrustBundle.objects.order_by("sequence").last():
        return found
    raise Unavailable(_("The public keys are not published yet."), code="trust_bundle_missing")


def authorities(*, at: datetime) -> list[bytes]:
    """The CSCAs that verifiers are to hold on to, in DER, the current one first."""
    keys = SigningKey.objects.still_believed(at=at).filter(purpose=Purpose.CSCA, revoked_at=None)
    return [key.certificate_der for key in keys.order_by("-is_current", "-created_at")]


def revoke(*, serial: str, at: datetime) -> SigningKey:
    """From now on nothing that this key has sealed or signed is believed; it signs no more. Published at once.

    An authority cannot revoke itself: a new one has to be handed out. Raises ``Unknown``, ``Conflict``
    (``authority_not_revocable``, and as ``publish_trust``: make a new document key before revoking the current one).
    """
    with transaction.atomic():
        key = SigningKey.objects.select_for_update().filter(serial=serial.upper().lstrip("0")).first()
        if key is None:
            raise Unknown(_("There is no key of this serial number."))
        if key.purpose == Purpose.CSCA:
            raise Conflict(_("An authority cannot revoke itself."), code="authority_not_revocable")
        if key.revoked_at is None:
            since = at.astimezone(UTC).replace(microsecond=0)
            SigningKey.objects.filter(pk=key.pk).update(revoked_at=since, is_current=False, version=F("version") + 1)
            key.refresh_from_db()
        publish_trust(at=at)
    return key


def _locked_signer(*, at: datetime) -> SigningKey:
    """Whoever publishes holds its row, so that one sequence number goes to one bundle."""
    keys = SigningKey.objects.current().filter(purpose=Purpose.PDF).select_related("issuer")
    key = keys.select_for_update(of=("self",)).first()
    if key is None:
        raise Conflict(_("There is no signing key for this yet."), code="signing_key_missing")
    if not key.may_sign(at=at):
        raise Conflict(_("The signing key may not sign this now."), code="signing_key_not_valid")
    return key


def _issuers(*, at: datetime) -> list[SigningKey]:
    return list(SigningKey.objects.still_believed(at=at).filter(purpose=Purpose.CSCA).order_by("created_at"))


def _renewed(issuer: SigningKey, *, at: datetime) -> RevocationList:
    """The list of this authority: the last one, unless a key was revoked since or it is a week old."""
    last = issuer.lists.order_by("number").last()
    revoked = issuer.issued.revoked().filter(revoked_at__lte=at)
    serials = {int(key.serial, 16): key.revoked_at for key in revoked if key.revoked_at}
    known = revocation.parse(bytes(last.der)).revoked if last else None
    if last and known == serials and at < last.this_update + LIST_RENEWED_AFTER:
        return last
    start = at.astimezone(UTC).replace(microsecond=0)
    notice = Notice(issuer.certificate_der, last.number + 1 if last else 1, serials, start, start + LIST_LIFE)
    der = revocation.issue(notice, sign=issuer.signer.sign)
    return RevocationList.objects.create(
        issuer=issuer, number=notice.number, der=der, this_update=start, next_update=notice.next_update
    )
