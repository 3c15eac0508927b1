from django.urls import path

from apps.notifications.api import views

urlpatterns = [
    path("messages", views.Inbox.as_view()),
    path("messages/<uuid:pk>/read", views.MessageRead.as_view()),
]
