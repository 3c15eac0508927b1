"""What the page of one tariff line says, in words."""

from datetime import datetime

from django.utils.translation import get_language
from django.utils.translation import gettext as _

from apps.posts import services
from apps.posts.models import Tariff
from apps.posts.money import format_money


def money(amount_minor: int | None, line: Tariff) -> str:
    return _("no price") if amount_minor is None else format_money(amount_minor, line.currency, language())


def language() -> str:
    return get_language() or "zh-hans"


def state(line: Tariff, *, at: datetime) -> str:
    if line.is_proposal:
        return _("Waiting for approval")
    if line.end_is_proposed:
        return _("Its end waits for approval")
    if line.active_to == line.active_from:
        return _("Called off")
    today = line.post.today(at)
    if line.is_over(today):
        return _("Over")
    return _("In force") if line.has_begun(today) else _("To come")


def rows(line: Tariff) -> list[tuple[str, str]]:
    said = [
        (_("Post"), line.post.name),
        (_("Service"), line.get_service_display()),
        (_("Component"), line.get_component_display()),
        (_("For whom"), line.get_applicant_class_display()),
        (_("Amount"), money(line.amount_minor, line)),
        (_("In force from"), line.active_from.isoformat()),
        (_("In force until before"), line.active_to.isoformat() if line.active_to else ""),
        (_("Legal basis"), line.legal_basis),
        (_("Proposed by"), str(line.proposed_by or _("The release"))),
        (_("Approved by"), "" if line.is_proposal else str(line.approved_by or _("The release"))),
        (_("Proposed end"), line.end_on.isoformat() if line.end_on else ""),
        (_("End proposed by"), str(line.end_proposed_by or "")),
        (_("End approved by"), str(line.end_approved_by or "")),
    ]
    return [(str(label), str(value)) for label, value in said if value]


def replaced(line: Tariff) -> list[dict[str, str]]:
    """What a proposal would end, and by how much it differs."""
    rivals = Tariff.objects.rivals(line) if line.is_proposal else Tariff.objects.none()
    return [
        {
            "since": rival.active_from.isoformat(),
            "amount": money(rival.amount_minor, rival),
            "difference": more(line.amount_minor - rival.amount_minor, line),
        }
        for rival in rivals.select_related("post")
    ]


def played(one: services.Replay, line: Tariff) -> dict[str, str]:
    return {
        "who": str(one.applicant_class.label),
        "wish": " + ".join(str(component.label) for component in one.components),
        "before": money(one.before_minor, line),
        "after": money(one.after_minor, line),
        "difference": "" if one.difference_minor is None else more(one.difference_minor, line),
    }


def more(amount_minor: int, line: Tariff) -> str:
    """With its sign: a difference is not an amount."""
    return ("+" if amount_minor > 0 else "") + money(amount_minor, line)
