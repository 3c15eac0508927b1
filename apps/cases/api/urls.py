from django.urls import path

from apps.cases.api import views

urlpatterns = [
    path("events", views.Changes.as_view()),
    path("cases", views.Cases.as_view()),
    path("cases/<uuid:pk>", views.CaseDetail.as_view()),
    path("cases/<uuid:pk>/moves", views.CaseMoves.as_view()),
    path("cases/<uuid:pk>/timeline", views.CaseTimeline.as_view()),
    path("cases/<uuid:pk>/validate", views.CaseValidation.as_view()),
    path("cases/<uuid:pk>/attachments", views.CaseAttachments.as_view()),
    path("cases/<uuid:pk>/attachments/<int:attachment>", views.CaseAttachment.as_view()),
    path("cases/<uuid:pk>/quote", views.CaseQuote.as_view()),
    path("cases/<uuid:pk>/payments", views.CasePayments.as_view()),
    path("cases/<uuid:pk>/payments/ways", views.CaseWaysToPay.as_view()),
]
