from typing import Any

from django.core.management.base import BaseCommand, CommandError

from consular.database.grants import Unnamed
from consular.database.secure import Refused, secure


class Command(BaseCommand):
    """After ``migrate``, as the owner of the tables. Passwords of the roles are the operator's to set."""

    help = "Give each kind of process its rights in the database, and no more."

    def handle(self, *args: Any, **options: Any) -> None:
        try:
            done = secure()
        except (Refused, Unnamed) as refused:
            raise CommandError(str(refused)) from refused
        for line in done:
            self.stdout.write(line)
