"""Contracts with payment companies: proposed by one person, good once another approved, ended by either of them."""

from datetime import datetime

from django.db import IntegrityError, transaction
from django.utils.translation import gettext_lazy as _

from apps.accounts.models import User
from apps.audit.services import record
from apps.kernel.errors import Conflict, Forbidden, Invalid, violated
from apps.kernel.workflow import SYSTEM, Actor, By
from apps.payments.models import Merchant
from apps.payments.providers.base import providers

PROPOSE, APPROVE = "payments.add_merchant", "payments.approve_merchant"


@transaction.atomic
def propose_merchant(*, merchant: Merchant, officer: User, at: datetime) -> Merchant:
    """Write down a contract, which takes nothing yet. Raises ``Forbidden`` and ``Invalid`` (``unknown_provider``)."""
    _check_right(officer, PROPOSE)
    _check_company(merchant)
    merchant.proposed_by, merchant.approved_by, merchant.approved_at = officer, None, None
    merchant.save(force_insert=True)
    _record("merchant_proposed", merchant, Actor(By.OFFICER, officer), at)
    return merchant


@transaction.atomic
def approve_merchant(*, merchant: Merchant, officer: User, at: datetime) -> Merchant:
    """From its first day on, payments go there.

    Raises ``Forbidden`` for one's own, ``Conflict`` (``nothing_waits``, ``another_merchant``) where one of the same
    company takes the same money at the same time.
    """
    _check_right(officer, APPROVE)
    merchant = Merchant.objects.select_for_update().get(pk=merchant.pk)
    if merchant.approved_at:
        raise Conflict(_("This merchant is approved already."), code="nothing_waits")
    if merchant.proposed_by_id == officer.pk:
        raise Forbidden(_("Somebody else has to approve what you proposed."))
    merchant.approved_by, merchant.approved_at = officer, at
    _save_approved(merchant)
    _record("merchant_approved", merchant, Actor(By.OFFICER, officer), at)
    return merchant


@transaction.atomic
def end_merchant(*, merchant: Merchant, officer: User, at: datetime) -> Merchant:
    """Nothing new is paid there from now on; what was begun goes on, and refunds do. Raises ``Forbidden``."""
    _check_right(officer, APPROVE)
    merchant = Merchant.objects.select_for_update().get(pk=merchant.pk)
    merchant.active_to = max(at, merchant.active_from)
    merchant.save(update_fields=["active_to"])
    _record("merchant_ended", merchant, Actor(By.OFFICER, officer), at)
    return merchant


@transaction.atomic
def install_merchant(*, merchant: Merchant, at: datetime) -> Merchant:
    """By the operator's command, which needs no second person. One that is there already stays as it is.

    Raises ``Invalid`` (``unknown_provider``) and ``Conflict`` (``another_merchant``).
    """
    there = Merchant.objects.filter(code=merchant.code).first()
    if there:
        return there
    _check_company(merchant)
    merchant.approved_at = at
    _save_approved(merchant)
    _record("merchant_installed", merchant, SYSTEM, at)
    return merchant


def _save_approved(merchant: Merchant) -> None:
    try:
        with transaction.atomic():
            merchant.save()
    except IntegrityError as error:
        if violated(error) != "one_merchant_of_a_company_per_post_currency_and_time":
            raise
        detail = _("Another merchant of this company takes the same money at the same time.")
        raise Conflict(detail, code="another_merchant") from error


def _check_company(merchant: Merchant) -> None:
    if merchant.provider not in providers:
        raise Invalid(_("This payment company is not known here."), code="unknown_provider")


def _check_right(officer: User, right: str) -> None:
    if not officer.has_perm(right):
        raise Forbidden


def _record(action: str, merchant: Merchant, actor: Actor, at: datetime) -> None:
    record(actor=actor, action=action, subject=f"merchant:{merchant.code}", at=at, provider=merchant.provider)
