"""Whom a verifier believes: certificates it was given beforehand, never those that come with a document."""

from collections.abc import Iterable, Sequence
from datetime import datetime
from functools import lru_cache
from pathlib import Path

from django.utils.translation import gettext as _

from apps.kernel.errors import Invalid
from apps.seals import certificates, revocation
from apps.seals.certificates import Certificate
from apps.seals.revocation import RevocationList

VOID = "void.txt"
"""One number a line."""


class Trust:
    """CSCAs and signers.

    A signer from a country whose CSCA is here must be signed by that CSCA. Where no CSCA of its country is here,
    being listed is enough.
    """

    def __init__(
        self,
        listed: Iterable[Certificate],
        revocations: Iterable[RevocationList] = (),
        void: frozenset[str] = frozenset(),
    ) -> None:
        listed = list(listed)
        self._void = void
        self._authorities: dict[str, list[Certificate]] = {}
        self._listed = {each.der for each in listed}
        self._signers: dict[str, list[Certificate]] = {}
        for each in listed:
            if each.is_authority:
                self._authorities.setdefault(each.country, []).append(each)
            else:
                self._signers.setdefault(each.lookup, []).append(each)
        self._revoked = self._read_revocations(revocations)

    def signers(self, lookup: str) -> Sequence[Certificate]:
        """Those a seal may mean by country, name and serial number, as in ``Header.key``."""
        return self._signers.get(lookup, [])

    def trusts(self, certificate: Certificate, *, at: datetime) -> bool:
        compatriots = self._authorities.get(certificate.country)
        if compatriots is None:
            return certificate.der in self._listed
        return any(each.is_valid_at(at) and _is_signed(certificate, each) for each in compatriots)

    def has_revoked(self, certificate: Certificate, *, at: datetime) -> bool:
        since = self._revoked.get((certificate.issuer_key, certificate.serial))
        return since is not None and since <= at

    def has_voided(self, number: str) -> bool:
        """A document of ours with this number was declared void."""
        return number in self._void

    def _read_revocations(self, lists: Iterable[RevocationList]) -> dict[tuple[str, int], datetime]:
        """Only from lists that an authority here has signed."""
        authorities = [each for compatriots in self._authorities.values() for each in compatriots]
        return {
            (each.issuer_key, serial): since
            for each in lists
            if any(each.is_signed_by(authority) for authority in authorities)
            for serial, since in each.revoked.items()
        }


@lru_cache(maxsize=4096)
def _is_signed(certificate: Certificate, issuer: Certificate) -> bool:
    return certificate.is_signed_by(issuer)


@lru_cache(maxsize=64)
def trust_in(ders: tuple[bytes, ...], void: frozenset[str] = frozenset()) -> Trust:
    """From certificates and revocation lists in DER, and the numbers of void documents.

    What cannot be read is left out: it cannot be believed.
    """
    found = [_either(der) for der in ders]
    return Trust(
        [each for each in found if isinstance(each, Certificate)],
        [each for each in found if isinstance(each, RevocationList)],
        void,
    )


def load(path: Path) -> Trust:
    """From a file, or all the files of a folder; DER or PEM. ``void.txt`` there: numbers of void documents.

    Raises ``OSError``, or ``Invalid`` (``certificate_unreadable``) where none of it can be read.
    """
    files = sorted(each for each in path.iterdir() if each.is_file()) if path.is_dir() else [path]
    ders = tuple(der for file in files for der in _split(file.read_bytes()))
    if not any(map(_either, ders)):
        raise Invalid(_("This is not a certificate that can be read."), code="certificate_unreadable")
    return trust_in(ders, _void_in(path))


def _void_in(path: Path) -> frozenset[str]:
    listed = path / VOID
    return frozenset(listed.read_text("ascii").split()) if path.is_dir() and listed.exists() else frozenset()


def _split(content: bytes) -> Iterable[bytes]:
    try:
        return certificates.split(content)
    except ValueError:
        return []


def _either(der: bytes) -> Certificate | RevocationList | None:
    for parse in (certificates.parse, revocation.parse):
        try:
            return parse(der)
        except Invalid:
            continue
    return None
