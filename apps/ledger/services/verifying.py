"""Everything once more from the entries: what the database should have refused, and what somebody may have undone."""

from functools import reduce
from operator import or_

from django.db import connection
from django.db.models import Q

from apps.ledger.chart import Kind, pattern
from apps.ledger.models import Account
from apps.posts.models import Post

GUARDS = {
    "ledger_account": ("never_changes", "is_never_emptied"),
    "ledger_transaction": ("never_changes", "is_never_emptied", "opens", "balances"),
    "ledger_entry": ("never_changes", "is_never_emptied", "seals", "balances"),
    "ledger_balance": ("never_changes", "is_never_emptied"),
    "ledger_closing": ("never_changes", "is_never_emptied"),
}
"""Triggers without which the database would take anything."""

_GUARDED = "SELECT tgname FROM pg_trigger WHERE tgrelid = %s::regclass AND tgenabled IN ('O', 'A')"

CHECKS = {
    "transaction {} has fewer than two entries, or its entries are not zero in sum": """
        SELECT made.id FROM ledger_transaction AS made LEFT JOIN ledger_entry AS entry ON entry.transaction_id = made.id
        WHERE %(post)s IN ('', made.post_id) GROUP BY made.id
        HAVING count(entry.id) < 2 OR sum(entry.amount_minor) <> 0 ORDER BY made.id LIMIT 1
    """,
    "entry {} is of another post, currency or day than its transaction or its account": """
        SELECT entry.id FROM ledger_entry AS entry
        LEFT JOIN ledger_transaction AS made ON made.id = entry.transaction_id
        LEFT JOIN ledger_account AS account ON account.id = entry.account_id
        WHERE %(post)s IN ('', entry.post_id)
        AND ((made.post_id, made.currency, made.booked_on, account.post_id, account.currency) IS DISTINCT FROM
            (entry.post_id, entry.currency, entry.booked_on, entry.post_id, entry.currency))
        ORDER BY entry.id LIMIT 1
    """,
    "transaction {} does not undo what it reverses": """
        SELECT undoing.id FROM ledger_transaction AS undoing
        JOIN ledger_entry AS entry ON entry.transaction_id IN (undoing.id, undoing.reverses_id)
        WHERE undoing.reverses_id IS NOT NULL AND %(post)s IN ('', undoing.post_id)
        GROUP BY undoing.id, entry.account_id HAVING sum(entry.amount_minor) <> 0 ORDER BY undoing.id LIMIT 1
    """,
    "balance {} is not what its account had at the end of that day": """
        SELECT kept.id FROM ledger_balance AS kept JOIN ledger_account AS account ON account.id = kept.account_id
        LEFT JOIN (
            SELECT account_id, booked_on,
                sum(sum(amount_minor)) OVER (PARTITION BY account_id ORDER BY booked_on) AS minor
            FROM ledger_entry GROUP BY account_id, booked_on
        ) AS day ON day.account_id = kept.account_id AND day.booked_on = kept.day
        WHERE %(post)s IN ('', account.post_id) AND day.minor IS DISTINCT FROM kept.amount_minor
        ORDER BY kept.id LIMIT 1
    """,
    "entry {} is booked on a closed day of which no balance was kept": """
        SELECT entry.id FROM ledger_entry AS entry WHERE %(post)s IN ('', entry.post_id)
        AND EXISTS (SELECT FROM ledger_closing AS closed WHERE closed.post_id = entry.post_id
            AND closed.currency = entry.currency AND closed.day >= entry.booked_on)
        AND NOT EXISTS (SELECT FROM ledger_balance AS kept WHERE kept.account_id = entry.account_id
            AND kept.day = entry.booked_on)
        ORDER BY entry.id LIMIT 1
    """,
}
"""A sentence for the first row that is wrong, by its id, and how it is found; the post is empty for all of them."""


def verify(*, post: Post | None = None) -> list[str]:
    """What is wrong with the books of a post, or with all of them: a sentence for the first row of each kind.

    Reads everything. Guards that are away are named as well.
    """
    found = [*_guards(), *_codes(post)]
    with connection.cursor() as cursor:
        for says, sql in CHECKS.items():
            cursor.execute(sql, {"post": post.pk if post else ""})
            found += [says.format(row) for (row,) in cursor.fetchall()]
    return found


def _guards() -> list[str]:
    missing = []
    with connection.cursor() as cursor:
        for table, names in GUARDS.items():
            cursor.execute(_GUARDED, [table])
            there = {name for (name,) in cursor.fetchall()}
            missing += [f"{table} is without its guard {name}" for name in names if name not in there]
    return missing


def _codes(post: Post | None) -> list[str]:
    known = reduce(or_, (Q(kind=kind, code__regex=pattern(kind)) for kind in Kind))
    books = Account.objects.filter(post=post) if post else Account.objects.all()
    wrong = books.exclude(known).order_by("pk").first()
    return [f"account {wrong.pk} is not of the kind its code says"] if wrong else []
