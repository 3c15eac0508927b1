from typing import Any

from django.core.management.base import BaseCommand, CommandError, CommandParser
from django.utils.timezone import now

from apps.accounts.models import User
from apps.kernel.errors import DomainError
from apps.passkeys import services
from apps.passkeys.party import enrolment_address


class Command(BaseCommand):
    """How the first administrator gets in, and anyone when no administrator can."""

    help = "Print a link by which this member of staff adds a passkey: once, within 24 hours."

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument("username")
        parser.add_argument("--new-administrator", action="store_true", help="make the account, with every right")

    def handle(self, *args: Any, **options: Any) -> None:
        username = options["username"]
        if options["new_administrator"]:
            User.objects.get_or_create(username=username, defaults=NEW)
        user = User.objects.filter(username=username).first()
        if user is None:
            raise CommandError(f"nobody is called {username}")
        try:
            token = services.invite(user=user, made_by=None, at=now())
        except DomainError as refused:
            raise CommandError(str(refused)) from None
        self.stdout.write(enrolment_address(token))


NEW = {"is_staff": True, "is_superuser": True, "password": "!"}
"""``!`` is what no password can match."""
