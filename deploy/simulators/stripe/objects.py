"""The shape of what the API shows, where most fields say nothing."""

import secrets
from typing import Any

from deploy.simulators.stripe.wanted import ALIPAY, CARD

Facts = dict[str, Any]
WEEK = 604_800


def intent(amount: int, currency: str, types: list[str], asked: Facts) -> Facts:
    """Of a payment intent that waits for its payer."""
    silent = dict.fromkeys(
        [
            "application",
            "application_fee_amount",
            "canceled_at",
            "cancellation_reason",
            "customer",
            "last_payment_error",
            "latest_charge",
            "next_action",
            "on_behalf_of",
            "payment_method",
            "processing",
            "review",
            "setup_future_usage",
            "shipping",
            "source",
            "statement_descriptor",
            "transfer_data",
            "transfer_group",
        ]
    )
    return silent | {
        "amount": amount,
        "amount_capturable": 0,
        "amount_details": {"tip": {}},
        "amount_received": 0,
        "automatic_payment_methods": asked.get("automatic_payment_methods"),
        "capture_method": asked.get("capture_method", "automatic_async"),
        "confirmation_method": "automatic",
        "currency": currency,
        "description": asked.get("description"),
        "metadata": asked.get("metadata", {}),
        "payment_method_options": asked.get("payment_method_options", {}),
        "payment_method_types": types,
        "receipt_email": asked.get("receipt_email"),
        "statement_descriptor_suffix": asked.get("statement_descriptor_suffix"),
        "status": "requires_payment_method",
    }


def session(amount: int, currency: str, types: list[str], asked: Facts) -> Facts:
    """Of a Checkout session that is open. The intent comes when the payer pays."""
    silent = dict.fromkeys(
        ["client_secret", "customer", "customer_details", "payment_intent", "submit_type", "recovered_from"]
    )
    told = {name: asked.get(name) for name in ("cancel_url", "client_reference_id", "customer_email", "locale")}
    return {**silent, **told} | {
        "amount_subtotal": amount,
        "amount_total": amount,
        "automatic_tax": {"enabled": False, "liability": None, "status": None},
        "currency": currency,
        "metadata": asked.get("metadata", {}),
        "mode": "payment",
        "payment_method_collection": "if_required",
        "payment_method_options": asked.get("payment_method_options", {}),
        "payment_method_types": types,
        "payment_status": "unpaid",
        "status": "open",
        "success_url": asked["success_url"],
        "total_details": {"amount_discount": 0, "amount_shipping": 0, "amount_tax": 0},
    }


def charge(intent_: Facts, method: str, *, is_paid: bool) -> Facts:
    """Of a charge that the bank took or declined."""
    outcome = {"type": "authorized", "network_status": "approved_by_network", "seller_message": "Payment complete."}
    refusal = {"type": "issuer_declined", "network_status": "declined_by_network", "reason": "generic_decline"}
    return {
        "amount": intent_["amount"],
        "amount_captured": intent_["amount"] if is_paid else 0,
        "amount_refunded": 0,
        "balance_transaction": None,
        "captured": is_paid,
        "currency": intent_["currency"],
        "customer": None,
        "description": intent_["description"],
        "dispute": None,
        "disputed": False,
        "failure_code": None if is_paid else "card_declined",
        "failure_message": None if is_paid else "Your card was declined.",
        "metadata": intent_["metadata"],
        "outcome": outcome if is_paid else refusal,
        "paid": is_paid,
        "payment_intent": intent_["id"],
        "payment_method": f"pm_{secrets.token_hex(12)}",
        "payment_method_details": {"type": method, method: _details(method)},
        "receipt_email": intent_["receipt_email"],
        "refunded": False,
        "status": "succeeded" if is_paid else "failed",
    }


def _details(method: str) -> Facts:
    if method == CARD:
        return {
            "brand": "unionpay",
            "country": "CN",
            "exp_month": 12,
            "exp_year": 2034,
            "funding": "credit",
            "last4": "0005",
        }
    name = "buyer_id" if method == ALIPAY else "location"
    return {name: None, "transaction_id": secrets.token_hex(14)}


def transaction(amount: int, fee: int, currency: str, kind: str, source: str, now: int) -> Facts:
    """Of a line of the balance: ``amount`` less ``fee`` is its ``net``, all in the currency's smallest unit."""
    details = {
        "amount": fee,
        "application": None,
        "currency": currency,
        "description": "Stripe processing fees",
        "type": "stripe_fee",
    }
    categories = {"payment": "charge", "payment_refund": "refund", "payment_failure_refund": "refund_failure"}
    return {
        "amount": amount,
        "available_on": now + (WEEK if amount > 0 else 0),
        "balance_type": "payments",
        "currency": currency,
        "description": None,
        "exchange_rate": None,
        "fee": fee,
        "fee_details": [details] if fee else [],
        "net": amount - fee,
        "reporting_category": "dispute" if kind == "adjustment" else categories.get(kind, kind),
        "source": source,
        "type": kind,
    }


def refund(charge_: Facts, amount: int, asked: Facts) -> Facts:
    return {
        "amount": amount,
        "balance_transaction": None,
        "charge": charge_["id"],
        "currency": charge_["currency"],
        "destination_details": {"type": charge_["payment_method_details"]["type"]},
        "metadata": asked.get("metadata", {}),
        "payment_intent": charge_["payment_intent"],
        "reason": asked.get("reason"),
        "receipt_number": None,
        "source_transfer_reversal": None,
        "transfer_reversal": None,
    }


def dispute(charge_: Facts, reason: str, due: int) -> Facts:
    return {
        "amount": charge_["amount"],
        "balance_transactions": [],
        "charge": charge_["id"],
        "currency": charge_["currency"],
        "evidence": {},
        "evidence_details": {"due_by": due, "has_evidence": False, "past_due": False, "submission_count": 0},
        "is_charge_refundable": False,
        "metadata": {},
        "payment_intent": charge_["payment_intent"],
        "reason": reason,
        "status": "needs_response",
    }
