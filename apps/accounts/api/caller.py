"""Where a request comes from, as far as a limit needs to know."""

from ipaddress import IPv6Address, ip_address, ip_network

from django.conf import settings
from rest_framework.request import Request

SUBSCRIBER = 64
"""An IPv6 subscriber has a /64 at least, and all of its addresses."""


def caller(request: Request) -> str:
    """The network address.

    Behind the proxy of production it is the last entry of ``X-Forwarded-For``, the one that proxy wrote; whatever
    stands before it is the caller's own claim.
    """
    address = str(request.META.get("REMOTE_ADDR", ""))
    if settings.SECURE_PROXY_SSL_HEADER:
        address = request.headers.get("X-Forwarded-For", address).rpartition(",")[2].strip()
    try:
        known = ip_address(address)
    except ValueError:
        return "unknown"
    if isinstance(known, IPv6Address):
        return str(known.ipv4_mapped or ip_network((known, SUBSCRIBER), strict=False))
    return str(known)
