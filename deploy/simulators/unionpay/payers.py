"""The payer: the phone on the control port, and the cashier's page on the data port."""

from collections.abc import Mapping
from dataclasses import replace
from html import escape
from typing import Any
from urllib.parse import parse_qs, urlsplit

from deploy.simulators.gateway.page import POLICY, render
from deploy.simulators.gateway.plug import CLOSED, OPEN, PAID, SCANNED, Answer, Payable, Refused, Request
from deploy.simulators.gateway.world import World
from deploy.simulators.unionpay.books import Books, Deal
from deploy.simulators.unionpay.telling import Teller

ADDRESS = "/pay/"
RETURN = {"zh-hans": "返回商户", "en": "Return to the merchant"}


class Payers:
    def __init__(self, world: World, books: Books, teller: Teller) -> None:
        self.world, self.books, self.teller = world, books, teller

    def scan(self, asked: Mapping[str, Any]) -> Payable:
        deal = self._open(asked)
        if deal.state == OPEN:
            deal = self.books.keep(replace(deal, state=SCANNED, code="05"))
        return self.books.payable(deal)

    def confirm(self, asked: Mapping[str, Any]) -> Payable:
        """A declined purchase can be tried again, with another card, until its time is over."""
        deal = self._open(asked)
        if self.world.faults.take({"payer_declined"}, route="pay", reference=deal.order_id):
            self.books.keep(replace(deal, state=SCANNED, code="60"))
            raise Refused(402, "payer_declined")
        deal = self.books.settle(deal, PAID)
        self.teller.tell(deal)
        return self.books.payable(deal)

    def cancel(self, asked: Mapping[str, Any]) -> Payable:
        """Walks away: what was begun is left as it is, and can be paid until its time is over."""
        return self.books.payable(self._open(asked))

    def page(self, request: Request) -> Answer:
        """``GET`` and ``POST /pay/TN``."""
        language = "en" if request.query.get("lang") == "en" else "zh-hans"
        code = request.path.removeprefix(ADDRESS)
        said = self._press(request, code) if request.method == "POST" else ""
        try:
            deal = self.books.asked_for({"code": code})
        except Refused:
            return _html(render([], language, title="UnionPay"), 404)
        action = f"{ADDRESS}{deal.tn}"
        page = render([self.books.payable(deal)], language, title="UnionPay", said=said, action=action)
        if deal.front_url and self.books.state(deal) in {PAID, CLOSED}:
            return _html(page.replace("</main>", self._return(deal, language) + "</main>"), 200, deal.front_url)
        return _html(page, 200)

    def _press(self, request: Request, code: str) -> str:
        form = parse_qs(request.body.decode(errors="replace"))
        try:
            if form.get("action") == ["pay"]:
                self.scan({"code": code})
                self.confirm({"code": code})
            else:
                self.cancel({"code": code})
        except Refused as refused:
            return refused.code
        return ""

    def _return(self, deal: Deal, language: str) -> str:
        """The form that brings the payer, and never a proof, back to the merchant."""
        fields = self.teller.notice(deal) if deal.state == PAID else {}
        hidden = "".join(f'<input type="hidden" name="{name}" value="{escape(fields[name])}">' for name in fields)
        return (
            f'<form id="return" method="post" action="{escape(deal.front_url)}">{hidden}'
            f'<button class="cancel">{RETURN[language]}</button></form>'
        )

    def _open(self, asked: Mapping[str, Any]) -> Deal:
        """What can be paid now. Raises ``Refused`` (404, 409)."""
        deal = self.books.asked_for(asked)
        state = self.books.state(deal)
        is_late = state == CLOSED and self.world.faults.take({"late_success"}, route="pay", reference=deal.order_id)
        if state not in {OPEN, SCANNED} and not is_late:
            raise Refused(409, "not_payable")
        return deal


def _html(page: str, status: int, elsewhere: str = "") -> Answer:
    """``elsewhere`` is another address that a form of this page may go to."""
    parts = urlsplit(elsewhere)
    may = f"form-action 'self' {parts.scheme}://{parts.netloc}" if elsewhere else "form-action 'self'"
    headers = {
        "Content-Type": "text/html; charset=utf-8",
        "Content-Security-Policy": POLICY.replace("form-action 'self'", may),
        "Cache-Control": "no-store",
        "Referrer-Policy": "no-referrer",
        "X-Content-Type-Options": "nosniff",
    }
    return Answer(status, page.encode(), headers)
