from pathlib import Path
from typing import Any

from django.conf import settings
from django.core.management.base import BaseCommand, CommandError, CommandParser

from consular.reference import PAGES


class Command(BaseCommand):
    """Write ``docs/reference``, or with ``--check`` fail when it is out of date."""

    help = "Write docs/reference from the code."
    requires_system_checks: list[str] = []

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument("--check", action="store_true", help="only say which pages are out of date")

    def handle(self, *args: Any, **options: Any) -> None:
        folder = Path(settings.BASE_DIR) / "docs" / "reference"
        stale = [name for name, page in PAGES.items() if self._differs(folder / name, page())]
        if options["check"]:
            if stale:
                raise CommandError("out of date: " + ", ".join(stale))
            return
        folder.mkdir(parents=True, exist_ok=True)
        for name in stale:
            (folder / name).write_text(PAGES[name](), encoding="utf-8")
            self.stdout.write(f"wrote docs/reference/{name}")

    def _differs(self, path: Path, text: str) -> bool:
        return not path.exists() or path.read_text(encoding="utf-8") != text
