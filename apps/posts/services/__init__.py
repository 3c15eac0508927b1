from apps.posts.services.competence import HOTLINE, Match, MatchedBy, competent, matches
from apps.posts.services.hours import Opening, opening
from apps.posts.services.prices import Line, Price, price
from apps.posts.services.replay import Replay, replay
from apps.posts.services.seeding import seed
from apps.posts.services.tariffs import approve, propose, propose_end, withdraw
from apps.posts.services.terms import Terms, calendar_of, terms_of
from apps.posts.services.waivers import approve_waiver, request_waiver, withdraw_waiver
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
    "Replay",
    "Terms",
    "add_working_days",
    "approve",
    "approve_waiver",
    "calendar_of",
    "closures_between",
    "competent",
    "expected_on",
    "is_working_day",
    "matches",
    "opening",
    "price",
    "propose",
    "propose_end",
    "replay",
    "request_waiver",
    "seed",
    "target_days",
    "terms_of",
    "withdraw",
    "withdraw_waiver",
]
