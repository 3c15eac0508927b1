"""Money that is not where it belongs."""

from datetime import datetime

from apps.kernel.metrics import MANY, Gauges, family, gauges, rows
from apps.payments.statuses import OWED

_OWED = """
SELECT currency, count(*), sum(amount_minor), extract(epoch FROM %s - min(owed_at))
FROM (SELECT currency, amount_minor, owed_at FROM payments_refund
      WHERE status = ANY(%s) ORDER BY owed_at LIMIT %s) AS owed
GROUP BY currency
"""
_UNASKED = "SELECT extract(epoch FROM %s - min(ask_at)) FROM payments_payment WHERE ask_at <= %s"


def _money(at: datetime) -> Gauges:
    owed = rows(_OWED, at, list(OWED), MANY)
    kinds = [
        ("consular_refunds_owed", "Refunds owed to payers.", 1),
        ("consular_refunds_owed_minor_units", "Money owed to payers, in minor units.", 2),
        ("consular_refunds_oldest_seconds", "How long the oldest refund has been owed.", 3),
    ]
    answers = [family(name, says, ["currency"], [(row[0], row[at]) for row in owed]) for name, says, at in kinds]
    late = rows(_UNASKED, at, at)
    says = "How late the next question to a payment provider is."
    return [*answers, family("consular_payments_question_late_seconds", says, [], late)]


gauges.add("payments", _money)
