from apps.posts.services.competence import HOTLINE, Match, MatchedBy, competent, matches
from apps.posts.services.hours import Opening, opening
from apps.posts.services.prices import Line, Price, price
from apps.posts.services.seeding import seed
from apps.posts.services.terms import Terms, calendar_of, terms_of
from apps.posts.services.workdays import (
    add_working_days,
    closures_between,
    expected_on,
    is_working_day,
    target_days,
)

__all__ = [
    "HOTLINE",
    "Line",
    "Match",
    "MatchedBy",
    "Opening",
    "Price",
    "Terms",
    "add_working_days",
    "calendar_of",
    "closures_between",
    "competent",
    "expected_on",
    "is_working_day",
    "matches",
    "opening",
    "price",
    "seed",
    "target_days",
    "terms_of",
]
