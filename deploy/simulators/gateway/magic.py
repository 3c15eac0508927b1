"""Trouble without a plan: the last two digits of an order's amount in minor units choose it. Real fees end in 00."""

from deploy.simulators.gateway.faults import Rule

MAGIC: dict[int, tuple[str, Rule]] = {
    1: ("the payer's bank declines, every time", Rule("payer_declined", times=None)),
    2: ("the notice leaves three seconds late", Rule("notice_late", "payment", seconds=3)),
    3: ("the notice comes three times", Rule("notice_duplicate", "payment", count=3)),
    4: ("no notice comes; only asking tells", Rule("notice_dropped", "payment")),
    5: ("the notice names another amount", Rule("notice_wrong_amount", "payment")),
    6: ("the notice names another currency", Rule("notice_wrong_currency", "payment")),
    7: ("it can still be paid after it was closed", Rule("late_success", times=None)),
    8: ("the order is made, but the answer is lost once", Rule("reset_after", "create")),
    9: ("its refunds end as abnormal", Rule("refund_abnormal", times=None)),
    10: ("its refunds are in process until asked about three times", Rule("refund_processing", times=None, asks=3)),
    11: ("the balance is not enough for refunds until POST /balance", Rule("not_enough", times=None)),
    12: ("the first two queries are answered with 5xx", Rule("error_after", "query", times=2)),
}
"""Gateways name the route that makes an order ``create`` and the one that asks about it ``query``."""


def trouble(amount_minor: int) -> Rule | None:
    """The rule that this amount calls for, yet without its order number; none on a good day."""
    found = MAGIC.get(amount_minor % 100)
    return found[1] if found else None
