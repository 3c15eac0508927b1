"""What the gateway says of one transaction: in the answer to a query, and in a back notice."""

from collections.abc import Mapping, Set

from deploy.simulators.gateway.clock import beijing
from deploy.simulators.gateway.notices import Notice
from deploy.simulators.gateway.plug import PAID
from deploy.simulators.gateway.world import World
from deploy.simulators.unionpay import wire
from deploy.simulators.unionpay.books import DONE, PAY, REFUND, Books, Deal
from deploy.simulators.unionpay.keys import Keys
from deploy.simulators.unionpay.wanted import SAID

MERCHANT = "777290058200001"
TYPES = {PAY: ("01", "01"), REFUND: ("04", "00"), "void": ("31", "00")}
HEADERS = {"Content-Type": "application/x-www-form-urlencoded;charset=UTF-8"}


def envelope() -> dict[str, str]:
    """What every message of the gateway begins with."""
    return {"version": "5.1.0", "encoding": "UTF-8", "signMethod": "01", "accessType": "0", "merId": MERCHANT}


def facts(deal: Deal) -> dict[str, str]:
    """Of a transaction that is done or under way."""
    type_, subtype = TYPES[deal.kind]
    told = {
        "txnType": type_,
        "txnSubType": subtype,
        "bizType": "000201",
        "orderId": deal.order_id,
        "txnTime": deal.txn_time,
        "txnAmt": str(deal.amount),
        "currencyCode": "156",
        "reqReserved": deal.reserved,
        "origQryId": deal.original,
        "queryId": deal.query_id,
    }
    if deal.made_at:
        told |= {
            "traceNo": deal.trace,
            "traceTime": f"{beijing(deal.moment):%m%d%H%M%S}",
            "settleDate": deal.settled_on[5:].replace("-", ""),
            "settleAmt": str(deal.amount),
            "settleCurrencyCode": "156",
            "accNo": "6226********0000",
        }
    return {name: value for name, value in told.items() if value}


class Teller:
    """Sends the back notices. Only what succeeded is told."""

    def __init__(self, world: World, books: Books, keys: Keys) -> None:
        self.world, self.books, self.keys = world, books, keys

    def tell(self, deal: Deal) -> None:
        if not deal.back_url:
            return
        reference = self.books.reference(deal)
        kind = "payment" if deal.kind == PAY else "refund"

        def write(faults: frozenset[str]) -> tuple[Mapping[str, str], bytes]:
            return HEADERS, wire.form(self.notice(deal, faults))

        self.world.notices.send(Notice(f"notice/{deal.key}", kind, reference, deal.back_url, write))

    def tell_again(self) -> None:
        """After a restart: whatever the merchant has not acknowledged."""
        for deal in list(self.books.deals.values()):
            if deal.state in {PAID, DONE} and self.world.notices.is_waiting(f"notice/{deal.key}"):
                self.tell(deal)

    def notice(self, deal: Deal, faults: Set[str] = frozenset()) -> dict[str, str]:
        message = {**envelope(), **facts(deal), "respCode": "00", "respMsg": f"{SAID['00']}[0000000]"}
        if "notice_wrong_amount" in faults:
            message |= {"txnAmt": str(deal.amount + 1), "settleAmt": str(deal.amount + 1)}
        if "notice_wrong_currency" in faults:
            message |= {"currencyCode": "840", "settleCurrencyCode": "840"}
        if "notice_wrong_merchant" in faults:
            message |= {"merId": "777290058200002"}
        return self.keys.sign(message, faults)
