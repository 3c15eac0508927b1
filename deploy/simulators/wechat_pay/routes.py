"""Every address of the interface: its name for plans of faults, and who may use it."""

import re
from collections.abc import Mapping
from dataclasses import dataclass, field
from urllib.parse import unquote

from deploy.simulators.gateway.plug import Request

DOMESTIC, GLOBAL, ANY = "domestic", "global", "any"


@dataclass(frozen=True)
class Route:
    name: str
    method: str
    path: str
    side: str
    verb: str
    """The method of ``api.Api`` that answers."""


ROUTES = (
    Route("create", "POST", "/v3/pay/transactions/(?P<kind>app|jsapi|h5|native)", DOMESTIC, "create"),
    Route("query", "GET", "/v3/pay/transactions/out-trade-no/(?P<number>[^/]+)", DOMESTIC, "query"),
    Route("query", "GET", "/v3/pay/transactions/id/(?P<id>[^/]+)", DOMESTIC, "query"),
    Route("close", "POST", "/v3/pay/transactions/out-trade-no/(?P<number>[^/]+)/close", DOMESTIC, "close"),
    Route("refund", "POST", "/v3/refund/domestic/refunds", DOMESTIC, "refund"),
    Route("refund_query", "GET", "/v3/refund/domestic/refunds/(?P<refund>[^/]+)", DOMESTIC, "refund_query"),
    Route("abnormal", "POST", "/v3/refund/domestic/refunds/(?P<id>[^/]+)/apply-abnormal-refund", DOMESTIC, "abnormal"),
    Route("bill", "GET", "/v3/bill/tradebill", DOMESTIC, "trade_bill"),
    Route("bill", "GET", "/v3/bill/fundflowbill", DOMESTIC, "funds_bill"),
    Route("download", "GET", "/v3/billdownload/file", DOMESTIC, "download"),
    Route("certificates", "GET", "/v3/certificates", ANY, "certificates"),
    Route("certificates", "GET", "/v3/global/certificates", GLOBAL, "certificates"),
    Route("create", "POST", "/v3/global/transactions/(?P<kind>app|jsapi|mweb|native)", GLOBAL, "create"),
    Route("query", "GET", "/v3/global/transactions/out-trade-no/(?P<number>[^/]+)", GLOBAL, "query"),
    Route("query", "GET", "/v3/global/transactions/id/(?P<id>[^/]+)", GLOBAL, "query"),
    Route("close", "POST", "/v3/global/transactions/out-trade-no/(?P<number>[^/]+)/close", GLOBAL, "close"),
    Route("refund", "POST", "/v3/global/refunds", GLOBAL, "refund"),
    Route("refund_query", "GET", "/v3/global/refunds/out-refund-no/(?P<refund>[^/]+)", GLOBAL, "refund_query"),
    Route("refund_query", "GET", "/v3/global/refunds/id/(?P<id>[^/]+)", GLOBAL, "refund_query"),
    Route("bill", "GET", "/v3/global/statements", GLOBAL, "statement"),
    Route("settlements", "GET", "/v3/global/settle/settlements", GLOBAL, "settlements"),
)
UNSIGNED = frozenset({"download"})
"""Answers that are checked by the hash of an earlier one."""


@dataclass(frozen=True)
class Call:
    """A request that has found its route; ``parts`` are those of the path, decoded."""

    route: Route
    request: Request
    parts: Mapping[str, str] = field(default_factory=dict)

    @property
    def is_global(self) -> bool:
        return self.route.side == GLOBAL


def find(request: Request) -> Call | None:
    for route in ROUTES:
        found = re.fullmatch(route.path, request.path)
        if found and route.method == request.method:
            return Call(route, request, {name: unquote(part) for name, part in found.groupdict().items()})
    return None
