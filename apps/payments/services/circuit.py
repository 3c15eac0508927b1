"""A company that does not answer is left alone for a while, per merchant, by everybody: the rest is in its row."""

import logging
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import datetime, timedelta

from django.db.models import F

from apps.kernel.errors import Unavailable
from apps.payments.models import Merchant

TOLERATED = 5
"""Silences in a row."""
SHORTEST, LONGEST = timedelta(seconds=15), timedelta(minutes=10)

log = logging.getLogger(__name__)


@contextmanager
def through(merchant: Merchant, *, at: datetime) -> Iterator[None]:
    """Around every call to a company; outside a transaction. Raises ``Unavailable`` (``resting``) without a call.

    Silence is ``Unavailable``; any other end, a refusal included, is an answer and closes the circuit.
    """
    now = Merchant.objects.get(pk=merchant.pk)
    if now.rests(at=at):
        raise Unavailable(code="resting")
    if now.failures >= TOLERATED and not _is_the_one_to_try(now, at):
        raise Unavailable(code="resting")
    try:
        yield
    except Unavailable:
        _fell_silent(now, at)
        raise
    except Exception:
        _answered(now)
        raise
    _answered(now)


def _is_the_one_to_try(merchant: Merchant, at: datetime) -> bool:
    """After a rest one caller tries; the others go on resting until it knows."""
    rest = at + _rest(merchant.failures)
    mine = Merchant.objects.filter(pk=merchant.pk, rests_until=merchant.rests_until)
    return mine.update(rests_until=rest) == 1


def _fell_silent(merchant: Merchant, at: datetime) -> None:
    Merchant.objects.filter(pk=merchant.pk).update(failures=F("failures") + 1)
    failures = merchant.failures + 1
    if failures >= TOLERATED:
        rest = _rest(failures)
        Merchant.objects.filter(pk=merchant.pk).update(rests_until=at + rest)
        log.error("merchant_rests", extra={"merchant": merchant.code, "seconds": int(rest.total_seconds())})


def _answered(merchant: Merchant) -> None:
    if merchant.failures:
        Merchant.objects.filter(pk=merchant.pk).update(failures=0, rests_until=None)
        log.info("merchant_answers_again", extra={"merchant": merchant.code})


def _rest(failures: int) -> timedelta:
    """Doubles with each silence, up to ``LONGEST``."""
    doubled: timedelta = SHORTEST * 2 ** min(failures - TOLERATED, 10)
    return min(doubled, LONGEST)
