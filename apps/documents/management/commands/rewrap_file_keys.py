from typing import Any

from django.core.management.base import BaseCommand

from apps.documents import services
from apps.documents.models import CitizenKey
from apps.documents.services.keys import keks

BATCH = 500
BAR = 40


class Command(BaseCommand):
    help = (
        "Wrap every citizen's file key with the first of FILE_KEYS, while everything runs. "
        "Afterwards the old ones can be taken out. Stopped anywhere, it goes on there."
    )

    def handle(self, *args: Any, **options: Any) -> None:
        newest = next(iter(keks()))
        waiting = CitizenKey.objects.to_rewrap(kek=newest)
        total, done = waiting.count(), 0
        while wrapped := services.rewrap(limit=BATCH):
            done += wrapped
            self._show(done, max(total, done))
        self.stdout.write(f"{done} keys wrapped with {newest}, {waiting.count()} left with another")

    def _show(self, done: int, total: int) -> None:
        filled = BAR * done // total
        self.stderr.write(f"\r[{'#' * filled}{'.' * (BAR - filled)}] {done}/{total}", ending="")
        self.stderr.write("" if done < total else "\n", ending="")
