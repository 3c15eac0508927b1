from django.urls import path

from apps.seals.api import verification

urlpatterns = [
    path("verify", verification.page, name="verify"),
    path("verify/trust.jws", verification.trust_jws, name="trust_jws"),
    path("verify/trust.json", verification.trust_json, name="trust_json"),
]
