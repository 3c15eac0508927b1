from hashlib import sha256
from pathlib import Path
from typing import Any

from django.core.management.base import BaseCommand, CommandError, CommandParser
from django.utils import timezone

from apps.kernel.errors import DomainError
from apps.seals import bundle, certificates, services, trust
from apps.seals.bundle import Bundle


class Command(BaseCommand):
    """Write the published keys into a folder that `verify --trust` takes: certificates, revocation
    lists, void.txt, trust.jws.

    On our side, from the database. With --from, on a border's side: a bundle as /verify/trust.jws gave it, checked
    against the CSCA in --pin; refused when it is expired, or older than the --after that was seen last.
    """

    help = __doc__ or ""

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument("--out", type=Path, required=True, help="folder to write into")
        parser.add_argument("--from", type=Path, dest="source", help="a bundle to check and unpack; needs no database")
        parser.add_argument("--pin", type=Path, nargs="*", default=[], help="CSCA certificates believed beforehand")
        parser.add_argument("--after", type=int, default=0, help="highest sequence number seen so far")

    def handle(self, *args: Any, **options: Any) -> None:
        at = timezone.now()
        try:
            pinned = [der for path in options["pin"] for der in certificates.split(path.read_bytes())]
            source: Path | None = options["source"]
            jws = source.read_text("ascii") if source else services.publish_trust(at=at).jws
            authorities = pinned if source else services.authorities(at=at)
            found = bundle.opened(jws, authorities=authorities, at=at, after=options["after"])
        except (OSError, ValueError) as error:
            raise CommandError(str(error)) from None
        except DomainError as error:
            raise CommandError(f"{error.code}: {error}") from None
        _write(found, jws, options["out"])
        self.stdout.write(f"sequence {found.sequence}, made {found.generated_at:%Y-%m-%dT%H:%M:%SZ}, "
                          f"good until {found.not_after:%Y-%m-%dT%H:%M:%SZ}")  # fmt: skip


def _write(found: Bundle, jws: str, folder: Path) -> None:
    """Named by content; what an earlier bundle left and this one does not hold is taken away."""
    folder.mkdir(parents=True, exist_ok=True)
    files = {f"{sha256(der).hexdigest()[:16]}.cer": der for der in found.certificates}
    files |= {f"{sha256(der).hexdigest()[:16]}.crl": der for der in found.revocation_lists}
    for old in [*folder.glob("*.cer"), *folder.glob("*.crl")]:
        if old.name not in files:
            old.unlink()
    files[trust.VOID] = "".join(f"{number}\n" for number in found.void).encode()
    for name, content in {**files, "trust.jws": jws.encode(), "trust.json": bundle.payload(jws)}.items():
        (folder / name).write_bytes(content)
