from django.urls import path

from apps.accounts.api import consents, devices, mandates, sign_in, views

urlpatterns = [
    path("auth/challenges", sign_in.Challenges.as_view()),
    path("auth/tokens", sign_in.Tokens.as_view()),
    path("auth/tokens/current", devices.CurrentToken.as_view()),
    path("devices", devices.Devices.as_view()),
    path("devices/current/challenges", devices.OwnChallenges.as_view()),
    path("devices/current/confirmation", devices.OwnConfirmation.as_view()),
    path("devices/<uuid:pk>", devices.DeviceDetail.as_view()),
    path("devices/<uuid:pk>/confirmation", devices.Confirmation.as_view()),
    path("devices/<uuid:pk>/denial", devices.Denial.as_view()),
    path("me", views.Me.as_view()),
    path("me/addresses", views.Addresses.as_view()),
    path("me/addresses/challenges", views.AddressChallenges.as_view()),
    path("citizens", views.Citizens.as_view()),
    path("citizens/<uuid:pk>", views.CitizenDetail.as_view()),
    path("citizens/<uuid:pk>/mandates", mandates.CitizenMandates.as_view()),
    path("mandates/acceptances", mandates.Acceptances.as_view()),
    path("mandates/<uuid:pk>", mandates.MandateDetail.as_view()),
    path("mandates/<uuid:pk>/code", mandates.MandateCode.as_view()),
    path("names/suggestions", views.NameSuggestions.as_view()),
    path("consents", consents.Consents.as_view()),
    path("consents/<uuid:pk>/withdrawal", consents.Withdrawal.as_view()),
    path("consents/<slug:purpose>", consents.ConsentText.as_view()),
]
