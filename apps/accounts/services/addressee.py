"""Who hears of a citizen. One place, so that nobody is written to whose right is over (R2)."""

from django.db.models import Case, Value, When

from apps.accounts.models import Citizen, Relation, User

FIRST_THE_PERSON = Case(When(kind=Relation.Kind.SELF, then=Value(0)), default=Value(1))


def addressee(*, citizen: Citizen, first: User) -> User | None:
    """``first``, who applied or reported, while that account may still see the citizen; else the citizen's own
    account, or else a relative's. Nobody where nobody is left: then the citizen hears of it at the post.
    """
    if first.is_active and Citizen.objects.of(first).filter(pk=citizen.pk).exists():
        return first
    related = Relation.objects.in_force().filter(citizen=citizen, user__is_active=True)
    nearest = related.select_related("user").order_by(FIRST_THE_PERSON, "pk").first()
    return nearest.user if nearest else None
