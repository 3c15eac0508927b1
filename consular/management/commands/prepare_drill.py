import json
from collections.abc import Iterator
from datetime import date, datetime, timedelta
from pathlib import Path
from typing import Any

from django.conf import settings
from django.core.management.base import BaseCommand, CommandError, CommandParser
from django.db import transaction
from django.utils.timezone import now

from apps.accounts.models import Citizen, Relation, User
from apps.accounts.services import devices
from apps.accounts.services.consents import give_consent
from apps.accounts.texts import LOSS_DECLARATION, consent_text
from apps.cases.models import Attachment
from apps.documents.cleaned import Cleaned
from apps.documents.cleaning import clean
from apps.documents.encryption import Place
from apps.documents.models import File
from apps.documents.services import blobs
from apps.documents.statuses import FileStatus
from apps.kernel.workflow import Actor, By
from apps.losses.models import LossReport
from apps.posts.models import ChargePolicy, Post
from apps.travel_documents.routing import EMERGENCY
from apps.travel_documents.services import apply
from apps.travel_documents.workflow import WORKFLOW

AT_ONCE = 50
PAPERS = {"photo": "photo", "identity_proof": "paper", "presence_proof": "paper"}
DEVICE = "drill"


class Command(BaseCommand):
    """People with a phone and an application that only needs to be submitted. The workload of a drill."""

    help = "Fill a sandbox with complete drafts for a drill."

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument("--out", type=Path, required=True, help="write people and the workflow table to this file")
        parser.add_argument("--photo", type=Path, required=True, help="a picture that serves everybody as photo")
        parser.add_argument("--paper", type=Path, required=True, help="a picture that serves as every other paper")
        parser.add_argument("--count", type=int, default=500, help="how many applications")
        parser.add_argument("--posts", type=int, default=4, help="over how many posts that charge on approval")
        parser.add_argument("--spare", type=int, default=0, help="clean papers of each citizen that are not attached")

    def handle(self, *args: Any, **options: Any) -> None:
        if not settings.SANDBOX:
            raise CommandError("prepare_drill is for the sandbox only")
        posts = list(_charging()[: options["posts"]])
        if not posts:
            raise CommandError("no post charges on approval: run seed_demo first")
        pictures = {kind: clean(options[kind].read_bytes(), kind=kind) for kind in ("photo", "paper")}
        people = list(self._people(posts, pictures, options["count"], options["spare"]))
        told = {"people": people, "moves": list(_moves()), "start": WORKFLOW.start}
        options["out"].write_text(json.dumps(told, ensure_ascii=False), encoding="utf-8")
        self.stdout.write(f"{len(people)} applications at {', '.join(post.pk for post in posts)}")

    def _people(
        self, posts: list[Post], pictures: dict[str, Cleaned], count: int, spare: int
    ) -> Iterator[dict[str, Any]]:
        for begin in range(0, count, AT_ONCE):
            with transaction.atomic():
                for turn in range(begin, min(begin + AT_ONCE, count)):
                    yield person(turn, posts[turn % len(posts)], pictures, spare, at=now())


def person(turn: int, post: Post, pictures: dict[str, Cleaned], spare: int, *, at: datetime) -> dict[str, Any]:
    """One account with one phone, one citizen and one complete draft; what its phone knows."""
    user = User.objects.create_user(email=f"drill-{turn}-{int(at.timestamp())}@sandbox.example")
    token = devices.new_token()
    devices.add(user=user, token=token, name=DEVICE, language="en", channel="email", trusted_by="first", at=at)
    citizen = Citizen.objects.create(
        name="李娜", surname="LI", given_names="NA", born_on=date(1990, 1, 1), sex="F", place_of_birth="BEIJING"
    )
    Relation.objects.create(user=user, citizen=citizen, kind=Relation.Kind.SELF)
    report = _report(turn, user, citizen, at)
    asked = apply(
        citizen=citizen, post=post, actor=Actor(By.APPLICANT, user), at=at, **_answers(at.date(), report)
    )  # fmt: skip
    for material, kind in PAPERS.items():
        file = _file(user, citizen, kind, pictures[kind])
        Attachment.objects.create(case=asked.case, material=material, file=file, attached_at=at)
    kept = [str(_file(user, citizen, "paper", pictures["paper"]).pk) for _turn in range(spare)]
    facts = {"case": str(asked.case.pk), "number": asked.case.number, "post": post.pk, "email": user.email}
    return {"token": token, "citizen": str(citizen.pk), "user": str(user.pk), "files": kept, **facts}


def _charging() -> Any:
    """Posts that offer it and ask for the fee on approval, always in the same order."""
    open_posts = Post.objects.filter(is_open=True, services__code=EMERGENCY, services__is_open=True)
    return open_posts.filter(charge_policy=ChargePolicy.ON_APPROVAL).order_by("pk").distinct()


def _report(turn: int, user: User, citizen: Citizen, at: datetime) -> LossReport:
    """Without the event of a report: its certificate is another story, and would only cost time here."""
    version = consent_text(LOSS_DECLARATION, "en").version
    facts = {"purpose": LOSS_DECLARATION, "version": version, "language": "en", "device": DEVICE}
    return LossReport.objects.create(
        citizen=citizen,
        reported_by=user,
        passport_number=f"E{turn % 10**8:08d}",
        lost_on=at.date() - timedelta(days=2),
        place="Gare du Nord",
        country="FR",
        consent=give_consent(user=user, citizen=citizen, at=at, **facts),
        device=DEVICE,
        language="en",
    )


def _answers(today: date, report: LossReport) -> dict[str, Any]:
    return {
        "stay": "short_stay",
        "reason": "lost",
        "declares_nationality": True,
        "destination": "上海",
        "travel_on": today + timedelta(days=7),
        "arrived_on": today - timedelta(days=20),
        "address": "12 rue de Rivoli, Paris",
        "home_address": "上海市静安区南京西路1号",
        "phone": "+33612345678",
        "loss_report": report,
    }


def _file(user: User, citizen: Citizen, kind: str, picture: Cleaned) -> File:
    """A clean paper, encrypted with the key of its citizen like any other; only the cleaning was done once for all."""
    file = File(owner=user, citizen=citizen, kind=kind, content_type="image/jpeg", size=len(picture.content))
    file.status, file.sha256, file.clean_key = FileStatus.CLEAN, picture.sha256, f"{file.folder}{picture.sha256}"
    file.width, file.height = picture.size or (None, None)
    file.remarks = list(picture.remarks)
    blobs.put(Place(citizen.pk, file.clean_key, blobs.FILE), [picture.content])
    file.save(force_insert=True)
    return file


def _moves() -> Iterator[list[str]]:
    """The workflow table: move, source, target, by whom. What a history is held against."""
    for row in WORKFLOW.rows:
        for source in row.sources:
            yield [row.name, source, row.target, row.by.value]
