"""Sealing and verifying, against the bare signature (performance §6): this thread's CPU time, in one process."""

from collections.abc import Callable
from datetime import UTC, timedelta
from itertools import cycle

from cryptography.hazmat.primitives import hashes
from cryptography.hazmat.primitives.asymmetric import ec
from django.utils.timezone import now

from apps.seals import certificates, mrz
from apps.seals.ecdsa import to_der
from apps.seals.models import Purpose, SigningKey
from apps.seals.mrz.reading import Zone
from apps.seals.services.keys import trusted_certificates
from apps.seals.trust import Trust
from apps.seals.vds import etd
from apps.seals.vds.seal import decode
from apps.seals.verdicts import GOOD
from apps.seals.verification import verify
from deploy.bench._room import Room
from deploy.bench._table import WrongResult, cpu_of_a_call, interleaved, per_second

LEAST_ISSUE, LEAST_VERIFY = 0.5, 0.6
PEOPLE = 200
MESSAGE = bytes(70)
"""About as long as what a seal signs."""


def run(room: Room) -> None:
    at = now()
    signer = SigningKey.objects.current().get(purpose=Purpose.VDS).signer
    zones = [_zone(number) for number in range(PEOPLE)]
    days = {"issued_on": at.date(), "signed_on": at.astimezone(UTC).date()}
    seals = [etd.issue(zone, signer=signer, **days) for zone in zones]
    trust = Trust(certificates.parse(der) for der in trusted_certificates(at=at))
    if {verify(seal, trust=trust, at=at).code for seal in seals} - GOOD:
        raise WrongResult("a good seal was not believed")
    if verify(seals[0][:-1] + bytes([seals[0][-1] ^ 1]), trust=trust, at=at).code in GOOD:
        raise WrongResult("a forged seal was believed")
    key = ec.generate_private_key(ec.SECP256R1())
    plain, exact = ec.ECDSA(hashes.SHA256()), ec.ECDSA(hashes.SHA256(), deterministic_signing=True)
    # the very signatures of the seals: how long one takes depends on its numbers
    bare = cycle([(to_der(seal.signature), seal.signed) for seal in map(decode, seals)])
    public = trust.signers(decode(seals[0]).header.key)[0].key.key
    zone, seal, times = cycle(zones), cycle(seals), room.times(400)
    calls: dict[str, Callable[[], object]] = {
        "sign": lambda: key.sign(MESSAGE, plain),
        "sign exactly": lambda: key.sign(MESSAGE, exact),
        "issue": lambda: etd.issue(next(zone), signer=signer, **days),
        "verify": lambda: public.verify(*next(bare), plain),
        "believe": lambda: verify(next(seal), trust=trust, at=at).code,
    }
    found = interleaved(
        {name: lambda call=call: cpu_of_a_call(call, times) for name, call in calls.items()},  # type: ignore[misc]
        rounds=10 * room.rounds,  # short ones: a machine is not the same from one second to the next
    )
    _note(room, "ICAO seal issued", found, "issue", "sign", LEAST_ISSUE)
    _note(room, "  against RFC 6979, as our key signs", found, "issue", "sign exactly", 0)
    _note(room, "ICAO seal verified", found, "believe", "verify", LEAST_VERIFY)


def _note(room: Room, what: str, found: dict[str, float], ours: str, limit: str, least: float) -> None:
    shown = {"ours": per_second(found[ours]), "limit": f"{per_second(found[limit])} raw P-256"}
    room.note(what, **shown, ratio=found[limit] / found[ours], least=least)


def _zone(number: int) -> Zone:
    """That of a sheet somebody was given today."""
    today = now().date()
    lines = mrz.build(
        profile="ETD_SHEET",
        issuing_state="CHN",
        nationality="CHN",
        surname="ZHANG",
        given_names=f"SAN{chr(65 + number % 26)}{chr(65 + number // 26)}",
        number=f"L{number:08d}",
        birth=today - timedelta(days=10_000 + number),
        sex="F",
        expiry=today + timedelta(days=15),
    )
    return etd.check(mrz.parse(list(lines), on=today))
