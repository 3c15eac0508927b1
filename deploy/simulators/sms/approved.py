"""What the company has approved: one sign, and the templates with the words people read."""

import json
import re
from typing import Any

SIGN = "中国领事"
LONGEST_VALUE = 20
CODE, NOTICE = "code", "notice"
VARIABLE = re.compile(r"\$\{(\w+)\}")

TEMPLATES = {
    "SMS_100001": (CODE, "验证码${code}，${minutes}分钟内有效。请勿告诉任何人，工作人员不会索要。"),
    "SMS_100002": (CODE, "Code ${code}, valid for ${minutes} minutes. Tell it to nobody; officers never ask for it."),
    "SMS_100003": (NOTICE, "您有一条新消息，请在“中国领事”应用中查看。我们不会索要验证码或要求转账。"),
    "SMS_100004": (NOTICE, "You have a new message in the China Consular app. We never ask for codes or money."),
    "SMS_100005": (NOTICE, "您的申请${mark}有新进展，请在“中国领事”应用中查看。我们不会索要验证码或要求转账。"),
    "SMS_100006": (NOTICE, "Application ${mark} has news. See the China Consular app. We never ask for codes or cash."),
    "SMS_100007": (NOTICE, "一台新设备登录了您的账户。如果不是您本人，请马上在“中国领事”应用的“我的设备”里移除。"),
    "SMS_100008": (NOTICE, "A new device signed in to your account. Not you? Remove it in the China Consular app."),
}  # fmt: skip


class Refused(Exception):
    """HTTP 200 with another ``Code`` than OK: the business said no."""

    def __init__(self, code: str) -> None:
        self.code = code
        super().__init__(code)


def words(template: str, given: str) -> tuple[str, str]:
    """Kind and text of a filled template. Raises ``Refused``."""
    if template not in TEMPLATES:
        raise Refused("isv.SMS_TEMPLATE_ILLEGAL")
    kind, text = TEMPLATES[template]
    values = _values(given)
    if [name for name in VARIABLE.findall(text) if not values.get(name)]:
        raise Refused("isv.TEMPLATE_MISSING_PARAMETERS")
    for value in values.values():
        _check(value)
    return kind, f"【{SIGN}】" + VARIABLE.sub(lambda name: values[name[1]], text)


def _values(given: str) -> dict[str, str]:
    if not given:
        return {}
    try:
        values: Any = json.loads(given)
    except ValueError:
        raise Refused("isv.INVALID_JSON_PARAM") from None
    if not isinstance(values, dict) or not all(isinstance(value, str) for value in values.values()):
        raise Refused("isv.INVALID_JSON_PARAM")
    return values


def _check(value: str) -> None:
    if len(value) > LONGEST_VALUE:
        raise Refused("isv.PARAM_LENGTH_LIMIT")
    if re.search(r"https?:|www\.", value):
        raise Refused("isv.PARAM_NOT_SUPPORT_URL")
