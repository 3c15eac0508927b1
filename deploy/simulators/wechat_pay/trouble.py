"""Refusals, as WeChat Pay spells them: a status, a code, and for a field what is wrong with it."""

import json
from typing import Any

from deploy.simulators.gateway.plug import Answer

JSON = {"Content-Type": "application/json; charset=utf-8"}
SAID = {
    "PARAM_ERROR": "参数错误",
    "SIGN_ERROR": "签名错误",
    "INVALID_REQUEST": "无效请求",
    "APPID_MCHID_NOT_MATCH": "appid和mch_id不匹配",
    "NO_AUTH": "商户无权限",
    "ORDERPAID": "该订单已支付",
    "ORDER_CLOSED": "订单已关闭",
    "OUT_TRADE_NO_USED": "商户订单号重复",
    "ORDER_NOT_EXIST": "订单不存在",
    "RESOURCE_NOT_EXISTS": "资源不存在",
    "NOT_ENOUGH": "基本账户余额不足，请充值后重新发起",
    "NO_STATEMENT_EXIST": "账单文件不存在",
    "STATEMENT_CREATING": "账单生成中",
    "SYSTEM_ERROR": "系统异常，请稍后重试",
    "NOT_FOUND": "请求的资源不存在",
}


class Trouble(Exception):
    """The answer to a request that is refused."""

    def __init__(self, status: int, code: str, message: str = "", **detail: str) -> None:
        super().__init__(code)
        self.status = status
        self.code = code
        self.message = message or SAID[code]
        self.detail = detail

    def answer(self) -> Answer:
        told: dict[str, Any] = {"code": self.code, "message": self.message}
        if self.detail:
            told["detail"] = self.detail
        return answer(self.status, told)


def wrong(field: str, issue: str, location: str = "body") -> Trouble:
    """400 ``PARAM_ERROR``; ``field`` as a JSON pointer for bodies, a name elsewhere."""
    return Trouble(400, "PARAM_ERROR", f"{field}: {issue}", field=field, location=location, issue=issue)


def answer(status: int, told: Any) -> Answer:
    return Answer(status, json.dumps(told, ensure_ascii=False).encode(), dict(JSON))
