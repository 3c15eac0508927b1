"""``/metrics``: for the operator's Prometheus, in its text format. Without ``METRICS_TOKEN`` there is no such page."""

import os
import time
from collections.abc import Callable

from django.conf import settings
from django.http import HttpRequest, HttpResponse
from django.utils import timezone
from django.utils.crypto import constant_time_compare
from prometheus_client import REGISTRY, CollectorRegistry, generate_latest
from prometheus_client.exposition import CONTENT_TYPE_PLAIN_0_0_4
from prometheus_client.multiprocess import MultiProcessCollector

from apps.kernel import metrics

Handler = Callable[[HttpRequest], HttpResponse]

METHODS = {"GET", "HEAD", "POST", "PUT", "PATCH", "DELETE", "OPTIONS"}
PRODUCT = metrics.Product(timezone.now)


def page(request: HttpRequest) -> HttpResponse:
    """Counters of all processes of this server, and gauges of the whole product."""
    if not settings.METRICS_TOKEN:
        return HttpResponse(status=404)
    if not constant_time_compare(request.headers.get("Authorization", ""), f"Bearer {settings.METRICS_TOKEN}"):
        return HttpResponse(status=401, headers={"WWW-Authenticate": "Bearer"})
    product = CollectorRegistry()
    product.register(PRODUCT)
    text = generate_latest(_counters()) + generate_latest(product)
    return HttpResponse(text, content_type=CONTENT_TYPE_PLAIN_0_0_4)


def measured(get_response: Handler) -> Handler:
    """Middleware: counts by route template, so that no id becomes a label."""

    def middleware(request: HttpRequest) -> HttpResponse:
        begun = time.perf_counter()
        response = get_response(request)
        method = request.method if request.method in METHODS else "other"
        route = request.resolver_match.route if request.resolver_match else "none"
        metrics.REQUESTS.labels(method, route, response.status_code).inc()
        metrics.LATENCY.labels(method, route).observe(time.perf_counter() - begun)
        return response

    return middleware


def _counters() -> CollectorRegistry:
    """With several processes behind one port, the library keeps their counters in files of this folder."""
    if "PROMETHEUS_MULTIPROC_DIR" not in os.environ:
        return REGISTRY
    together = CollectorRegistry()
    MultiProcessCollector(together)  # type: ignore[no-untyped-call]
    return together
