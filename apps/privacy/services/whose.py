"""What belongs to a citizen, by the names other tables know it by."""

from uuid import UUID

from apps.accounts.models import Mandate, Relation, User
from apps.kernel.holdings import Whose, holdings


def whose_of(*, citizen: UUID) -> Whose:
    """As things stand now."""
    relations = list(Relation.objects.filter(citizen=citizen).order_by("pk").values_list("user", flat=True))
    helpers = Mandate.objects.filter(citizen=citizen).exclude(helper=None).values_list("helper", flat=True)
    leaving = [user for user in relations if not _acts_elsewhere(user, citizen)]
    return with_subjects(
        citizen=citizen, accounts=[*relations, *sorted(set(helpers) - set(relations))], leaving=leaving
    )


def with_subjects(*, citizen: UUID, accounts: list[UUID], leaving: list[UUID]) -> Whose:
    subjects = [name for holding in holdings.values() for name in holding.subjects(citizen)]
    return Whose(citizen, tuple(accounts), tuple(leaving), tuple(subjects))


def _acts_elsewhere(user: UUID, citizen: UUID) -> bool:
    """For somebody else, now; staff accounts are the post's."""
    others = Relation.objects.in_force().filter(user=user).exclude(citizen=citizen)
    entrusted = Mandate.objects.in_force().filter(helper=user).exclude(citizen=citizen)
    return others.exists() or entrusted.exists() or User.objects.filter(pk=user, is_staff=True).exists()
