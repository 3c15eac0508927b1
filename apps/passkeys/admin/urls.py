from django.urls import path

from apps.passkeys.admin.confirm import confirm_options
from apps.passkeys.admin.enrolment import enrol, enrol_options
from apps.passkeys.admin.mine import mine, mine_options
from apps.passkeys.admin.sign_in import sign_in, sign_in_options

app_name = "passkeys"

urlpatterns = [
    path("login/", sign_in, name="sign_in"),
    path("login/options", sign_in_options, name="sign_in_options"),
    path("enrol/", enrol, name="enrol"),
    path("enrol/options", enrol_options, name="enrol_options"),
    path("my-passkeys/", mine, name="mine"),
    path("my-passkeys/options", mine_options, name="mine_options"),
    path("confirm/options", confirm_options, name="confirm_options"),
]
