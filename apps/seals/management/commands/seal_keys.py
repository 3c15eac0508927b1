from datetime import datetime
from pathlib import Path
from typing import Any

from django.core.management.base import BaseCommand, CommandError, CommandParser
from django.utils import timezone

from apps.kernel.errors import DomainError
from apps.seals import certificates, services
from apps.seals.models import Purpose, SigningKey
from apps.seals.signers import key_stores


class Command(BaseCommand):
    """Make the signing keys that are missing; list them, or put a new one in the place of one of them.

    With --export, write what verifiers must trust into a folder.
    """

    help = __doc__ or ""

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument("--export", type=Path, help="folder for the certificates, one DER file each")
        parser.add_argument("--list", action="store_true", help="every key, also those that sign no more")
        parser.add_argument("--rotate", choices=Purpose.values, help="a new key for this; the old one stays believed")
        parser.add_argument("--backend", choices=list(key_stores), default="", help="where new keys are made")

    def handle(self, *args: Any, **options: Any) -> None:
        at = timezone.now()
        if options["list"]:
            self._list(at)
            return
        try:
            if options["rotate"]:
                services.rotate(purpose=options["rotate"], at=at, store=options["backend"])
            keys = services.create_keys(at=at, store=options["backend"])
        except DomainError as refused:
            raise CommandError(f"{refused.code}: {refused}") from None
        for key in keys:
            self.stdout.write(f"{key.purpose} {key.serial} signs until {key.use_until:%Y-%m-%d}")
        services.publish_trust(at=at)
        if folder := options["export"]:
            folder.mkdir(parents=True, exist_ok=True)
            for der in services.trusted_certificates(at=at):
                (folder / f"{certificates.parse(der).lookup.replace(' ', '_')}.cer").write_bytes(der)

    def _list(self, at: datetime) -> None:
        """Purpose, serial number, store, state, last day of signing, last day of belief."""
        for key in SigningKey.objects.order_by("purpose", "created_at"):
            store = key.key_reference.partition(":")[0]
            dates = f"{key.use_until:%Y-%m-%d}  {key.valid_until:%Y-%m-%d}"
            self.stdout.write(f"{key.purpose:<5} {key.serial:<8} {store:<7} {_state(key, at):<9} {dates}")


def _state(key: SigningKey, at: datetime) -> str:
    if key.is_current and key.may_sign(at=at):
        return "signs"
    return "believed" if key.valid_until >= at else "ended"
