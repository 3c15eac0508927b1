from pathlib import Path
from typing import Any

from django.core.management.base import BaseCommand, CommandParser
from django.utils import timezone

from apps.seals import certificates, services


class Command(BaseCommand):
    """Make the signing keys that are missing; with --export, write what verifiers must trust into a folder."""

    help = __doc__ or ""

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument("--export", type=Path, help="folder for the certificates, one DER file each")

    def handle(self, *args: Any, **options: Any) -> None:
        at = timezone.now()
        for key in services.create_keys(at=at):
            self.stdout.write(f"{key.purpose} {key.serial} signs until {key.use_until:%Y-%m-%d}")
        services.publish_trust(at=at)
        if folder := options["export"]:
            folder.mkdir(parents=True, exist_ok=True)
            for der in services.trusted_certificates(at=at):
                (folder / f"{certificates.parse(der).lookup.replace(' ', '_')}.cer").write_bytes(der)
