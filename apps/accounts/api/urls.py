from django.urls import path

from apps.accounts.api import sign_in, views

urlpatterns = [
    path("auth/challenges", sign_in.Challenges.as_view()),
    path("auth/tokens", sign_in.Tokens.as_view()),
    path("auth/tokens/current", sign_in.CurrentToken.as_view()),
    path("devices", sign_in.Devices.as_view()),
    path("devices/<uuid:pk>", sign_in.DeviceDetail.as_view()),
    path("me", views.Me.as_view()),
    path("citizens", views.Citizens.as_view()),
    path("citizens/<uuid:pk>", views.CitizenDetail.as_view()),
    path("names/suggestions", views.NameSuggestions.as_view()),
    path("consents/<slug:purpose>", views.ConsentText.as_view()),
]
