"""Fields that are sealed with the platform's key on their way up."""

from collections.abc import Mapping
from typing import Any

from deploy.simulators.gateway.plug import Request
from deploy.simulators.wechat_pay.platform import Platform
from deploy.simulators.wechat_pay.signing import unseal
from deploy.simulators.wechat_pay.trouble import wrong


def check_sealed(platform: Platform, request: Request, asked: Mapping[str, Any], names: tuple[str, ...]) -> None:
    """Each that is there can be opened by the key that ``Wechatpay-Serial`` names. Raises ``Trouble``."""
    for name in names:
        if name in asked:
            key = platform.key(request.headers.get("Wechatpay-Serial", ""))
            if key is None:
                raise wrong("Wechatpay-Serial", "含有加密字段时必填", "header")
            try:
                unseal(key, asked[name])
            except ValueError:
                raise wrong(f"/{name}", "敏感信息解密失败") from None
