from django.urls import path

from apps.documents.api import content, views

urlpatterns = [
    path("files", views.Files.as_view()),
    path("files/<uuid:pk>", views.FileDetail.as_view()),
    path("files/<uuid:pk>/complete", views.FileCompletion.as_view()),
    path("files/<uuid:pk>/content", views.FileContent.as_view()),
    path("readings/<str:reading>", content.Content.as_view()),
    path("uploads/<str:upload>", content.Upload.as_view()),
    path("documents", views.Documents.as_view()),
    path("documents/<uuid:pk>", views.DocumentDetail.as_view()),
    path("documents/<uuid:pk>/pdf", views.DocumentPdf.as_view()),
]
