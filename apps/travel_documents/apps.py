from django.apps import AppConfig


class TravelDocumentsConfig(AppConfig):
    name = "apps.travel_documents"
    label = "travel_documents"
