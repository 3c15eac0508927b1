"""Places where a test can make the process die, so that recovery is proven and not hoped for.

Off unless ``FAULTS_DIR`` is set, which production refuses. A file there, named after the point, holds how many
more times the process is to be killed when it gets to it.
"""

import os
import signal
from pathlib import Path

from django.conf import settings


def fault_point(name: str) -> None:
    if not settings.FAULTS_DIR:
        return
    plan = Path(settings.FAULTS_DIR) / name
    left = int(plan.read_text() or "0") if plan.exists() else 0
    if left > 0:
        plan.write_text(str(left - 1))
        os.kill(os.getpid(), signal.SIGKILL)
