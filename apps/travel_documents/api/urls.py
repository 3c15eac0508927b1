from django.urls import path

from apps.travel_documents.api import views

urlpatterns = [
    path("travel-documents", views.Applications.as_view()),
    path("travel-documents/routing", views.Routing.as_view()),
    path("travel-documents/<uuid:pk>", views.Application.as_view()),
]
