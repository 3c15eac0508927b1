import os

from celery import Celery

from consular.heartbeat import Heartbeat

os.environ.setdefault("DJANGO_SETTINGS_MODULE", "consular.settings")

app = Celery("consular")
app.config_from_object("django.conf:settings", namespace="CELERY")
app.autodiscover_tasks()
app.steps["worker"].add(Heartbeat)
