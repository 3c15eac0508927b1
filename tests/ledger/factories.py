"""An embassy that keeps books, and what is posted there."""

from collections.abc import Mapping
from datetime import UTC, datetime
from itertools import count
from typing import Any

from apps.ledger import services
from apps.ledger.models import Transaction
from apps.posts.models import Post
from tests.posts.factories import make_post

AT = datetime(2026, 3, 2, 12, tzinfo=UTC)
"""A Monday in Paris."""
CAPTURE = {"clearing:wechat:1230000109": 1600, "fee_income:base": -1600}

_turn = count(1)


def books(code: str = "PAR") -> Post:
    return Post.objects.filter(code=code).first() or make_post(code, weekdays=())


def post(entries: Mapping[str, int] = CAPTURE, **facts: Any) -> Transaction:
    """The capture of a fee, unless told otherwise; each of another source."""
    given = {"kind": "capture", "source": f"payment:{next(_turn)}", "currency": "EUR", "at": AT}
    return services.post(post=facts.pop("post", None) or books(), entries=entries, **given | facts)
