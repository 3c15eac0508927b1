"""Who is asking, and whether it is really them: the checks before anything is done (APIv3, signing of requests)."""

from datetime import datetime, timedelta

from deploy.simulators.gateway.plug import Request
from deploy.simulators.gateway.world import World
from deploy.simulators.wechat_pay.merchants import Merchant, Merchants
from deploy.simulators.wechat_pay.platform import Platform
from deploy.simulators.wechat_pay.signing import Authorization, is_signed, lines
from deploy.simulators.wechat_pay.trouble import Trouble, wrong

SKEW_SECONDS = 300


class Gate:
    def __init__(self, world: World, merchants: Merchants, platform: Platform) -> None:
        self._world, self._merchants, self._platform = world, merchants, platform
        self._nonces: dict[tuple[str, str], datetime] = {}

    def admit(self, request: Request) -> Merchant:
        """Raises ``Trouble``: 400 for headers, 401 for anything about the signature."""
        given = Authorization.read(request.headers.get("Authorization", ""))
        if given is None:
            raise Trouble(401, "SIGN_ERROR", "Authorization 不完整或格式错误")
        merchant = self._merchants.find(given.mchid)
        key = merchant.key(given.serial_no) if merchant else None
        if merchant is None or key is None:
            raise Trouble(401, "SIGN_ERROR", "商户证书序列号有误")
        self._check_time(given)
        message = lines(request.method, request.target, given.timestamp, given.nonce_str, request.body)
        if not is_signed(key.private.public_key(), message, given.signature):
            raise Trouble(401, "SIGN_ERROR", "错误的签名，验签失败")
        self._check_nonce(given)
        self._check_headers(request)
        return merchant

    def _check_time(self, given: Authorization) -> None:
        if not (given.timestamp.isascii() and given.timestamp.isdigit()):
            raise Trouble(401, "SIGN_ERROR", "timestamp 格式错误")
        if abs(self._world.clock.now().timestamp() - int(given.timestamp[:12])) > SKEW_SECONDS:
            raise Trouble(401, "SIGN_ERROR", "timestamp 与服务器时间相差超过5分钟")

    def _check_nonce(self, given: Authorization) -> None:
        """A nonce is good for one request in the time in which its stamp is good."""
        now = self._world.clock.now()
        self._nonces = {nonce: ends for nonce, ends in self._nonces.items() if ends > now}
        nonce = (given.mchid, given.nonce_str)
        if not given.nonce_str or nonce in self._nonces:
            raise Trouble(401, "SIGN_ERROR", "nonce_str 为空或已使用")
        self._nonces[nonce] = now + timedelta(seconds=2 * SKEW_SECONDS)

    def _check_headers(self, request: Request) -> None:
        headers = request.headers
        accepts = headers.get("Accept", "")
        if "application/json" not in accepts and "*/*" not in accepts:
            raise wrong("Accept", "Http头缺少Accept或User-Agent", "header")
        if not headers.get("User-Agent", "").strip():
            raise wrong("User-Agent", "Http头缺少Accept或User-Agent", "header")
        kind = headers.get("Content-Type", "").partition(";")[0].strip()
        if request.method == "POST" and kind != "application/json":
            raise wrong("Content-Type", "请设置为application/json", "header")
        serial = headers.get("Wechatpay-Serial", "")
        if serial and self._platform.key(serial) is None:
            raise wrong("Wechatpay-Serial", "平台证书序列号或公钥ID错误", "header")
