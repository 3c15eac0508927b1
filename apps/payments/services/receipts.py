from datetime import datetime

from django.db import connection

from apps.payments.models import Payment, Receipt, Refund
from apps.posts.models import Post

_NEXT = """
INSERT INTO payments_receiptseries (post_id, year, last) VALUES (%s, %s, 1)
ON CONFLICT (post_id, year) DO UPDATE SET last = payments_receiptseries.last + 1 RETURNING last
"""


def receipt_for(*, payment: Payment, at: datetime) -> Receipt:
    """The next number of the post, in the transaction that takes the money: what is rolled back leaves no gap."""
    return _issue(payment, None, payment.amount_minor, at)


def credit_note_for(*, refund: Refund, at: datetime) -> Receipt:
    return _issue(refund.payment, refund, refund.amount_minor, at)


def _issue(payment: Payment, refund: Refund | None, amount_minor: int, at: datetime) -> Receipt:
    post = payment.quote.post
    year = post.today(at).year
    return Receipt.objects.create(
        post=post,
        year=year,
        number=_next(post, year),
        payment=payment,
        refund=refund,
        amount_minor=amount_minor,
        currency=payment.currency,
        issued_at=at,
    )


def _next(post: Post, year: int) -> int:
    with connection.cursor() as cursor:
        cursor.execute(_NEXT, [post.pk, year])
        (number,) = cursor.fetchone()
    return int(number)
