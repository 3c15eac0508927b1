import hashlib
from datetime import datetime
from typing import Any

from django.utils.timezone import now
from django.utils.translation import get_language
from django.utils.translation import gettext_lazy as _
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
