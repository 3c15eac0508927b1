"""One bench, in a process of its own: `Home.measure` starts it and reads what it leaves behind."""

import importlib
import json
import os
import sys
from pathlib import Path

import django
from django.conf import settings

from deploy.bench._home import FOUND, OPTION
from deploy.bench._room import Room
from deploy.bench._table import WrongResult
from deploy.local import signals


def main() -> int:
    """1 when a result was wrong."""
    signals.install()
    os.environ.setdefault("DJANGO_SETTINGS_MODULE", "consular.settings")
    settings.STORAGES["staticfiles"] = {"BACKEND": "django.contrib.staticfiles.storage.StaticFilesStorage"}
    django.setup()
    room = Room(**json.loads(os.environ[OPTION]))
    code = 0
    try:
        importlib.import_module(f"deploy.bench.{room.name}").run(room)
    except WrongResult as wrong:
        print(f"wrong result: {wrong}", flush=True)
        code = 1
    Path(os.environ[FOUND]).write_text(json.dumps([row._asdict() for row in room.rows]))
    return code


if __name__ == "__main__":
    sys.exit(main())
