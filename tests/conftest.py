"""One test run: the services it needs, and nothing of the machine's own. Services come first: settings name them."""

import os
import tempfile
from importlib import import_module

import django
import pytest
from django.apps import apps
from django.conf import settings
from django.test import TransactionTestCase

from deploy.local.testing import ensure_test_services
from tests import emptying, template

os.environ.update(ensure_test_services())
# Test processes side by side have a database each; this gives them a queue each as well.
side = os.environ.get("PYTEST_XDIST_WORKER", "gw0").removeprefix("gw")
os.environ["REDIS_URL"] = os.environ["REDIS_URL"].rpartition("/")[0] + f"/{side}"
os.environ.setdefault("DJANGO_SETTINGS_MODULE", "consular.settings")
# Pages are served from the sources: a test run collects nothing, and reads nothing that a demo has collected.
nothing = tempfile.TemporaryDirectory()
settings.STATIC_ROOT = nothing.name
settings.STORAGES["staticfiles"] = {"BACKEND": "django.contrib.staticfiles.storage.StaticFilesStorage"}
# A good password hash is slow on purpose; hundreds of officers are made here.
settings.PASSWORD_HASHERS = ["django.contrib.auth.hashers.MD5PasswordHasher"]
django.setup()

TransactionTestCase._fixture_teardown = emptying.empty


@pytest.fixture(scope="session")
def django_db_modify_db_settings(django_db_modify_db_settings, django_db_blocker):
    with django_db_blocker.unblock():
        settings.DATABASES["default"]["TEST"]["TEMPLATE"] = template.ensure()


@pytest.hookimpl(trylast=True)
def pytest_collection_modifyitems(items):
    """What may take longest begins first, so that nobody waits for it at the end."""
    items.sort(key=lambda item: item.get_closest_marker("timeout") is None)


@pytest.fixture(autouse=True)
def rules_that_migrations_bring(request):
    """A test that commits empties every table at its end, those included that a migration had filled."""
    mark = request.node.get_closest_marker("django_db")
    commits = {"transactional_db", "live_server"} & set(request.fixturenames)
    if mark is None and not commits and "db" not in request.fixturenames:
        return
    request.getfixturevalue("transactional_db" if commits or (mark and mark.kwargs.get("transaction")) else "db")
    if not apps.get_model("losses", "CertificateTerm").objects.exists():
        for module in ("losses.migrations.0003_first_terms", "travel_documents.migrations.0002_first_validity"):
            import_module(f"apps.{module}").add(apps, None)
