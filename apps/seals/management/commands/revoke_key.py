from typing import Any

from django.core.management.base import BaseCommand, CommandError, CommandParser
from django.utils import timezone

from apps.kernel.errors import DomainError
from apps.seals import services


class Command(BaseCommand):
    """Revoke a signing key: verifiers with the new bundle believe nothing it has sealed. There is no way back."""

    help = __doc__ or ""

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument("serial", help="serial number of its certificate, in hex, as seal_keys prints it")

    def handle(self, *args: Any, **options: Any) -> None:
        try:
            key = services.revoke(serial=options["serial"], at=timezone.now())
        except DomainError as error:
            raise CommandError(f"{error.code}: {error}") from None
        self.stdout.write(f"{key.purpose} {key.serial} revoked since {key.revoked_at:%Y-%m-%dT%H:%M:%SZ}")
