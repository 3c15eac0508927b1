from datetime import date, datetime
from typing import Self

from django.db import models
from django.db.models import F, Q
from django.utils.translation import gettext_lazy as _

from apps.kernel.models import Record
from apps.seals.signers.base import StoredKey


class Purpose(models.TextChoices):
    CSCA = "csca", _("signing authority of the country")
    VDS = "vds", _("seals of travel documents")
    PDF = "pdf", _("signatures on PDF documents")


class SigningKeyQuerySet(models.QuerySet["SigningKey"]):
    def current(self) -> Self:
        return self.filter(is_current=True)

    def still_believed(self, *, at: datetime) -> Self:
        """Whose certificates verifiers may need: also of keys that sign no more."""
        return self.filter(valid_until__gte=at)

    def revoked(self) -> Self:
        return self.exclude(revoked_at=None)


class SigningKey(Record):
    """A certificate, and where its private key is. The key itself is never in the database.

    A key signs only from ``use_from`` to ``use_until``; its certificate outlives it by the life of the documents.
    """

    purpose = models.CharField(_("purpose"), max_length=8, choices=Purpose)
    certificate = models.BinaryField(_("certificate"))
    serial = models.CharField(_("serial number"), max_length=40, unique=True)
    key_reference = models.CharField(_("place of the private key"), max_length=200, unique=True)
    use_from = models.DateTimeField(_("signs from"))
    use_until = models.DateTimeField(_("signs until"))
    valid_from = models.DateTimeField(_("certificate valid from"))
    valid_until = models.DateTimeField(_("certificate valid until"))
    issuer = models.ForeignKey(
        "self", on_delete=models.PROTECT, null=True, blank=True, related_name="issued", verbose_name=_("issuer")
    )
    is_current = models.BooleanField(_("current"), default=True)
    revoked_at = models.DateTimeField(_("revoked since"), null=True, blank=True)

    objects = SigningKeyQuerySet.as_manager()

    class Meta:
        verbose_name = _("signing key")
        verbose_name_plural = _("signing keys")
        constraints = [
            models.UniqueConstraint(
                fields=["purpose"], condition=Q(is_current=True), name="one_current_key_per_purpose"
            ),
            models.CheckConstraint(
                condition=Q(valid_from__lte=F("use_from"), use_from__lt=F("use_until"))
                & Q(use_until__lte=F("valid_until")),
                name="a_key_signs_while_its_certificate_is_valid",
            ),
            models.CheckConstraint(
                condition=Q(purpose=Purpose.CSCA, issuer=None) | (~Q(purpose=Purpose.CSCA) & ~Q(issuer=None)),
                name="every_key_but_a_csca_has_an_issuer",
            ),
            models.CheckConstraint(condition=Q(purpose__in=Purpose.values), name="a_signing_key_has_a_known_purpose"),
        ]

    def __str__(self) -> str:
        return f"{self.purpose} {self.serial}"

    @property
    def certificate_der(self) -> bytes:
        return bytes(self.certificate)

    @property
    def signer(self) -> StoredKey:
        return StoredKey(self.certificate_der, self.key_reference)

    def may_sign(self, *, at: datetime, until: date | None = None) -> bool:
        """At this time, what is valid until that day: the certificate must still vouch for it then."""
        in_use = self.use_from <= at < self.use_until
        return in_use and (until is None or until <= self.valid_until.date())


class RevocationList(Record):
    """A list that an authority has signed (RFC 5280 §5). ``number`` counts up for each authority."""

    issuer = models.ForeignKey(SigningKey, on_delete=models.PROTECT, related_name="lists", verbose_name=_("issuer"))
    number = models.PositiveBigIntegerField(_("number"))
    der = models.BinaryField(_("list"))
    this_update = models.DateTimeField(_("made at"))
    next_update = models.DateTimeField(_("next one at the latest"))

    class Meta:
        verbose_name = _("revocation list")
        verbose_name_plural = _("revocation lists")
        constraints = [models.UniqueConstraint(fields=["issuer", "number"], name="one_list_per_number_and_issuer")]

    def __str__(self) -> str:
        return f"{self.issuer.serial} {self.number}"


class TrustBundle(Record):
    """What was told to verifiers, and when: all certificates and lists, signed. ``sequence`` counts up by one."""

    sequence = models.PositiveBigIntegerField(_("number"), unique=True)
    jws = models.TextField(_("signed bundle"))
    content_digest = models.CharField(_("digest of certificates and lists"), max_length=64)
    generated_at = models.DateTimeField(_("made at"))

    class Meta:
        verbose_name = _("trust bundle")
        verbose_name_plural = _("trust bundles")

    def __str__(self) -> str:
        return str(self.sequence)
