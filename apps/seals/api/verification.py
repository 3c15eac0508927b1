"""The page where anyone verifies, and the published keys. Public, the same for everybody, and told nothing.

What is to be verified never comes here: the page computes in the browser, and an address carries it behind the #.
"""

import base64
from hashlib import sha256

from django.conf import settings
from django.http import HttpRequest, HttpResponse, JsonResponse
from django.shortcuts import render
from django.utils import timezone
from django.utils.http import quote_etag
from django.views.decorators.http import condition, require_safe

from apps.kernel.api.problem import CONTENT_TYPE, document
from apps.kernel.errors import Unavailable
from apps.seals import bundle, services

BUNDLE_AGE, PAGE_AGE = 300, 300
"""Seconds that others may keep a copy. A revocation is known everywhere after ten minutes."""

POLICY = {
    "default-src": "'none'",
    "script-src": "'self' 'wasm-unsafe-eval'",
    "style-src": "'self'",
    "img-src": "'self' blob: data:",
    "connect-src": "'self'",
    "media-src": "blob:",
    "base-uri": "'none'",
    "form-action": "'none'",
    "frame-ancestors": "'none'",
}
"""The decoder is WebAssembly, which needs its own word; nothing else is lent to this page."""


@require_safe
def page(request: HttpRequest) -> HttpResponse:
    """``/verify``. The CSCAs are written into the page: what it loads later must be signed under one of them."""
    pinned = services.authorities(at=timezone.now())
    context = {
        "authorities": " ".join(base64.b64encode(der).decode() for der in pinned),
        "fingerprints": [_grouped(sha256(der).hexdigest()) for der in pinned],
        "sandbox": settings.SANDBOX,
    }
    response = render(request, "seals/verify.html", context)
    response["Content-Security-Policy"] = "; ".join(f"{name} {value}" for name, value in POLICY.items())
    response["Permissions-Policy"] = "camera=(self), microphone=(), geolocation=()"
    return _public(response, PAGE_AGE)


def _etag(request: HttpRequest) -> str | None:
    try:
        return quote_etag(str(services.published_trust().sequence))
    except Unavailable:
        return None


@require_safe
@condition(etag_func=_etag)
def trust_jws(request: HttpRequest) -> HttpResponse:
    """The signed bundle, to believe."""
    try:
        return _public(HttpResponse(services.published_trust().jws, content_type="application/jose"), BUNDLE_AGE)
    except Unavailable as error:
        return _unavailable(error)


@require_safe
@condition(etag_func=_etag)
def trust_json(request: HttpRequest) -> HttpResponse:
    """The same content without the signature, to read."""
    try:
        content = bundle.payload(services.published_trust().jws)
        return _public(HttpResponse(content, content_type="application/json"), BUNDLE_AGE)
    except Unavailable as error:
        return _unavailable(error)


def _public(response: HttpResponse, age: int) -> HttpResponse:
    response["Cache-Control"] = f"public, max-age={age}"
    response["Referrer-Policy"] = "no-referrer"
    response["Cross-Origin-Resource-Policy"] = "same-origin"
    return response


def _unavailable(error: Unavailable) -> HttpResponse:
    body = document(status=503, code=error.code, detail=error.detail)
    return JsonResponse(body, status=503, content_type=CONTENT_TYPE)


def _grouped(digest: str) -> str:
    """As people read it to one another."""
    return " ".join(digest[place : place + 4] for place in range(0, len(digest), 4)).upper()
