from django.urls import path

from apps.notifications.api import views

urlpatterns = [
    path("messages", views.Inbox.as_view()),
    path("messages/channels", views.Channels.as_view()),
    path("messages/<uuid:pk>/read", views.MessageRead.as_view()),
    path("devices/current/push-token", views.CurrentPushToken.as_view()),
]
