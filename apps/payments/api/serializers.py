from typing import Any

from rest_framework import serializers

from apps.kernel.api.serializers import Out
from apps.payments.statuses import Channel, Next, Status
from apps.posts.bilingual import said


class QuoteLineOut(Out):
    """One component of the price, with the law it rests on."""

    code = serializers.CharField()
    label = serializers.CharField()  # type: ignore[assignment]
    quantity = serializers.IntegerField()
    amount_minor = serializers.IntegerField(help_text="For all of `quantity`.")
    legal_basis = serializers.CharField()

    def to_representation(self, instance: dict[str, Any]) -> dict[str, Any]:
        """A line was written down in both languages; show one."""
        return super().to_representation(
            {
                **instance,
                "label": said(zh=instance["label_zh"], en=instance["label_en"]),
                "legal_basis": said(zh=instance["legal_basis_zh"], en=instance["legal_basis_en"]),
            }
        )


class QuoteOut(Out):
    """A price that stays as shown until `valid_until`. Amounts are integers of the currency's smallest unit."""

    id = serializers.UUIDField()
    currency = serializers.CharField(help_text="ISO 4217 code.")
    lines = QuoteLineOut(many=True)
    waived_minor = serializers.IntegerField(help_text="What is not asked for: the lines less this make the total.")
    total_minor = serializers.IntegerField()
    total_text = serializers.CharField(help_text="The total as people read it.")
    needs_payment = serializers.BooleanField(help_text="False when the total is nothing.")
    shown_at = serializers.DateTimeField()
    valid_until = serializers.DateTimeField()


class PaymentOut(Out):
    """One attempt to pay. Decide by `next`; open `checkout_url` in a browser when it is there."""

    id = serializers.UUIDField()
    status = serializers.ChoiceField(choices=Status.choices)
    status_label = serializers.CharField(source="get_status_display")
    next = serializers.ChoiceField(choices=[(step.value, step.value) for step in Next])
    next_label = serializers.CharField(help_text="What the payer can do now, as a sentence.")
    amount_minor = serializers.IntegerField()
    currency = serializers.CharField(help_text="ISO 4217 code.")
    amount_text = serializers.CharField(help_text="The amount as people read it.")
    provider = serializers.CharField()
    channel = serializers.ChoiceField(choices=Channel.choices)
    checkout_url = serializers.CharField(
        source="page", allow_null=True, help_text="A page to open; for the channel `qr` the text of the code."
    )
    checkout_parameters = serializers.DictField(
        source="parameters",
        child=serializers.CharField(),
        allow_null=True,
        help_text="For the company's SDK, or the fields of a form to post to `checkout_url`.",
    )
    refunding_minor = serializers.IntegerField(help_text="On its way back to the payer.")
    refunded_minor = serializers.IntegerField(help_text="Back with the payer.")
    expires_at = serializers.DateTimeField()


class ProviderOut(Out):
    """A way to pay."""

    code = serializers.CharField(help_text="For `provider` when a payment is opened.")
    label = serializers.CharField()  # type: ignore[assignment]


class WayOut(ProviderOut):
    """A way to pay for this, by the contracts of the post."""

    channels = serializers.ListField(
        child=serializers.ChoiceField(choices=Channel.choices), help_text="For `channel`; the first is the default."
    )
