from django.conf import settings
from django.contrib import admin
from django.urls import include, path
from django.views.i18n import set_language
from drf_spectacular.views import SpectacularAPIView, SpectacularSwaggerView

from apps.documents.admin import content

SERVED = [
    "accounts",
    "posts",
    "losses",
    "privacy",
    "documents",
    "notifications",
    "payments",
    "travel_documents",
    "cases",
]

PHONES = [
    *(path("api/v1/", include(f"apps.{name}.api.urls")) for name in SERVED),
    path("", include("apps.seals.api.urls")),
    path("api/v1/schema", SpectacularAPIView.as_view(), name="schema"),
    path("api/v1/docs", SpectacularSwaggerView.as_view(url_name="schema"), name="docs"),
]
DESK = [
    path("admin/language", set_language, name="set_language"),
    path("admin/", include("apps.passkeys.admin.urls")),
    path("admin/content/<str:reading>", admin.site.admin_view(content), name="staff_content"),
    path("admin/", admin.site.urls),
]

# The phones' process answers nothing of the desk, nor the desk's anything of the phones.
urlpatterns = [
    *([] if settings.PROCESS == "staff" else PHONES),
    *([] if settings.PROCESS == "api" else DESK),
]

handler400 = "apps.kernel.api.problem.bad_request"
handler404 = "apps.kernel.api.problem.not_found"
handler500 = "consular.pages.server_error"
