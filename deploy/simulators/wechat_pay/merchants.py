"""Who may sell: what the merchant console of WeChat Pay shows, private keys included, for there is no mail here."""

import re
import secrets
from collections.abc import Mapping
from dataclasses import asdict, dataclass, replace
from typing import Any

from deploy.simulators.gateway.plug import Refused
from deploy.simulators.gateway.world import World
from deploy.simulators.wechat_pay.keys import Key, Safe, make

DOMESTIC, CROSS_BORDER, INSTITUTION = "domestic", "cross_border", "institution"
FIRST = "1900000109"
MODES = ("both", "certificate", "public_key")
"""How notices to a merchant are signed, and answers that it did not ask for by ``Wechatpay-Serial``: ``both`` is the
time of moving from one to the other, when both kinds of notices arrive."""


@dataclass(frozen=True)
class Merchant:
    mchid: str
    appids: list[str]
    apiv3_key: str
    profile: str = DOMESTIC
    currency: str = "CNY"
    """What it prices in."""
    key_mode: str = "both"
    sub_mchids: list[str] | None = None
    """Of an institution."""
    keys: tuple[Key, ...] = ()
    """Several are valid at once; the last is the newest."""

    def key(self, serial: str) -> Key | None:
        return next((key for key in self.keys if key.serial == serial.upper()), None)

    def shown(self) -> dict[str, Any]:
        keys = [
            {"serial_no": key.serial, "private_key": key.private_pem, "certificate": key.certificate_pem}
            for key in self.keys
        ]
        return {**asdict(self), "keys": keys}


class Merchants:
    def __init__(self, world: World, safe: Safe) -> None:
        self._world = world
        self._safe = safe
        self._all = {row["mchid"]: _read(row) for row in safe.get("merchants") or []}
        if not self._all:
            self.add({"mchid": FIRST})

    def find(self, mchid: str) -> Merchant | None:
        return self._all.get(mchid)

    def all(self) -> list[Merchant]:
        return list(self._all.values())

    def add(self, asked: Mapping[str, Any]) -> Merchant:
        """Raises ``Refused``. Everything is optional: ``mchid``, ``profile``, ``currency``, ``key_mode``, …"""
        if set(asked) - {"mchid", "appids", "profile", "currency", "key_mode", "sub_mchids"}:
            raise Refused(400, "unknown_field")
        mchid = str(asked.get("mchid") or 1900000110 + len(self._all))
        profile = asked.get("profile", DOMESTIC)
        currency = asked.get("currency", "CNY" if profile == DOMESTIC else "EUR")
        mode = asked.get("key_mode", "both")
        if mchid in self._all:
            raise Refused(409, "merchant_exists")
        if profile not in {DOMESTIC, CROSS_BORDER, INSTITUTION} or mode not in MODES:
            raise Refused(400, "wrong_profile")
        if not re.fullmatch("[0-9]{8,10}", mchid) or not re.fullmatch("[A-Z]{3}", str(currency)):
            raise Refused(400, "wrong_merchant")
        made = Merchant(
            mchid,
            list(asked.get("appids") or [f"wx{secrets.token_hex(8)}"]),
            secrets.token_hex(16),
            profile,
            currency,
            mode,
            list(asked.get("sub_mchids") or [f"{int(mchid) + 500}"]) if profile == INSTITUTION else None,
        )
        return self._with_new_key(made)

    def rotate(self, mchid: str) -> Merchant:
        """Another key of the merchant; the ones it has stay valid. Raises ``Refused``."""
        if mchid not in self._all:
            raise Refused(404, "no_such_merchant")
        return self._with_new_key(self._all[mchid])

    def _with_new_key(self, merchant: Merchant) -> Merchant:
        key = make(f"merchant {merchant.mchid}", self._world.clock.now())
        self._all[merchant.mchid] = replace(merchant, keys=(*merchant.keys, key))
        self._safe.put("merchants", [asdict(one) for one in self._all.values()])
        return self._all[merchant.mchid]


def _read(row: dict[str, Any]) -> Merchant:
    return Merchant(**{**row, "keys": tuple(Key(**key) for key in row["keys"])})
