"""One test run: the services it needs, and nothing of the machine's own."""

import os

from deploy.local.testing import ensure_test_services

os.environ.update(ensure_test_services())
