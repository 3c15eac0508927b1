"""Everything that still stands between a draft and its submission, each with a pointer into the application."""

from collections.abc import Iterator
from typing import Any

from django.utils.translation import gettext_lazy as _

from apps.accounts.ages import guardian_applies
from apps.accounts.services import guardians
from apps.cases.procedure import Material
from apps.cases.statuses import Status
from apps.documents.rendering import is_printable
from apps.documents.statuses import FileStatus
from apps.kernel.errors import Fault
from apps.posts.models import Delivery
from apps.posts.services import terms_of
from apps.travel_documents.materials import materials
from apps.travel_documents.routing import EMERGENCY, GONE, route

ANSWERS = {
    "stay": _("Say whether you are visiting or living here."),
    "reason": _("Say what happened to your passport."),
    "destination": _("Say which place in China you travel to."),
    "travel_on": _("Say when you plan to travel. A ticket is not needed."),
    "arrived_on": _("Say when you came to this country."),
    "address": _("Say where you are staying now."),
    "home_address": _("Say where you live in China."),
    "phone": _("Leave a number we can call."),
}


def problems(case: Any) -> list[Fault]:
    return [
        *_answers(case),
        *_printing(case),
        *_routing(case),
        *_delivery(case),
        *_guardian(case),
        *_loss(case),
        *_papers(case),
    ]


def _answers(case: Any) -> Iterator[Fault]:
    for name, sentence in ANSWERS.items():
        if not getattr(case.travel_document, name):
            yield Fault(f"/{name}", "required", sentence)
    if not case.travel_document.declares_nationality:
        sentence = _("Declare that you are a Chinese national and hold no other nationality.")
        yield Fault("/declares_nationality", "required", sentence)


def _printing(case: Any) -> Iterator[Fault]:
    """What is printed must have a glyph: better said now than when the document is made."""
    sentence = _("This has a character that cannot be printed on the document.")
    printed = {"/destination": case.travel_document.destination, "/citizen": case.holder.name}
    printed["/citizen/place_of_birth"] = case.holder.place_of_birth
    for pointer, text in printed.items():
        if not is_printable(text):
            yield Fault(pointer, "unprintable", sentence)


def _routing(case: Any) -> Iterator[Fault]:
    asked = case.travel_document
    if not (asked.stay and asked.reason):
        return
    found = route(
        stay=asked.stay, reason=asked.reason, urgent=asked.urgent, nationality_conflict=asked.nationality_conflict
    )
    if found.service != EMERGENCY:
        yield Fault("", "other_service", found.advice)
        return
    if case.status == Status.DRAFT:
        yield from _offer(case)


def _offer(case: Any) -> Iterator[Fault]:
    """Only for a new application: what a post stops offering, it still finishes."""
    offered = terms_of(post=case.post).services.get(EMERGENCY)
    if offered is None or not (offered.is_open and case.post.is_open):
        yield Fault("/post", "service_not_offered", _("This post does not offer this service. Choose another."))
    elif case.urgency not in offered.targets:
        yield Fault("/urgency", "urgency_not_offered", _("This post does not work that fast. Choose another speed."))


def _delivery(case: Any) -> Iterator[Fault]:
    if case.delivery != Delivery.SHIP or case.status != Status.DRAFT:
        return
    offered = terms_of(post=case.post).services.get(EMERGENCY)
    if offered is None or not offered.ships:
        yield Fault("/delivery", "not_shipped", _("This post sends nothing by mail. Collect the document there."))
    elif not case.ship_to.strip():
        yield Fault("/ship_to", "required", _("Say where the document is to be sent."))


def _guardian(case: Any) -> Iterator[Fault]:
    """R6: under 16 a guardian applies, and agrees to what is needed first.

    Of whoever is older nothing is asked about who began the application: that account's right may be over, and there
    can be no second application meanwhile (R3). Who acts now is asked by ``Case.objects.of``.
    """
    on = case.created_at.date()
    is_young = guardian_applies(born_on=case.citizen.born_on, on=on)
    if is_young and not guardians.is_guardian(user=case.applicant, citizen=case.citizen):
        yield Fault("/citizen", "guardian_required", _("For somebody under 16 a parent or guardian has to apply."))
    for purpose in guardians.missing_consents(citizen=case.citizen, on=on):
        yield Fault(f"/consents/{purpose}", "consent_required", _("Read the guardian's consent and agree to it first."))


def _loss(case: Any) -> Iterator[Fault]:
    asked = case.travel_document
    if asked.reason in GONE and asked.loss_report_id is None:
        yield Fault("/loss_report", "required", _("Report the loss of the passport first; it takes two minutes."))


def _papers(case: Any) -> Iterator[Fault]:
    for wanted in materials(case):
        files = [paper.file for paper in case.papers if paper.material == wanted.code]
        yield from _paper(wanted, files)


def _paper(wanted: Material, files: list[Any]) -> Iterator[Fault]:
    pointer = f"/materials/{wanted.code}"
    if any(file.status == FileStatus.REJECTED for file in files):
        yield Fault(pointer, "file_rejected", _("A file could not be used. Remove it and send another."))
    elif any(file.status != FileStatus.CLEAN for file in files):
        yield Fault(pointer, "file_being_checked", _("A file is still being checked. Try again in a moment."))
    elif wanted.required and not files:
        yield Fault(pointer, "required", wanted.label)
