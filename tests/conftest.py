"""One test run: the services it needs, and nothing of the machine's own. Services come first: settings name them."""

import os
from pathlib import Path

import django
from django.conf import settings

from deploy.local.testing import ensure_test_services

os.environ.update(ensure_test_services())
# Test processes side by side have a database each; this gives them a queue each as well.
side = os.environ.get("PYTEST_XDIST_WORKER", "gw0").removeprefix("gw")
os.environ["REDIS_URL"] = os.environ["REDIS_URL"].rpartition("/")[0] + f"/{side}"
os.environ.setdefault("DJANGO_SETTINGS_MODULE", "consular.settings")
Path(settings.STATIC_ROOT).mkdir(parents=True, exist_ok=True)
# Pages are served from the sources: a test run collects nothing.
settings.STORAGES["staticfiles"] = {"BACKEND": "django.contrib.staticfiles.storage.StaticFilesStorage"}
# A good password hash is slow on purpose; hundreds of officers are made here.
settings.PASSWORD_HASHERS = ["django.contrib.auth.hashers.MD5PasswordHasher"]
django.setup()
