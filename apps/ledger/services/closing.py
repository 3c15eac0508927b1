import logging
from datetime import date, datetime, timedelta

from django.db import OperationalError, connection, transaction

from apps.ledger.models import Account
from apps.posts.models import Post

log = logging.getLogger(__name__)
PATIENCE = "1s"
"""Whoever posts waits behind who waits to close; so the one who closes gives up soon, and comes again."""


def close(*, at: datetime) -> int:
    """Close, for every post and currency, the days that are over there; answers how many balances were kept.

    Where somebody is posting for longer than ``PATIENCE``, the days stay open until the next time.
    """
    books = Account.objects.order_by("post", "currency").values_list("post", "currency").distinct()
    posts = Post.objects.in_bulk()
    return sum(_close(posts[post], currency, posts[post].today(at) - timedelta(days=1)) for post, currency in books)


def _close(post: Post, currency: str, until: date) -> int:
    try:
        with transaction.atomic(), connection.cursor() as cursor:
            cursor.execute("SELECT set_config('lock_timeout', %s, true)", [PATIENCE])
            cursor.execute("SELECT ledger_close(%s, %s, %s)", [post.pk, currency, until])
            (kept,) = cursor.fetchone()
    except OperationalError:
        log.warning("ledger_day_not_closed", extra={"post": post.pk, "currency": currency, "until": str(until)})
        return 0
    return int(kept)
