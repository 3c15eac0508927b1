"""One document, against its two dear parts alone: Typst, and a plain pyHanko (performance §6).

First the chain of seal, code, page and signature; then all from number to store.

All in seconds of this process's CPU, Typst's threads included; the database's own is not counted.
"""

import cProfile
import hashlib
import importlib
import json
import pstats
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import replace
from datetime import timedelta
from io import BytesIO
from itertools import count
from typing import Any
from uuid import UUID

import typst
from asn1crypto import keys, x509
from cryptography import x509 as pyca
from cryptography.hazmat.primitives import hashes
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.hazmat.primitives.serialization import Encoding, NoEncryption, PrivateFormat
from django.utils.timezone import now
from pyhanko.pdf_utils.incremental_writer import IncrementalPdfFileWriter
from pyhanko.sign import PdfSignatureMetadata, signers
from pyhanko.sign.fields import SigSeedSubFilter
from pyhanko_certvalidator.registry import SimpleCertificateStore

from apps.cases.models import Case
from apps.documents import rendering
from apps.documents import services as documents
from apps.documents.encryption import Place
from apps.documents.models import File, Issue
from apps.documents.services import blobs
from apps.documents.statuses import IssueStatus
from apps.seals import certificates
from apps.seals import services as seals
from apps.seals.services.keys import trusted_certificates
from apps.seals.trust import Trust
from apps.seals.verdicts import GOOD
from apps.seals.verification import verify
from apps.travel_documents import services
from apps.travel_documents.paper import Sheet, sheet
from deploy.bench._drafts import Draft, drafts
from deploy.bench._room import Room
from deploy.bench._table import WrongResult, interleaved, ms, per_second
from deploy.demo.pictures import portrait

issuing: Any = importlib.import_module("apps.travel_documents.services.issue")

LEAST_PER_SECOND, BARE_PER_SECOND = 25, 17.4
"""Asked of seal, code, page and signature, and what their bare chain made where that was asked: 1.44 times it."""
PARTS = {
    "sheet": "laying out the page", "sign_pdf": "PAdES", "seal_mrz": "the seal", "datamatrix": "its DataMatrix",
    "store_paper": "encrypting and storing", "content": "reading the photo", "reserve": "the number",
    "mark_issued": "recording it", "move": "moving the case",
}  # fmt: skip

_PAID = """
UPDATE cases_case SET status = 'production', submitted_at = now(), fee_settled_at = now(), due_on = now()::date + 4,
    charge_policy = 'on_approval', particulars = (SELECT jsonb_build_object('name', name, 'surname', surname,
        'given_names', given_names, 'born_on', born_on, 'sex', sex, 'place_of_birth', place_of_birth,
        'nationality', nationality, 'identity_number', NULL) FROM accounts_citizen z WHERE z.id = citizen_id)
WHERE id IN (SELECT "case" FROM bench.draft)
"""


class Run:
    """The job of a worker that nobody disturbs."""

    key, attempt = "bench", 1

    @contextmanager
    def finish(self) -> Iterator[None]:
        yield


def run(room: Room) -> None:
    each = room.times(20)
    with room.administrator() as cursor, drafts(cursor, each * (room.rounds + 2)) as left:
        cursor.execute(_PAID)
        press = _Press(left)
        press.give_photos()
        press.issue(each)
        bare = _Bare(press.pages, press.paper())
        measures: dict[str, Callable[[], float]] = {
            "ours": lambda: press.issue(each),
            "chain": lambda: press.chain(each),
            "typst": lambda: bare.typst(each),
            "pades": lambda: bare.pades(each),
        }
        found = interleaved(measures, rounds=room.rounds - 1)
        parts = press.profile(each)
        press.check()
    limit, shown = found["typst"] + found["pades"], f"{ms(found['typst'])} Typst + {ms(found['pades'])} pyHanko"
    room.note("a document: seal, code, page, signature", ours=ms(found["chain"]), limit=shown,
              ratio=limit / found["chain"], least=round(LEAST_PER_SECOND / BARE_PER_SECOND, 2))  # fmt: skip
    room.note("  per core-second of this machine", ours=per_second(found["chain"]), limit=f"{LEAST_PER_SECOND}/s",
              ratio=1 / found["chain"] / LEAST_PER_SECOND)  # fmt: skip
    room.note("the same from approved case to stored document", ours=ms(found["ours"]), limit=shown,
              ratio=limit / found["ours"])  # fmt: skip
    total = sum(parts.values())
    for name, seconds in sorted(parts.items(), key=lambda part: -part[1]):
        room.note(f"  {PARTS[name]}", ours=ms(seconds), limit="(under a profiler)", ratio=seconds / total)


class _Press:
    """Issues documents, each of another person, and keeps what Typst was given."""

    def __init__(self, left: list[Draft]) -> None:
        self.left = left
        self.done: list[Draft] = []
        self.pages: list[tuple[dict[str, bytes], Any]] = []
        self.sheets: list[tuple[Sheet, bytes]] = []
        self.turn = count()
        self.made = b""

    def give_photos(self) -> None:
        photo = portrait()
        for draft in self.left:
            file = File.objects.get(citizen=UUID(draft.citizen), kind="photo")
            blobs.put(Place(UUID(draft.citizen), file.clean_key, blobs.FILE), [photo])
        shown = {"sha256": hashlib.sha256(photo).hexdigest(), "size": len(photo)}
        File.objects.filter(citizen__in=[draft.citizen for draft in self.left], kind="photo").update(**shown)

    def issue(self, number: int) -> float:
        """Seconds of CPU for one."""
        taken, self.left = self.left[:number], self.left[number:]
        compiling, drawing = rendering._compile, issuing.sheet  # noqa: SLF001

        def keep(files: dict[str, bytes], created_at: Any) -> bytes:
            self.pages.append((files, created_at))
            return compiling(files, created_at)

        def look(*, data: Sheet, photo: bytes, seal: bytes) -> bytes:
            self.sheets.append((data, photo))
            return bytes(drawing(data=data, photo=photo, seal=seal))

        rendering._compile, issuing.sheet = keep, look  # noqa: SLF001
        try:
            begun = time.process_time()
            for draft in taken:
                services.issue(case=draft.case, job=Run(), at=now())
            spent = time.process_time() - begun
        finally:
            rendering._compile, issuing.sheet = compiling, drawing  # noqa: SLF001
        self.done += taken
        return spent / len(taken)

    def chain(self, number: int) -> float:
        """Seconds of CPU for one that is only made, not kept: each a page nobody has laid out before."""
        begun, at = time.process_time(), now()
        for _ in range(number):
            turn = next(self.turn)
            data, photo = self.sheets[turn % len(self.sheets)]
            seal = seals.seal_mrz(mrz_lines=data.mrz, issued_on=data.issued_on, at=at)
            asked = replace(data, given_names=f"{data.given_names} {turn}")
            paper = sheet(data=asked, photo=photo, seal=seals.datamatrix(seal=seal))
            self.made = seals.sign_pdf(pdf=paper, reason="Bench", at=at, valid_until=data.expires_on)
        return (time.process_time() - begun) / number

    def profile(self, number: int) -> dict[str, float]:
        """Seconds of CPU for each part of one document."""
        profiler = cProfile.Profile(time.process_time)
        profiler.runcall(self.issue, number)
        stats: dict[Any, Any] = pstats.Stats(profiler).stats  # type: ignore[attr-defined]
        return {
            name: sum(row[3] for place, row in stats.items() if place[2] == name and "/apps/" in place[0]) / number
            for name in PARTS
        }

    def paper(self) -> bytes:
        """Of the first one: unsigned or not makes no difference to who signs it."""
        return documents.pdf(issue=Issue.objects.get(subject=f"case:{self.done[0].case}"))

    def check(self) -> None:
        """Each has one document, live, with its own number; and what the chain makes is genuine."""
        subjects = [f"case:{draft.case}" for draft in self.done]
        issued = Issue.objects.filter(subject__in=subjects, status=IssueStatus.ISSUED)
        if len({one.number for one in issued}) != len(subjects):
            raise WrongResult(f"{len(subjects)} cases, {len(issued)} documents")
        cases = Case.objects.filter(pk__in=[draft.case for draft in self.done])
        if {case.status for case in cases} != {"ready_to_collect"}:
            raise WrongResult("not every case went on")
        trust = Trust(certificates.parse(der) for der in trusted_certificates(at=now()))
        if verify(self.made, trust=trust, at=now()).code not in GOOD:
            raise WrongResult("what the chain made is not believed")


class _Bare:
    """Typst with a compiler that is kept, and pyHanko as its manual has it, on the same pages."""

    def __init__(self, pages: list[tuple[dict[str, bytes], Any]], pdf: bytes) -> None:
        self.pages, self.pdf, self.turn = pages, pdf, count()
        self.compiler: Any = typst.Compiler(font_paths=[str(one) for one in rendering.FONTS], ignore_system_fonts=True)
        key = ec.generate_private_key(ec.SECP256R1())
        certificate = x509.Certificate.load(_certificate(key))
        info = keys.PrivateKeyInfo.load(key.private_bytes(Encoding.DER, PrivateFormat.PKCS8, NoEncryption()))
        self.signer = signers.SimpleSigner(certificate, info, SimpleCertificateStore.from_certs([certificate]))  # type: ignore[no-untyped-call]

    def typst(self, number: int) -> float:
        """A page nobody has laid out before, as every document is."""
        begun = time.process_time()
        for _ in range(number):
            turn = next(self.turn)
            files, created_at = self.pages[turn % len(self.pages)]
            data = json.loads(files["data.json"]) | {"number": f"B{turn:08d}", "given_names": f"NA{turn}"}
            given = files | {"data.json": json.dumps(data).encode()}
            stamp = int(created_at.timestamp())
            self.compiler.compile(input=given, format="pdf", pdf_standards=["a-2b"], timestamp=stamp)
        return (time.process_time() - begun) / number

    def pades(self, number: int) -> float:
        begun = time.process_time()
        for _ in range(number):
            facts = PdfSignatureMetadata(
                field_name=f"Bench{next(self.turn)}", md_algorithm="sha256", subfilter=SigSeedSubFilter.PADES
            )
            signers.sign_pdf(IncrementalPdfFileWriter(BytesIO(self.pdf)), facts, signer=self.signer)
        return (time.process_time() - begun) / number


def _certificate(key: ec.EllipticCurvePrivateKey) -> bytes:
    """Its own, in DER."""
    name = pyca.Name([pyca.NameAttribute(pyca.NameOID.COMMON_NAME, "Bench")])
    made = pyca.CertificateBuilder(name, name, key.public_key(), 1, now(), now() + timedelta(days=1))
    return made.sign(key, hashes.SHA256()).public_bytes(Encoding.DER)
