"""What ``biz_content`` may say, method by method; anything else is ``ACQ.INVALID_PARAMETER``."""

import re
from collections.abc import Callable, Mapping
from typing import Any

from deploy.simulators.alipay.moments import DAY, fen, lasting, read
from deploy.simulators.alipay.wrong import business

Check = Callable[[Any], bool]
MOST = 100_000_000_00
"""Fen in one trade."""
BILLS = frozenset({"trade", "signcustomer"})


def matching(pattern: str) -> Check:
    compiled = re.compile(pattern, re.ASCII)
    return lambda value: isinstance(value, str) and compiled.fullmatch(value) is not None


def text(longest: int, *, never: str = "") -> Check:
    return lambda value: isinstance(value, str) and 0 < len(value) <= longest and _is_clean(value, never)


def _is_clean(value: str, never: str) -> bool:
    """No control characters, no half of a pair, and none of ``never``."""
    return not any(one in never or one < " " or "\ud800" <= one <= "\udfff" for one in value)


def one_of(*values: str) -> Check:
    return lambda value: value in values


def _express(value: Any) -> bool:
    """From one minute to fifteen days."""
    return matching(r"1c|[1-9]\d{0,4}[mhd]")(value) and 0 < lasting(value, 0) <= 15 * DAY


def _moment(value: Any) -> bool:
    try:
        read(value)
    except (TypeError, ValueError):
        return False
    return True


def _options(value: Any) -> bool:
    return isinstance(value, list) and all(isinstance(option, str) for option in value)


ORDER = matching(r"\w{1,64}")
TRADE = matching(r"\d{28}")
AMOUNT = matching(r"(0|[1-9]\d{0,9})\.\d\d")
ADDRESS = matching(r"https?://[\w.-]+(:\d{1,5})?([/?#][!-~]*)?")
"""Absolute, of a host by name, and safe in a header."""
WHICH: dict[str, Check] = {"out_trade_no": ORDER, "trade_no": TRADE}
PAYABLE: dict[str, Check] = {
    "out_trade_no": ORDER,
    "total_amount": AMOUNT,
    "subject": text(256, never="/=&"),
    "body": text(128),
    "timeout_express": _express,
    "time_expire": _moment,
    "passback_params": text(512),
}
NEEDED = frozenset({"out_trade_no", "total_amount", "subject"})

METHODS: dict[str, tuple[dict[str, Check], frozenset[str]]] = {
    "alipay.trade.app.pay": ({**PAYABLE, "product_code": one_of("QUICK_MSECURITY_PAY")}, NEEDED),
    "alipay.trade.wap.pay": (
        {**PAYABLE, "product_code": one_of("QUICK_WAP_WAY"), "quit_url": ADDRESS},
        NEEDED | {"product_code", "quit_url"},
    ),
    "alipay.trade.precreate": (
        {
            **PAYABLE,
            "product_code": one_of("FACE_TO_FACE_PAYMENT", "QR_CODE_OFFLINE"),
            "store_id": text(32),
            "operator_id": text(28),
            "terminal_id": text(32),
            "qr_code_timeout_express": _express,
        },
        NEEDED,
    ),
    "alipay.trade.query": ({**WHICH, "query_options": _options}, frozenset()),
    "alipay.trade.close": ({**WHICH, "operator_id": text(28)}, frozenset()),
    "alipay.trade.cancel": (WHICH, frozenset()),
    "alipay.trade.refund": (
        {
            **WHICH,
            "refund_amount": AMOUNT,
            "refund_reason": text(256),
            "out_request_no": matching(r"[\w-]{1,64}"),
            "operator_id": text(28),
            "store_id": text(32),
            "query_options": _options,
        },
        frozenset({"refund_amount"}),
    ),
    "alipay.trade.fastpay.refund.query": (
        {**WHICH, "out_request_no": matching(r"[\w-]{1,64}"), "query_options": _options},
        frozenset({"out_request_no"}),
    ),
    "alipay.data.dataservice.bill.downloadurl.query": (
        {"bill_type": one_of(*BILLS), "bill_date": matching(r"\d{4}-\d\d(-\d\d)?")},
        frozenset({"bill_type", "bill_date"}),
    ),
    "alipay.open.app.alipaycert.download": (
        {"alipay_cert_sn": matching(r"[0-9a-f]{32}")},
        frozenset({"alipay_cert_sn"}),
    ),
}
"""Method → each field it may have and its check; the fields it must have."""
CREATING = {"alipay.trade.app.pay": "app", "alipay.trade.wap.pay": "wap", "alipay.trade.precreate": "qr"}
"""Method → the product whose orders it makes."""


def check(method: str, biz: Mapping[str, Any]) -> None:
    """Raises ``Wrong``."""
    allowed, needed = METHODS[method]
    for name in sorted(set(biz) | needed):
        if name not in allowed or name not in biz or not allowed[name](biz[name]):
            raise business("ACQ.INVALID_PARAMETER", name)
    if "trade_no" in allowed and not set(biz) & set(WHICH):
        raise business("ACQ.INVALID_PARAMETER", "out_trade_no or trade_no")
    amount = biz.get("total_amount", biz.get("refund_amount", "0.01"))
    if fen(amount) == 0:
        raise business("ACQ.INVALID_PARAMETER", "nothing")
    if fen(amount) > MOST:
        raise business("ACQ.TOTAL_FEE_EXCEED")
