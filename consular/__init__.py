"""The project: assembles the apps, contains no rule."""

from consular.celery import app as celery_app

__all__ = ["celery_app"]
