from django.apps import AppConfig
from django.utils.module_loading import autodiscover_modules
from django.utils.translation import gettext_lazy as _


class SmsConfig(AppConfig):
    name = "apps.sms"
    label = "sms"
    verbose_name = _("Text messages")

    def ready(self) -> None:
        autodiscover_modules("gateways")
