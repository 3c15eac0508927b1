"""What is done at WeChat Pay's own site: merchants, keys, balances, refunds by hand, and the day's rates."""

import secrets
from collections.abc import Mapping
from typing import Any

from deploy.simulators.gateway.plug import Refused
from deploy.simulators.gateway.world import World
from deploy.simulators.wechat_pay.merchants import FIRST, Merchant, Merchants
from deploy.simulators.wechat_pay.orders import Orders
from deploy.simulators.wechat_pay.platform import Platform
from deploy.simulators.wechat_pay.purse import Purse
from deploy.simulators.wechat_pay.refunds import Refunds
from deploy.simulators.wechat_pay.trouble import Trouble


class Console:
    def __init__(
        self,
        world: World,
        platform: Platform,
        merchants: Merchants,
        orders: Orders,
        refunds: Refunds,
        purse: Purse,
        rates: dict[str, int],
    ) -> None:
        self._world, self._platform, self._merchants = world, platform, merchants
        self._orders, self._refunds, self._purse, self._rates = orders, refunds, purse, rates

    def do(self, method: str, path: str, asked: Mapping[str, Any]) -> dict[str, Any] | list[Any]:
        """Raises ``Refused``."""
        match method, path.strip("/").split("/"):
            case "GET", ["merchant"]:
                return self._shown(FIRST)
            case "GET", ["merchants"]:
                return [self._shown(merchant.mchid) for merchant in self._merchants.all()]
            case "GET", ["merchants", mchid]:
                return self._shown(mchid)
            case "POST", ["merchants"]:
                return self._shown(self._merchants.add(asked).mchid)
            case "POST", ["rates"]:
                return self._set_rates(asked)
        raise Refused(404, "no_such_address")

    def refund(self, asked: Mapping[str, Any]) -> dict[str, Any]:
        """``reference``, and if need be ``amount``, ``mchid``, ``notify_url``. Raises ``Refused``."""
        if set(asked) - {"reference", "amount", "mchid", "notify_url"}:
            raise Refused(400, "unknown_field")
        order = self._orders.by_code(asked)
        amount = {"refund": asked.get("amount", order.total), "total": order.total, "currency": order.currency}
        if type(amount["refund"]) is not int or amount["refund"] <= 0:
            raise Refused(400, "wrong_amount")
        made = {"out_trade_no": order.number, "out_refund_no": f"console{secrets.token_hex(8)}", "amount": amount}
        url = {"notify_url": str(asked["notify_url"])} if "notify_url" in asked else {}
        try:
            refund = self._refunds.open(order, {**made, **url})
        except Trouble as trouble:
            raise Refused(409, trouble.code) from None
        return {"out_refund_no": refund.number, "refund_id": refund.refund_id, "status": refund.status}

    def rotate(self, asked: Mapping[str, Any]) -> dict[str, Any]:
        """``kind``: ``certificate``, ``public_key``, or ``merchant`` with its ``mchid``. Raises ``Refused``."""
        kind = asked.get("kind", "certificate")
        if kind == "merchant":
            return self._shown(self._merchants.rotate(str(asked.get("mchid", FIRST))).mchid)
        if kind not in {"certificate", "public_key"}:
            raise Refused(400, "wrong_kind")
        return self._platform.rotate(kind)

    def set_balance(self, asked: Mapping[str, Any]) -> dict[str, Any]:
        """``balance`` in the smallest unit, and ``mchid`` when it is not the first. Raises ``Refused``."""
        merchant, minor = self._merchant(str(asked.get("mchid", FIRST))), asked.get("balance", 10**9)
        if type(minor) is not int or minor < 0:
            raise Refused(400, "wrong_balance")
        self._purse.set(merchant.mchid, minor)
        return {"mchid": merchant.mchid, "balance": minor}

    def _set_rates(self, asked: Mapping[str, Any]) -> dict[str, Any]:
        """Yuan for one unit of each currency, times 10^8."""
        for currency, rate in asked.items():
            if currency not in self._rates or type(rate) is not int or rate <= 0:
                raise Refused(400, "wrong_rate")
        self._rates.update(asked)
        return dict(self._rates)

    def _shown(self, mchid: str) -> dict[str, Any]:
        """All that a merchant needs to configure, private keys included."""
        return {
            **self._merchant(mchid).shown(),
            "url": self._world.url,
            "balance": self._purse.balance(mchid),
            "public_key_id": self._platform.public_id,
            "public_key": self._platform.public_pem,
            "platform_certificates": [
                {"serial_no": key.serial, "certificate": key.certificate_pem} for key in self._platform.certificates
            ],
        }

    def _merchant(self, mchid: str) -> Merchant:
        merchant = self._merchants.find(mchid)
        if merchant is None:
            raise Refused(404, "no_such_merchant")
        return merchant
