from django.apps import AppConfig
from django.utils.module_loading import autodiscover_modules
from django.utils.translation import gettext_lazy as _


class KernelConfig(AppConfig):
    name = "apps.kernel"
    label = "kernel"
    verbose_name = _("Plumbing")

    def ready(self) -> None:
        autodiscover_modules("metrics", "withdrawn")
