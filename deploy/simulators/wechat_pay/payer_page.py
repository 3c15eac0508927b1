"""The page behind ``h5_url``: one order, two buttons; what is pressed is answered by a redirect."""

from urllib.parse import parse_qs

from deploy.simulators.gateway.page import POLICY, render
from deploy.simulators.gateway.plug import Answer, Gateway, Payable, Refused, Request

PAGE = "/h5/"
SAFE = {"Content-Security-Policy": POLICY, "Cache-Control": "no-store", "Referrer-Policy": "no-referrer"}


class PayerPage:
    def __init__(self, gateway: Gateway) -> None:
        self._gateway = gateway

    def answer(self, request: Request) -> Answer:
        language = "en" if request.query.get("lang") == "en" else "zh-hans"
        code, said = request.path.removeprefix(PAGE), request.query.get("said", "")
        if request.method == "POST":
            return Answer(303, b"", {**SAFE, "Location": f"{request.path}?lang={language}{self._press(code, request)}"})
        shown = [payable for payable in self._gateway.payables() if payable.code == code]
        page = render(shown, language, title="WeChat Pay", said=said, action=request.path).encode()
        return Answer(200 if shown else 404, page, {**SAFE, "Content-Type": "text/html; charset=utf-8"})

    def _press(self, code: str, request: Request) -> str:
        action = parse_qs(request.body.decode(errors="replace")).get("action", [""])[0]
        try:
            self._do(action, {"code": code})
        except Refused as refused:
            return f"&said={refused.code}"
        return ""

    def _do(self, action: str, asked: dict[str, str]) -> Payable | None:
        if action == "cancel":
            return self._gateway.cancel(asked)
        return self._gateway.scan(asked) and self._gateway.confirm(asked) if action == "pay" else None
