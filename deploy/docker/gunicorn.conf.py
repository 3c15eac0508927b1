"""How `api` and `staff` serve HTTP behind the proxy. `WEB_CONCURRENCY` (gunicorn's own) is the number of processes."""

import os
import shutil
from pathlib import Path
from typing import Any

from prometheus_client import multiprocess

bind = "0.0.0.0:8000"
worker_class = "gthread"
limit_request_line = 8190  # five hundred Chinese characters in a query are 4,500 bytes; nginx takes 8 KiB
threads = 8  # times processes: the database connections that this server holds
preload_app = True
# longer than the proxy keeps an idle connection: who closes first loses no request
keepalive = 75
timeout = 40
graceful_timeout = 30
max_requests, max_requests_jitter = 20_000, 2_000
worker_tmp_dir = "/dev/shm"  # noqa: S108 -- memory, and each file in it is unlinked at once
control_socket_disable = True
accesslog = None  # the product logs every request itself, without personal data

COUNTERS = os.environ.get("PROMETHEUS_MULTIPROC_DIR", "")


def on_starting(server: Any) -> None:
    """Counters of an earlier run are not ours."""
    if COUNTERS:
        shutil.rmtree(COUNTERS, ignore_errors=True)
        Path(COUNTERS).mkdir(parents=True)


def child_exit(server: Any, worker: Any) -> None:
    """Its counters still count; what it held at the moment does not."""
    if COUNTERS:
        multiprocess.mark_process_dead(worker.pid)  # type: ignore[no-untyped-call]
