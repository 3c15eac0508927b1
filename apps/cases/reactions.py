"""What a case does about what happened to it or around it."""

from collections.abc import Sequence
from uuid import UUID

from django.utils.timezone import now

from apps.accounts.events import MandateAccepted, MandateRevoked
from apps.accounts.models import Citizen
from apps.cases import services
from apps.cases.events import CaseMoved
from apps.cases.models import Attachment, Case, Step
from apps.cases.services import certificate
from apps.cases.statuses import FINAL, MADE, Status
from apps.documents import services as documents
from apps.documents.events import DocumentIssued, DocumentVoided, FileCleaned, FileReceived
from apps.documents.models import Issue
from apps.kernel.errors import IllegalMove
from apps.kernel.workflow import SYSTEM
from apps.losses.events import IssuerNotified, PassportFound, PassportFrozen, VoidDeclared
from apps.outbox.events import Job, effect, on, on_many
from apps.payments import services as payments
from apps.payments.events import PaymentSettled
from apps.payments.models import Payment
from apps.posts.events import FeeWaived

ENDED_WITHOUT = {Status.WITHDRAWN, Status.REFUSED, Status.RETURNED, Status.LAPSED}
"""Ends in which nobody got a document."""


@on_many(CaseMoved)
def tell_the_applicant(moved: Sequence[CaseMoved]) -> None:
    around = ("case__post", "case__applicant", "case__citizen")
    steps = Step.objects.select_related(*around).in_bulk([event.step for event in moved])
    for event in moved:
        step = steps[event.step]
        case, messages = step.case, step.case.procedure.messages
        template = messages.get(f"{event.move}:{event.target}") or messages.get(event.move)
        if template is not None:
            services.tell_about(case=case, step=step, template=template, dedupe=f"{case.payable}:{step.pk}", at=now())


@effect(
    CaseMoved,
    when=lambda event: event.target == Status.SUBMITTED and event.move in {"submit", "pay"},
    queue="documents",
)
def certify_that_it_is_in_progress(event: CaseMoved, job: Job) -> None:
    certificate.certify(case=event.case, job=job, at=now())


@on(CaseMoved, when=lambda event: event.target in FINAL)
def end_the_certificate_of_progress(event: CaseMoved) -> None:
    documents.void_subject(subject=f"progress:{event.case}", actor=SYSTEM, at=now())


@on(VoidDeclared)
def start_the_clock_when_the_issuer_has_answered(event: VoidDeclared) -> None:
    """R22: the clock stood still for the issuing authority."""
    for case in Case.objects.filter(citizen_id=event.citizen, status=Status.ISSUER_VERIFICATION):
        services.move(case=case, name="hear_issuer", actor=SYSTEM, at=now())


@on(CaseMoved, when=lambda event: event.target in {Status.PAYMENT_DUE, *MADE})
def ask_for_nothing_where_nothing_is_owed(event: CaseMoved) -> None:
    """Showing the price is what settles a free service; one that waits for a payment then goes on by itself."""
    case = Case.objects.select_for_update().get(pk=event.case)
    if case.status == event.target:
        _go_on_where_nothing_is_owed(case)


@on(FeeWaived, when=lambda event: event.payable.startswith("case:"))
def ask_no_more_for_what_was_waived(event: FeeWaived) -> None:
    """Money that comes all the same is owed back (``carry_on_after_payment``)."""
    case = Case.objects.select_for_update().filter(pk=event.payable.removeprefix("case:")).first()
    if case:
        _go_on_where_nothing_is_owed(case)


def _go_on_where_nothing_is_owed(case: Case) -> None:
    """A payment for an earlier price that is under way is given up."""
    at = now()
    if services.is_fee_due(case) and not services.quote(case=case, at=at).needs_payment:
        payments.abandon(payable=case.payable, at=at)
        services.move(case=case, name="pay", actor=SYSTEM, at=at)


@on(CaseMoved, when=lambda event: event.target in ENDED_WITHOUT)
def settle_the_money_of_a_case_that_ends(event: CaseMoved) -> None:
    """Nothing more is asked for, and what was paid for no document is owed back."""
    case, at = Case.objects.get(pk=event.case), now()
    payments.abandon(payable=case.payable, at=at)
    for payment in Payment.objects.paying(case.payable):
        payments.mark_unusable(payment=payment, at=at)


@on(PaymentSettled, when=lambda event: event.payable.startswith("case:"))
def carry_on_after_payment(event: PaymentSettled) -> None:
    """Money for a case that can no longer use it is owed back, not kept."""
    case = Case.objects.get(pk=event.payable.removeprefix("case:"))
    at = now()
    try:
        services.move(case=case, name="pay", actor=SYSTEM, at=at)
    except IllegalMove:
        payments.mark_unusable(payment=Payment.objects.get(pk=event.payment), at=at)


@on(FileReceived)
def show_the_paper_that_is_being_checked(event: FileReceived) -> None:
    _raise_versions(event.file)


@on(FileCleaned)
def show_the_checked_paper(event: FileCleaned) -> None:
    _raise_versions(event.file)


@on(PassportFrozen)
def show_the_report(event: PassportFrozen) -> None:
    _show(event.citizen, "passport_frozen", f"loss_report:{event.report}")


@on(VoidDeclared)
def show_that_the_passport_is_void(event: VoidDeclared) -> None:
    _show(event.citizen, "passport_void", f"loss_report:{event.report}")


@on(IssuerNotified)
def show_that_the_issuer_was_asked(event: IssuerNotified) -> None:
    _show(event.citizen, "issuer_notified", f"loss_report:{event.report}")


@on(PassportFound)
def show_that_the_passport_was_found(event: PassportFound) -> None:
    _show(event.citizen, "passport_found", f"loss_report:{event.report}")


@on(DocumentIssued)
def show_the_document(event: DocumentIssued) -> None:
    """The loss certificate is a document, and a field of its report."""
    issue = Issue.objects.get(pk=event.issue)
    _show(issue.citizen_id, "document_issued", f"document:{issue.pk}")
    if event.subject.startswith("loss_report:"):
        _show(issue.citizen_id, "passport_certified", event.subject)


@on(DocumentVoided)
def show_that_the_document_is_void(event: DocumentVoided) -> None:
    issue = Issue.objects.get(pk=event.issue)
    _show(issue.citizen_id, "document_void", f"document:{issue.pk}")


@on(MandateAccepted)
def show_the_helper(event: MandateAccepted) -> None:
    _show(event.citizen, "right_accepted", f"citizen:{event.citizen}")


@on(MandateRevoked)
def show_that_a_right_is_over(event: MandateRevoked) -> None:
    """Whoever has lost it reads nothing of the citizen any more, this included; a message tells them."""
    _show(event.citizen, "right_revoked", f"citizen:{event.citizen}")


def _show(citizen: UUID | str, kind: str, subject: str) -> None:
    services.note_change(citizen=Citizen.objects.get(pk=citizen), kind=kind, subject=subject, at=now())


def _raise_versions(file: str) -> None:
    """The case changed for whoever looks at it."""
    for attachment in Attachment.objects.filter(file_id=file):
        case = Case.objects.select_for_update(of=("self",)).select_related("citizen").get(pk=attachment.case_id)
        case.save(update_fields=[])
        services.note_change(citizen=case.citizen, kind="paper_checked", subject=case.payable, at=now())
