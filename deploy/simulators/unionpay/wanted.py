"""What a merchant may ask for, field by field. Strict on purpose: leniency would hide the mistakes of its clients."""

import re
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import datetime
from urllib.parse import urlsplit

from deploy.simulators.gateway.clock import BEIJING

TIME = "%Y%m%d%H%M%S"
SAID = {
    "00": "成功",
    "01": "交易失败",
    "05": "交易已受理，请稍后查询交易结果",
    "10": "报文格式错误",
    "11": "验证签名失败",
    "12": "重复交易",
    "13": "报文交易要素缺失",
    "31": "商户状态不正确",
    "33": "交易金额超限",
    "34": "查无此交易",
    "35": "原交易不存在或状态不正确",
    "36": "与原交易信息不符",
    "37": "已超过最大查询次数或操作过于频繁",
    "60": "交易失败，详情请咨询您的发卡行",
    "98": "文件不存在",
}


class Denied(Exception):
    """An answer with another ``respCode`` than 00."""

    def __init__(self, code: str, what: str = "") -> None:
        super().__init__(code, what)
        self.code = code
        self.said = SAID[code] + (f"[{what}]" if what else "")


@dataclass(frozen=True)
class Kind:
    """One thing that can be asked for: its ``route`` for the plan of faults, its address and its fields."""

    route: str
    path: str
    types: tuple[str, str]
    """``txnType`` and ``txnSubType``."""
    required: frozenset[str]
    optional: frozenset[str] = frozenset()


ENVELOPE = frozenset(["version", "encoding", "signMethod", "certId", "signature", "txnType", "txnSubType"])
BASIS = ENVELOPE | {"bizType", "accessType", "merId", "txnTime"}
DEAL = BASIS | {"orderId", "channelType", "txnAmt", "backUrl"}
PURCHASE = DEAL | {"currencyCode"}
EXTRA = frozenset(["payTimeout", "orderDesc", "reqReserved", "riskRateInfo", "customerIp"])
BACK = "/gateway/api/backTransReq.do"

KINDS = (
    Kind("create", "/gateway/api/frontTransReq.do", ("01", "01"), PURCHASE | {"frontUrl"}, EXTRA),
    Kind("create", "/gateway/api/appTransReq.do", ("01", "01"), PURCHASE, EXTRA | {"frontUrl"}),
    Kind("refund", BACK, ("04", "00"), DEAL | {"origQryId"}, frozenset(["currencyCode", "reqReserved"])),
    Kind("void", BACK, ("31", "00"), DEAL | {"origQryId"}, frozenset(["currencyCode", "reqReserved"])),
    Kind("query", "/gateway/api/queryTrans.do", ("00", "00"), BASIS | {"orderId"}, frozenset(["queryId"])),
    Kind("bill", "/", ("76", "01"), BASIS | {"settleDate", "fileType"}),
)
PATHS = frozenset(kind.path for kind in KINDS)


def kind_of(path: str, fields: Mapping[str, str]) -> Kind | None:
    types = (fields.get("txnType"), fields.get("txnSubType"))
    return next((kind for kind in KINDS if kind.path == path and kind.types == types), None)


def check(kind: Kind, fields: Mapping[str, str]) -> None:
    """Raises ``Denied``: 13 for the first field that is missing, 10 for one that is unknown or wrong."""
    for name in sorted(kind.required):
        if not fields.get(name):
            raise Denied("13", name)
    for name, value in sorted(fields.items()):
        if name not in kind.required | kind.optional or not _is_right(name, value):
            raise Denied("10", name[:40])
    if "channelType" in fields and fields["bizType"] != "000201":
        raise Denied("10", "bizType")


def moment(text: str) -> datetime:
    """A time of the protocol, which is Beijing's. Raises ``ValueError``."""
    if not re.fullmatch("[0-9]{14}", text):
        raise ValueError("not fourteen digits")
    return datetime.strptime(text, TIME).replace(tzinfo=BEIJING)


def _is_right(name: str, value: str) -> bool:
    check_ = CHECKS[name]
    return re.fullmatch(check_, value) is not None if isinstance(check_, str) else check_(value)


def _is_time(value: str) -> bool:
    try:
        return bool(moment(value))
    except ValueError:
        return False


def _is_url(value: str) -> bool:
    try:
        parts = urlsplit(value)
        parts.port  # noqa: B018
    except ValueError:
        return False
    is_whole = parts.scheme in {"http", "https"} and bool(parts.hostname)
    return is_whole and re.fullmatch("[!-~]{1,256}", value) is not None and not parts.fragment


def _is_back_url(value: str) -> bool:
    return _is_url(value) and "?" not in value


CHECKS: Mapping[str, str | Callable[[str], bool]] = {
    "version": r"5\.1\.0",
    "encoding": "UTF-8",
    "signMethod": "01",
    "certId": "[0-9]{1,64}",
    "signature": "[A-Za-z0-9+/=]{300,400}",
    "txnType": "[0-9]{2}",
    "txnSubType": "[0-9]{2}",
    "bizType": "000201|000000",
    "accessType": "0",
    "merId": "[0-9]{15}",
    "txnTime": _is_time,
    "orderId": "[0-9A-Za-z]{8,40}",
    "channelType": "07|08",
    "txnAmt": "[1-9][0-9]{0,11}",
    "currencyCode": "156",
    "backUrl": _is_back_url,
    "frontUrl": _is_url,
    "payTimeout": _is_time,
    "orderDesc": r"[^\r\n]{1,32}",
    "reqReserved": r"[^\r\n&=]{1,1024}",
    "riskRateInfo": r"\{[^{}\r\n]{1,500}\}",
    "customerIp": "[0-9a-fA-F.:]{3,45}",
    "origQryId": "[0-9]{21}",
    "queryId": "[0-9]{21}",
    "settleDate": "(0[1-9]|1[0-2])(0[1-9]|[12][0-9]|3[01])",
    "fileType": "00",
}
