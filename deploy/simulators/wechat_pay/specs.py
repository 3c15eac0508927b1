"""What each request may have, domestic and cross-border."""

from collections.abc import Mapping

from deploy.simulators.wechat_pay.fields import Field, Spec, inner, text, whole

NUMBER = r"[0-9A-Za-z_\-|*]{6,32}"
REFUND_NUMBER = r"[0-9A-Za-z_\-|*@]{1,64}"
MOMENT = r"\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d\+08:00"
DIRECT: Spec = {"appid": text(32, required=True), "mchid": text(32, required=True)}
THROUGH: Spec = {
    "sp_appid": text(32, required=True),
    "sp_mchid": text(32, required=True),
    "sub_mchid": text(32, required=True),
    "sub_appid": text(32),
}
IDENTITY: Spec = {
    "type": text(32, required=True, pattern="IDCARD|PASSPORT|OVERSEA_PASSPORT|HOKOU|SOLDIER|HKMLPASS|TAIWANPASS"),
    "number": text(1024, required=True),
    "name": text(1024, required=True),
}
"""``number`` and ``name`` are sealed."""
STORE: Spec = {"id": text(32, required=True), "name": text(256), "area_code": text(32), "address": text(512)}
H5: Spec = {
    "type": text(32, required=True, pattern="iOS|Android|Wap"),
    "app_name": text(64),
    "app_url": text(128),
    "bundle_id": text(128),
    "package_name": text(128),
}
COMMON: Spec = {
    "description": text(127, required=True),
    "out_trade_no": text(32, required=True, pattern=NUMBER),
    "time_expire": text(64, pattern=MOMENT),
    "attach": text(128),
    "notify_url": text(255, required=True),
    "goods_tag": text(32),
}


def order(kind: str) -> Spec:
    """Domestic: ``app``, ``jsapi``, ``h5`` or ``native``."""
    return {
        **DIRECT,
        **COMMON,
        "amount": inner({"total": whole(required=True), "currency": text(3, pattern="CNY")}, required=True),
        "support_fapiao": Field(bool),
        "detail": inner({"cost_price": whole(), "invoice_id": text(32), "goods_detail": Field(list)}),
        "settle_info": inner({"profit_sharing": Field(bool)}),
        **_scene(kind, "h5"),
    }


def global_order(kind: str, owner: Spec) -> Spec:
    """Cross-border: ``app``, ``jsapi``, ``mweb`` or ``native``; ``owner`` is ``DIRECT`` or ``THROUGH``."""
    total = {"total": whole(required=True), "currency": text(3, required=True, pattern="[A-Z]{3}")}
    return {
        **owner,
        **COMMON,
        "amount": inner(total, required=True),
        "trade_type": text(16, required=True, pattern=kind.upper()),
        "merchant_category_code": text(4, required=True, pattern=r"\d{4}"),
        "time_start": text(64, pattern=MOMENT),
        "detail": inner({"cost_price": whole(), "receipt_id": text(32), "goods_detail": Field(list)}),
        **_scene(kind, "mweb"),
    }


def _scene(kind: str, page: str) -> Mapping[str, Field]:
    payer = {"openid": text(128, required=kind == "jsapi"), "identity": inner(IDENTITY)}
    scene = {
        "payer_client_ip": text(45, required=True),
        "device_id": text(32),
        "store_info": inner(STORE),
        **({"h5_info": inner(H5, required=True)} if kind == page == "h5" else {}),
    }
    return {"payer": inner(payer, required=kind == "jsapi"), "scene_info": inner(scene, required=kind == page)}


REFUND: Spec = {
    "transaction_id": text(32),
    "out_trade_no": text(32, pattern=NUMBER),
    "out_refund_no": text(64, required=True, pattern=REFUND_NUMBER),
    "reason": text(80),
    "notify_url": text(255),
    "funds_account": text(32, pattern="AVAILABLE|UNSETTLED"),
    "goods_detail": Field(list),
    "amount": inner(
        {
            "refund": whole(required=True),
            "total": whole(required=True),
            "currency": text(3, required=True, pattern="[A-Z]{3}"),
        },
        required=True,
    ),
}
ABNORMAL: Spec = {
    "out_refund_no": text(64, required=True, pattern=REFUND_NUMBER),
    "type": text(32, required=True, pattern="USER_BANK_CARD|MERCHANT_BANK_CARD"),
    "bank_type": text(16),
    "bank_account": text(1024),
    "real_name": text(1024),
}


def global_refund(owner: Spec) -> Spec:
    without = {name: field for name, field in REFUND.items() if name not in {"funds_account", "goods_detail"}}
    applications = {name: text(32) for name in owner if name.endswith("appid")}
    return {**without, **owner, **applications, "source": text(32)}
