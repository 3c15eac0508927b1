"""What an officer can do with a report now, as forms straight from the workflow tables; and doing it."""

from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from django import forms
from django.http import QueryDict
from django.utils.translation import gettext_lazy as _

from apps.accounts.models import User
from apps.kernel.errors import DomainError, Forbidden, IllegalMove, Invalid, Stale
from apps.kernel.workflow import Actor, By, Move
from apps.losses import services
from apps.losses.models import IssuingAuthority, LossReport
from apps.losses.statuses import Sent
from apps.losses.timeline import found_of
from apps.losses.workflow import FOUND, HAND_IN, WORKFLOW

REPORT_FOUND = "report_found"


class Act(forms.Form):
    """What every act brings along: its name, and the version of the report that the officer was looking at."""

    version = forms.IntegerField(min_value=0, widget=forms.HiddenInput)


class Notify(Act):
    authority = forms.ModelChoiceField(IssuingAuthority.objects.all(), label=_("Issuing authority"))
    sent = forms.ChoiceField(choices=Sent.choices, label=_("How it was sent"))
    reference = forms.CharField(
        max_length=100,
        required=False,
        label=_("Reference of the dispatch"),
        help_text=_("Number of the letter or parcel. Leave it empty when we send an e-mail."),
    )


class Declare(Act):
    reference = forms.CharField(
        max_length=100, label=_("Reference of the answer"), help_text=_("As the authority's answer gives it.")
    )
    authority = forms.CharField(
        max_length=100, required=False, label=_("Declared void by"), help_text=_("If not the authority notified last.")
    )


class Found(Act):
    found_on = forms.DateField(
        required=False, label=_("Found on"), widget=forms.DateInput(attrs={"type": "date"}, format="%Y-%m-%d")
    )


FORMS: dict[str, type[Act]] = {"notify_issuer": Notify, "declare_void": Declare, REPORT_FOUND: Found, "hand_in": Act}


@dataclass(frozen=True, slots=True)
class Choice:
    """One act, the form to fill in, and whether it stands open because something in it is wrong."""

    name: str
    label: str
    form: Act
    is_open: bool


def choices(report: LossReport, *, actor: Actor, typed: QueryDict | None = None) -> list[Choice]:
    """The acts that are possible for this officer now, in the order of the tables."""
    wanted = typed.get("move") if typed else None
    return [
        Choice(name, str(label), _form(name, report, typed if name == wanted else None), name == wanted)
        for name, label in _open(report, actor)
    ]


def do(report: LossReport, *, typed: QueryDict, officer: User, at: datetime) -> None:
    """Raises ``DomainError`` for whatever is wrong with what was typed or with the moment."""
    name = typed.get("move", "")
    if name not in DOES:
        raise IllegalMove
    form = FORMS[name](typed)
    if not form.is_valid():
        raise Invalid
    if form.cleaned_data["version"] != report.version:
        raise Stale
    DOES[name](report, form.cleaned_data, officer, at)


def explain(error: DomainError) -> str:
    return " ".join([str(error.detail), *(str(fault.detail) for fault in error.faults)])


def _open(report: LossReport, actor: Actor) -> list[tuple[str, Any]]:
    found = found_of(report)
    rows: list[Move] = WORKFLOW.open_to(actor, status=report.status, subject=report)
    acts: list[tuple[str, Any]] = [(row.name, row.label) for row in rows]
    if found is None:
        return [*acts, (REPORT_FOUND, _("Note that it was found"))] if actor.user.has_perm(HAND_IN) else acts
    return acts + [(row.name, row.label) for row in FOUND.open_to(actor, status=found.status, subject=found)]


def _form(name: str, report: LossReport, typed: QueryDict | None) -> Act:
    """Each field has an id of its own on the page: two acts may ask for a reference."""
    initial = {"version": report.version, "authority": services.authority_of(report) if name == "notify_issuer" else ""}
    return FORMS[name](typed, initial=initial, auto_id=f"{name}-%s")


def _notify(report: LossReport, said: dict[str, Any], officer: User, at: datetime) -> None:
    services.notify_issuer(
        report=report,
        authority=said["authority"],
        sent=said["sent"],
        reference=said["reference"],
        officer=officer,
        at=at,
    )


def _declare(report: LossReport, said: dict[str, Any], officer: User, at: datetime) -> None:
    services.declare_void(
        report=report, reference=said["reference"], authority=said["authority"], officer=officer, at=at
    )


def _found(report: LossReport, said: dict[str, Any], officer: User, at: datetime) -> None:
    if not officer.has_perm(HAND_IN):
        raise Forbidden
    services.report_found(report=report, actor=Actor(By.OFFICER, officer), at=at, found_on=said["found_on"])


def _hand_in(report: LossReport, said: dict[str, Any], officer: User, at: datetime) -> None:
    found = found_of(report)
    if found is None:
        raise IllegalMove
    services.hand_in(found=found, officer=officer, at=at)


DOES: dict[str, Callable[[LossReport, dict[str, Any], User, datetime], None]] = {
    "notify_issuer": _notify,
    "declare_void": _declare,
    REPORT_FOUND: _found,
    "hand_in": _hand_in,
}
