from django.apps import AppConfig
from django.utils.module_loading import autodiscover_modules
from django.utils.translation import gettext_lazy as _


class SealsConfig(AppConfig):
    name = "apps.seals"
    label = "seals"
    verbose_name = _("Seals and signatures")

    def ready(self) -> None:
        autodiscover_modules("signers", "formats")
