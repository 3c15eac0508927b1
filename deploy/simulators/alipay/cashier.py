"""The page of a payer who came by ``alipay.trade.wap.pay``, and the way back to the merchant."""

from html import escape
from urllib.parse import parse_qs, urlencode, urlsplit

from deploy.simulators.alipay.dealing import Dealing
from deploy.simulators.alipay.moments import written, yuan
from deploy.simulators.alipay.parties import SELLER, Parties
from deploy.simulators.alipay.phone import Phone
from deploy.simulators.alipay.trades import Offer
from deploy.simulators.alipay.wire import to_sign
from deploy.simulators.alipay.wrong import Wrong
from deploy.simulators.gateway.page import POLICY, render
from deploy.simulators.gateway.plug import Answer, Refused, Request

PATH = "/cashier/"
SAFE = {"Cache-Control": "no-store", "Referrer-Policy": "no-referrer", "X-Content-Type-Options": "nosniff"}


class Cashier:
    def __init__(self, parties: Parties, dealing: Dealing, phone: Phone) -> None:
        self._parties, self._dealing, self._phone = parties, dealing, phone

    def enter(self, offer: Offer) -> Answer:
        return _to(f"{PATH}{offer.code}")

    def refuse(self, wrong: Wrong) -> Answer:
        """A payer sees a page, not a node."""
        said = escape(f"{wrong.sub_code}: {wrong.sub_msg}")
        return _page(f'<!doctype html><html lang="en"><title>{said}</title><p>{said}</p></html>', 400, POLICY)

    def serve(self, request: Request) -> Answer:
        offer = self._dealing.book.offer(request.path.removeprefix(PATH))
        if offer is None or offer.product != "wap":
            return Answer(404)
        language = "en" if request.query.get("lang") == "en" else "zh-hans"
        if request.method == "POST":
            return self._press(offer, request.body, language)
        said, seen = request.query.get("said", ""), [self._phone.cancel({"code": offer.code})]
        page = render(seen, language, title="Alipay", said=said, action=f"{PATH}{offer.code}")
        return _page(page, 200, _policy(offer))

    def _press(self, offer: Offer, body: bytes, language: str) -> Answer:
        action = parse_qs(body.decode(errors="replace")).get("action", [""])[0]
        if action == "cancel":
            return _to(offer.quit_url)
        back = f"{PATH}{offer.code}?lang={language}"
        if action != "pay":
            return _to(f"{back}&said=refused")
        try:
            self._phone.scan({"code": offer.code})
            self._phone.confirm({"code": offer.code})
        except Refused as refused:
            return _to(f"{back}&said={refused.code}")
        return _to(self._returned(offer) if offer.return_url else back)

    def _returned(self, offer: Offer) -> str:
        """The merchant's page, with signed parameters that prove nothing until a query has said the same."""
        trade = self._dealing.book.trade(offer.out_trade_no)
        said = {
            "method": "alipay.trade.wap.pay.return",
            "app_id": offer.app_id,
            "auth_app_id": offer.app_id,
            "charset": "utf-8",
            "version": "1.0",
            "sign_type": "RSA2",
            "timestamp": written(self._dealing.now),
            "out_trade_no": offer.out_trade_no,
            "trade_no": trade.trade_no if trade else "",
            "total_amount": yuan(offer.total),
            "seller_id": SELLER,
        }
        said["sign"] = self._parties.company.sign(to_sign(said, "sign_type"))
        return f"{offer.return_url}{'&' if '?' in offer.return_url else '?'}{urlencode(said)}"


def _policy(offer: Offer) -> str:
    """Browsers apply ``form-action`` to where a form is redirected as well."""
    parts = [urlsplit(url) for url in (offer.return_url, offer.quit_url) if url]
    origins = " ".join(f"{part.scheme}://{part.netloc}" for part in parts)
    return POLICY.replace("form-action 'self'", f"form-action 'self' {origins}")


def _page(text: str, status: int, policy: str) -> Answer:
    kind = {"Content-Type": "text/html; charset=utf-8", "Content-Security-Policy": policy}
    return Answer(status, text.encode(), {**kind, **SAFE})


def _to(url: str) -> Answer:
    return Answer(303, b"", {"Location": url, **SAFE})
