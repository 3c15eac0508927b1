from django.urls import path

from apps.losses.api import views

urlpatterns = [
    path("loss-reports", views.LossReports.as_view()),
    path("loss-reports/<uuid:pk>", views.LossReportDetail.as_view()),
    path("loss-reports/<uuid:pk>/found", views.FoundPassport.as_view()),
]
