from django.apps import AppConfig
from django.utils.translation import gettext_lazy as _


class TravelDocumentsConfig(AppConfig):
    name = "apps.travel_documents"
    label = "travel_documents"
    verbose_name = _("Travel documents")
