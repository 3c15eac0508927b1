"""``@idempotent`` on a ``post``: the same key gives the same answer, and one effect."""

import json
from collections.abc import Callable
from functools import wraps
from typing import Concatenate, ParamSpec, TypeVar, cast

from django.db import transaction
from rest_framework.renderers import JSONRenderer
from rest_framework.request import Request
from rest_framework.response import Response
from rest_framework.views import APIView

from apps.kernel.idempotency import claim, fingerprint, keep

HEADER = "Idempotency-Key"
KEPT_HEADERS = ("ETag", "Location")

V = TypeVar("V", bound=APIView)
P = ParamSpec("P")


def idempotent(
    post: Callable[Concatenate[V, Request, P], Response],
) -> Callable[Concatenate[V, Request, P], Response]:
    """An error rolls the claim back with everything else, so a corrected retry may use the same key."""

    @wraps(post)
    def once(view: V, request: Request, *args: P.args, **kwargs: P.kwargs) -> Response:
        body = json.dumps(request.data, sort_keys=True).encode()
        mark = fingerprint(method=str(request.method), path=request.path, body=body)
        with transaction.atomic():
            kept = claim(actor=str(request.user.pk), key=request.headers.get(HEADER, ""), fingerprint=mark)
            if kept.status is not None:
                headers = {**kept.headers, "Idempotent-Replayed": "true"}
                return Response(kept.body, status=kept.status, headers=headers)
            response = post(view, request, *args, **kwargs)
            headers = {name: response[name] for name in KEPT_HEADERS if name in response}
            said = JSONRenderer().render(response.data).decode()
            keep(kept, status=response.status_code, headers=headers, body=said or "null")
        return response

    once.idempotent = True  # type: ignore[attr-defined]
    return cast("Callable[Concatenate[V, Request, P], Response]", once)
