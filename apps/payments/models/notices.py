from django.db import models
from django.utils.translation import gettext_lazy as _

from apps.payments import sealing
from apps.payments.models.merchants import Merchant
from apps.payments.statuses import Outcome


class InboundNotice(models.Model):
    """What a company sent, kept before it is acknowledged. A row exists only if its signature was the company's.

    It names the payer, so it is kept sealed (``apps.payments.sealing``).
    """

    merchant = models.ForeignKey(Merchant, models.PROTECT, related_name="+", verbose_name=_("merchant"))
    dedupe_key = models.CharField(max_length=64)
    reference = models.CharField(_("reference"), max_length=64, db_index=True)
    headers = models.JSONField(_("headers"))
    sealed_body = models.BinaryField(_("body"))
    received_at = models.DateTimeField(_("received"))
    processed_at = models.DateTimeField(_("processed"), null=True)
    outcome = models.CharField(_("outcome"), max_length=24, choices=Outcome.choices, blank=True)

    class Meta:
        verbose_name = _("notice")
        verbose_name_plural = _("notices")
        constraints = [
            models.UniqueConstraint(fields=["merchant", "dedupe_key"], name="a_notice_is_kept_once"),
        ]

    def __str__(self) -> str:
        return f"{self.merchant_id} {self.dedupe_key}"

    @property
    def body(self) -> bytes:
        """As it came. Raises ``Conflict`` (``sealed``) when no key opens it."""
        return sealing.unseal(bytes(self.sealed_body))
