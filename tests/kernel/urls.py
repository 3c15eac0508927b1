from django.urls import path

from tests.kernel import views

urlpatterns = [
    path("api/v1/refusals/<str:name>", views.Refusal.as_view()),
    path("api/v1/unmet", views.Unmet.as_view()),
    path("api/v1/crash", views.Crash.as_view()),
    path("api/v1/throttled", views.Throttled.as_view()),
    path("api/v1/private", views.Private.as_view()),
    path("api/v1/echo", views.Echo.as_view()),
    path("api/v1/anything", views.Anything.as_view()),
    path("api/v1/notes", views.Note.as_view()),
    path("api/v1/thing", views.Thing.as_view()),
    path("api/v1/answers", views.Answers.as_view()),
]

handler400 = "apps.kernel.api.problem.bad_request"
handler404 = "apps.kernel.api.problem.not_found"
handler500 = "apps.kernel.api.problem.server_error"
