from django.urls import path

from apps.payments.api import views

urlpatterns = [
    path("payments/providers", views.Providers.as_view()),
    path("payments/notices/<slug:merchant>", views.Notices.as_view(), name="payments_notice"),
    path("payments/<uuid:pk>", views.PaymentDetail.as_view()),
]
