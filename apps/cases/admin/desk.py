"""Which cases an officer has on the desk, and in which order."""

from datetime import datetime

from django.db.models import TextChoices
from django.utils.translation import gettext_lazy as _

from apps.accounts.models import User
from apps.cases.models import ALPHABET, Case, CaseQuerySet
from apps.cases.statuses import LIVE, QUEUED, YOURS, Receipt, Status
from apps.posts.models import Post

MANY = 99
"""Above this, a badge says "more than" instead of counting."""

NUMBER_LENGTH = 12


class Tab(TextChoices):
    WAITING = "waiting", _("Waiting for review")
    SECOND = "second", _("Waiting for a second officer")
    MINE = "mine", _("Mine")
    MISSING = "missing", _("Has not come by mail")
    CITIZEN = "citizen", _("Waiting for the citizen")
    ALL = "all", _("All")


def in_sight(user: User) -> CaseQuerySet:
    """What was submitted to the officer's own post; to every post for a superuser.

    The post is also named outright: only then does its index give the order as well, at any number of cases.
    """
    if user.is_superuser:
        return Case.objects.exclude(submitted_at=None)
    posts = list(Post.objects.of_officer(user).values_list("pk", flat=True))
    return Case.objects.handled_by(user).filter(post__in=posts)


def on(tab: str, cases: CaseQuerySet, user: User) -> CaseQuerySet:
    """Narrow to what a tab shows; the order stays."""
    if tab == Tab.MINE:
        return cases.filter(status__in=LIVE, officer=user)
    if tab == Tab.SECOND:
        return cases.filter(status=Status.FINAL_REVIEW)
    if tab == Tab.MISSING:
        return cases.filter(receipt=Receipt.MISSING)
    if tab == Tab.CITIZEN:
        return cases.filter(status__in=YOURS - {Status.DRAFT})
    return cases if tab == Tab.ALL else cases.filter(status__in=QUEUED)


def order(tab: str) -> list[str]:
    """Oldest due first; in the archive the newest."""
    return ["-submitted_at"] if tab == Tab.ALL else ["due_on", "submitted_at"]


def next_in_queue(user: User, *, at: datetime, after: Case | None = None) -> Case | None:
    """The case that is due first and that nobody else holds."""
    free = in_sight(user).queue().free(officer=user, at=at)
    return (free.exclude(pk=after.pk) if after else free).first()


def count(cases: CaseQuerySet) -> str:
    """How many, without ever counting a whole table: at most ``99+``."""
    found = cases.order_by()[: MANY + 1].count()
    return f"{MANY}+" if found > MANY else str(found)


def search(cases: CaseQuerySet, words: str) -> CaseQuerySet:
    """By the exact number, however it is typed; else by how a citizen's name or printed spelling begins.

    Closed cases are found by their number only: looking for a name among them would mean reading the whole history.
    """
    number = as_number(words)
    if number:
        return cases.filter(number=number)
    return cases.live().named(" ".join(words.replace("\0", " ").split()))


def as_number(words: str) -> str:
    """``abcd efgh jkmn`` → ``ABCD-EFGH-JKMN``; empty for what cannot be a number."""
    bare = "".join(words.replace("-", " ").split()).upper()
    if len(bare) != NUMBER_LENGTH or set(bare) - set(ALPHABET):
        return ""
    return "-".join(bare[start : start + 4] for start in range(0, NUMBER_LENGTH, 4))
