from typing import Any

from django.core.management.base import BaseCommand
from django.utils.timezone import now

from apps.privacy.services import replay


class Command(BaseCommand):
    """After a restore, before the product is opened again. Twice does no harm."""

    help = "Erase again whoever was erased since the restored backup was made."

    def handle(self, *args: Any, **options: Any) -> None:
        seen, repeated = 0, 0
        for _citizen, was_needed in replay(at=now()):
            seen, repeated = seen + 1, repeated + was_needed
            self.stderr.write(f"\r{seen} looked at, {repeated} erased again", ending="")
        self.stdout.write(f"{seen} erasures on record, {repeated} repeated")
