from django.urls import path

from apps.privacy.api import views

urlpatterns = [
    path("citizens/<uuid:pk>/export", views.Copies.as_view()),
    path("citizens/<uuid:pk>/export/content", views.CopyContent.as_view()),
    path("citizens/<uuid:pk>/accesses", views.Accesses.as_view()),
    path("citizens/<uuid:pk>/erasure", views.Erasures.as_view()),
]
