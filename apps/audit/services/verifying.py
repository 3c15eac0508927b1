"""Everything computed again, and held against what was signed and what was published."""

from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass
from datetime import datetime
from operator import attrgetter
from typing import Any

from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PublicKey

from apps.audit import merkle
from apps.audit.models import Batch, Entry
from apps.audit.rows import leaves
from apps.audit.signers import is_signed

Keys = Mapping[str, Ed25519PublicKey]
Heads = Mapping[int, dict[str, Any]]


@dataclass(frozen=True, slots=True)
class Finding:
    """What is wrong with one batch; ``code`` is stable."""

    batch: int
    code: str
    says: str


@dataclass(frozen=True, slots=True)
class Verdict:
    batches: int
    entries: int
    unsealed: int
    """Entries after the last seal: nothing can be said about them yet."""
    findings: tuple[Finding, ...]


@dataclass(slots=True)
class _Before:
    """Where the previous batch ended."""

    number: int
    last: int
    head: str


def verify(
    *, keys: Keys, heads: Heads, since: datetime | None = None, progress: Callable[[Batch], None] | None = None
) -> Verdict:
    """Check every batch (with ``since``, those sealed from then on) against entries, chain, keys and published heads.

    Only published heads show that the end was cut off or everything was made anew. Memory: one batch.
    """
    batches = Batch.objects.order_by("number")
    before = _start(batches.filter(sealed_at__lt=since).last() if since else None)
    began_after = before.number
    findings: list[Finding] = []
    entries = 0
    for batch in batches.filter(number__gt=began_after).iterator():
        findings += _faults(batch, before, keys, heads)
        entries += batch.count
        before = _Before(batch.number, batch.last, batch.head)
        if progress:
            progress(batch)
    missing = sorted(number for number in heads if number > before.number)
    findings += [Finding(number, "tail_cut", "it was published and is gone") for number in missing]
    unsealed = Entry.objects.filter(pk__gt=before.last).count()
    return Verdict(before.number - began_after, entries, unsealed, tuple(sorted(findings, key=attrgetter("batch"))))


def _start(last: Batch | None) -> _Before:
    return _Before(last.number, last.last, last.head) if last else _Before(0, 0, merkle.NOTHING.hex())


def _faults(batch: Batch, before: _Before, keys: Keys, heads: Heads) -> Iterator[Finding]:
    gone = range(before.number + 1, batch.number)
    yield from (Finding(number, "batch_missing", "it is gone from between its neighbours") for number in gone)
    if not gone and (batch.previous != before.head or batch.first != before.last + 1):
        yield Finding(batch.number, "chain_broken", "it does not follow the batch before it")
    yield from _own_faults(batch, keys)
    if (published := heads.get(batch.number)) and published["head"] != batch.head:
        yield Finding(batch.number, "rebuilt", "another head was published: it was made anew")
    yield from _entry_faults(batch)


def _own_faults(batch: Batch, keys: Keys) -> Iterator[Finding]:
    if batch.counted_head() != batch.head:
        yield Finding(batch.number, "head_wrong", "its own facts do not give its head")
    if (key := keys.get(batch.key)) is None:
        yield Finding(batch.number, "key_unknown", f"no key to be believed has the fingerprint {batch.key}")
    elif not is_signed(key, statement=batch.statement, signature=batch.signature):
        yield Finding(batch.number, "signature_wrong", "its signature does not match")


def _entry_faults(batch: Batch) -> Iterator[Finding]:
    found = list(leaves(batch.first, batch.last))
    where = f"among entries {batch.first} to {batch.last}"
    if len(found) != batch.count:
        word = "deleted" if len(found) < batch.count else "inserted"
        says = f"{abs(len(found) - batch.count)} {word} {where}: there are {len(found)} and not {batch.count}"
        yield Finding(batch.number, f"entries_{word}", says)
    elif merkle.root(found).hex() != batch.root:
        yield Finding(batch.number, "entries_edited", f"something was edited {where}")
