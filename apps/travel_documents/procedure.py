"""Plugs emergency travel documents into the cases."""

from typing import Any

from django.utils.translation import gettext_lazy as _

from apps.cases.procedure import Procedure, Row, procedures
from apps.posts.models import Delivery, Urgency
from apps.travel_documents.materials import materials
from apps.travel_documents.problems import problems
from apps.travel_documents.reasons import CONCERNS, DEFICIENCIES, GROUNDS, RETURNS, TRANSFERS
from apps.travel_documents.workflow import WORKFLOW

KIND = "travel_document"


def components(case: Any) -> list[str]:
    wanted = ["base"] if case.urgency == Urgency.NORMAL else ["base", case.urgency]
    return [*wanted, "postage"] if case.delivery == Delivery.SHIP else wanted


def rows(case: Any) -> list[Row]:
    asked = case.travel_document
    return [
        Row(_("Stay"), asked.get_stay_display()),
        Row(_("What happened"), asked.get_reason_display()),
        Row(_("Destination in China"), asked.destination),
        Row(_("Transit"), ", ".join(asked.transit)),
        Row(_("Travels on"), asked.travel_on.isoformat() if asked.travel_on else ""),
        Row(_("Arrived on"), asked.arrived_on.isoformat() if asked.arrived_on else ""),
        Row(_("Staying at"), asked.address),
        Row(_("Home address"), asked.home_address),
        Row(_("Employer"), asked.employer),
        Row(_("Phone"), asked.phone),
    ]


def former_passport(case: Any) -> str:
    report = case.travel_document.loss_report
    return report.passport_number if report else ""


procedures.add(
    KIND,
    Procedure(
        kind=KIND,
        label=_("Emergency travel document"),
        workflow=WORKFLOW,
        materials=materials,
        problems=problems,
        components=components,
        rows=rows,
        former_passport=former_passport,
        reasons={"deficiencies": DEFICIENCIES, "grounds": GROUNDS, "returns": RETURNS, "transfers": TRANSFERS},
        concerns=CONCERNS,
        messages={
            "submit": "application_submitted",
            "claim": "review_started",
            "ask": "materials_requested",
            "approve": "approved",
            "refuse": "refused",
            "return": "returned",
            "pay": "payment_received",
            "issue:ready_to_ship": "made",
            "issue": "ready_to_collect",
            "ship": "shipped",
            "receive": "delivered",
            "report_missing": "missing_noted",
            "lose": "lost_in_mail",
            "reissue": "reissued",
            "ask_issuer": "issuer_asked",
            "hear_issuer": "issuer_replied",
            "transfer": "transferred",
            "lapse": "lapsed",
            "hand_over": "collected",
            "withdraw": "withdrawn",
        },
    ),
)
