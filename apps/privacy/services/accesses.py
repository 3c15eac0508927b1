"""Who did what with somebody's data, as far as they may know: colleagues of a post have no names here."""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _

from apps.accounts.models import Relation, User
from apps.audit.models import Entry
from apps.kernel.workflow import By
from apps.posts.models import Officer, Post
from apps.privacy.statuses import Role

LABELS: dict[str, str | Promise] = {
    "file_read": _("Opened a paper or photo"),
    "document_read": _("Opened an issued document"),
    "export_read": _("Downloaded a copy of your data"),
    "export_requested": _("Asked for a copy of your data"),
    "erasure_requested": _("Asked to erase your data"),
    "citizen_erased": _("Erased your data"),
    "case_viewed": _("Opened an application"),
    "case_opened": _("Started an application"),
    "citizen_viewed": _("Opened your particulars"),
    "citizen_added": _("Entered your particulars"),
    "citizen_changed": _("Changed your particulars"),
    "passport_frozen": _("Reported a passport lost"),
    "loss_report_viewed": _("Opened your report of a lost passport"),
    "issuer_notice_read": _("Opened the notice to the issuing authority"),
    "issuer_notified": _("Told the issuing authority of the loss"),
    "void_declared": _("Entered that the passport was declared void"),
    "passport_found": _("Reported that the passport was found"),
    "passport_handed_in": _("Took in the found passport"),
    "paper_attached": _("Added a paper to an application"),
    "paper_detached": _("Took a paper away from an application"),
    "document_voided": _("Declared an issued document void"),
    "consent_given": _("Gave an agreement"),
    "consent_withdrawn": _("Took back an agreement"),
    "mandate_granted": _("Let somebody help you"),
    "mandate_accepted": _("Accepted to help you"),
    "mandate_revoked": _("Took back somebody's right to help you"),
    "mandate_code_made": _("Made a code for a helper"),
}
MOVED: str | Promise = _("Took a step in an application")
OTHER: str | Promise = _("Did something with your data")


@dataclass(frozen=True, slots=True)
class Access:
    """``post`` is where an officer works today."""

    at: datetime
    action: str
    subject: str
    label: str
    role: Role
    post: Post | None

    @property
    def role_label(self) -> str:
        return str(self.role.label)


def accesses(*, entries: Iterable[Entry], citizen: UUID, reader: User) -> list[Access]:
    """The same entries, in order, for the eyes of whose file it is. Two questions to the database, however many."""
    found = list(entries)
    officers = Officer.objects.select_related("post").filter(user__in=_ids(found, By.OFFICER))
    posts = {str(officer.user_id): officer.post for officer in officers}
    family = {str(user) for user in Relation.objects.filter(citizen=citizen).values_list("user", flat=True)}
    return [_shown(entry, posts, family, str(reader.pk)) for entry in found]


def _shown(entry: Entry, posts: dict[str, Post], family: set[str], reader: str) -> Access:
    kind, _colon, who = entry.actor.partition(":")
    post = posts.get(who) if kind == By.OFFICER else None
    return Access(entry.at, entry.action, entry.subject, _label(entry.action), _role(kind, who, family, reader), post)


def _role(kind: str, who: str, family: set[str], reader: str) -> Role:
    if kind == By.OFFICER:
        return Role.OFFICER
    if kind != By.APPLICANT:
        return Role.SYSTEM
    if who == reader:
        return Role.YOU
    return Role.FAMILY if who in family else Role.HELPER


def _label(action: str) -> str:
    return str(LABELS.get(action) or (MOVED if action.startswith("case_") else OTHER))


def _ids(entries: Iterable[Entry], kind: str) -> set[UUID]:
    return {UUID(entry.actor.partition(":")[2]) for entry in entries if entry.actor.startswith(f"{kind}:")}
