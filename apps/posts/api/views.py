import hashlib
from typing import Any

from django.utils.http import parse_etags
from django.utils.timezone import now
from django.utils.translation import gettext as _
from drf_spectacular.utils import extend_schema
from rest_framework.permissions import AllowAny
from rest_framework.renderers import JSONRenderer
from rest_framework.request import Request
from rest_framework.response import Response
from rest_framework.views import APIView

from apps.kernel.errors import Unknown
from apps.posts import reports, services
from apps.posts.api.serializers import (
    CompetentIn,
    CompetentOut,
    CountriesOut,
    PostReportOut,
    PostsIn,
    PostsOut,
)
from apps.posts.countries import country_names
from apps.posts.models import Post


class PublicView(APIView):
    """Read by anyone, without signing in, and kept a little by caches on the way."""

    authentication_classes = []
    permission_classes = [AllowAny]
    seconds_fresh = 60

    def shown(self, request: Request, body: dict[str, Any]) -> Response:
        """``body``, or 304 when the caller has exactly this one.

        Its tag is a hash: what is told of a post depends on many rows and on the minute, so no row's version fits.
        """
        tag = f'"{hashlib.sha256(JSONRenderer().render(body)).hexdigest()[:32]}"'
        headers = {"ETag": tag, "Cache-Control": f"public, max-age={self.seconds_fresh}"}
        if tag in parse_etags(request.headers.get("If-None-Match", "")):
            return Response(status=304, headers=headers)
        return Response(body, headers=headers)


class Countries(PublicView):
    seconds_fresh = 24 * 60 * 60

    @extend_schema(operation_id="countries_list", responses=CountriesOut)
    def get(self, request: Request) -> Response:
        """Every country and region by its ISO 3166-1 code, in Chinese and English."""
        named = [{"code": code, "name_zh": zh, "name_en": en} for code, zh, en in country_names()]
        return self.shown(request, CountriesOut({"results": named}).data)


class Posts(PublicView):
    """Not in pages: a few hundred rows that phones keep as a whole under one ETag."""

    @extend_schema(operation_id="posts_list", parameters=[PostsIn], responses=PostsOut)
    def get(self, request: Request) -> Response:
        """The embassies and consulates, by code."""
        asked = PostsIn(data=request.query_params)
        asked.is_valid(raise_exception=True)
        posts = Post.objects.filter(**asked.validated_data)
        return self.shown(request, PostsOut({"results": posts}).data)


class OnePost(PublicView):
    @extend_schema(operation_id="posts_get", responses=PostReportOut)
    def get(self, request: Request, code: str) -> Response:
        """Hours, days off ahead, services with today's fees, and when each would be done if handed in now."""
        if "\0" in code:
            raise Unknown
        at = now()
        post = reports.describable(at=at).filter(code=code).first()
        if post is None:
            raise Unknown
        return self.shown(request, PostReportOut(reports.describe(post=post, at=at)).data)


class CompetentPosts(PublicView):
    @extend_schema(operation_id="posts_competent", parameters=[CompetentIn], responses=CompetentOut)
    def get(self, request: Request) -> Response:
        """The posts that may take your case, best first, and why. `no_competent_post` (404) names the hotline."""
        asked = CompetentIn(data=request.query_params)
        asked.is_valid(raise_exception=True)
        at = now()
        matches = services.matches(**asked.validated_data, posts=reports.describable(at=at))
        if not matches:
            nowhere = _("No Chinese post serves this place. Call consular protection, day and night: %(hotline)s.")
            raise Unknown(nowhere % {"hotline": services.HOTLINE}, code="no_competent_post")
        found = [reports.describe(post=match.post, at=at, match=match) for match in matches]
        return self.shown(request, CompetentOut({"results": found}).data)
