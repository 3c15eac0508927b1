"""Whose order a request is about: the merchant who signs, directly or for a sub-merchant of an institution."""

from collections.abc import Mapping
from typing import Any

from deploy.simulators.wechat_pay import specs
from deploy.simulators.wechat_pay.fields import Spec, check, text
from deploy.simulators.wechat_pay.merchants import INSTITUTION, Merchant
from deploy.simulators.wechat_pay.trouble import Trouble, wrong


def in_bodies(merchant: Merchant) -> Spec:
    return specs.THROUGH if merchant.profile == INSTITUTION else specs.DIRECT


def in_queries(merchant: Merchant) -> Spec:
    if merchant.profile == INSTITUTION:
        return {"sp_mchid": text(32, required=True), "sub_mchid": text(32)}
    return {"mchid": text(32, required=True)}


def check_query(merchant: Merchant, query: Mapping[str, str], more: Spec) -> None:
    """The owner and ``more``, nothing else. Raises ``Trouble``."""
    check(query, {**in_queries(merchant), **more}, "query")
    check_owner(merchant, query)


def check_owner(merchant: Merchant, asked: Mapping[str, Any]) -> None:
    """Who signs is who asks, for an application and a sub-merchant of theirs. Raises ``Trouble``."""
    if asked.get("sp_mchid", asked.get("mchid")) != merchant.mchid:
        raise wrong("/mchid", "商户号与签名商户号不一致")
    appid = asked.get("sp_appid", asked.get("appid"))
    if appid is not None and appid not in merchant.appids:
        raise Trouble(400, "APPID_MCHID_NOT_MATCH")
    if "sub_mchid" in asked and asked["sub_mchid"] not in (merchant.sub_mchids or []):
        raise Trouble(403, "NO_AUTH", "特约商户与服务商无绑定关系")
