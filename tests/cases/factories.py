"""Rows that cases stand on. Every function makes something complete and valid; arguments change one thing."""

import uuid
from datetime import UTC, date, datetime, time
from itertools import count

from django.contrib.auth.models import Permission

from apps.accounts.models import Citizen, Consent, Relation, User
from apps.accounts.services import person_key
from apps.cases import services
from apps.cases.models import Case
from apps.documents.models import File
from apps.documents.statuses import FileStatus
from apps.kernel.workflow import SYSTEM, Actor, By
from apps.losses.models import LossReport
from apps.posts.models import ChargePolicy, Officer, OpeningRule, Policy, Post, PostKind, Service, Tariff
from apps.travel_documents.models import TravelDocument, Validity
from tests.payments.merchants import make_merchant

AT = datetime(2026, 11, 23, 9, 0, tzinfo=UTC)
EMERGENCY = "TRAVEL_DOC_EMERGENCY"
KIND = "travel_document"

_turn = count()


def make_post(
    code: str = "PAR",
    *,
    charge_policy: str = ChargePolicy.ON_APPROVAL,
    fee: int = 1600,
    ships=False,
    priced_from: date = date(2019, 7, 1),
) -> Post:
    """An embassy that is open on weekdays and offers emergency travel documents."""
    post, is_new = Post.objects.get_or_create(
        code=code,
        defaults={
            "kind": PostKind.EMBASSY,
            "name_zh": "中国驻法国大使馆",
            "name_en": "Embassy of China in France",
            "country": "FR",
            "city_zh": "巴黎",
            "city_en": "Paris",
            "time_zone": "Europe/Paris",
            "currency": "EUR",
            "policy": Policy.COUNTRY,
            "charge_policy": charge_policy,
        },
    )
    make_merchant()
    if is_new:
        OpeningRule.objects.bulk_create(
            OpeningRule(post=post, weekday=day, opens=time(9), closes=time(17)) for day in range(1, 6)
        )
        Service.objects.create(post=post, code=EMERGENCY, normal_days=4, urgent_days=3, express_days=2, ships=ships)
        Tariff.objects.create(
            post=post,
            service=EMERGENCY,
            component="base",
            currency="EUR",
            amount_minor=fee,
            active_from=priced_from,
            legal_basis_zh="护照法第二十二条",
            legal_basis_en="Passport Law, article 22",
            approved_at=AT,
        )
        if ships:
            Tariff.objects.create(
                post=post,
                service=EMERGENCY,
                component="postage",
                currency="EUR",
                amount_minor=1200,
                active_from=date(2019, 7, 1),
                legal_basis_zh="演示数值",
                legal_basis_en="Demonstration value",
                approved_at=AT,
            )
    Validity.objects.get_or_create(service=EMERGENCY, active_from=date(2020, 1, 1), defaults={"days_after_travel": 15})
    return post


def make_officer(post: Post) -> User:
    """Somebody who may decide on travel documents at that post."""
    user = User.objects.create_user(f"officer-{post.pk.lower()}-{next(_turn)}", "an-officer-password", is_staff=True)
    user.user_permissions.set(
        Permission.objects.filter(codename__in=["decide", "view_case", "change_case", "view_traveldocument"])
    )
    Officer.objects.create(user=user, post=post)
    return user


def make_supervisor(post: Post) -> User:
    user = make_officer(post)
    user.user_permissions.add(Permission.objects.get(codename="supervise"))
    return User.objects.get(pk=user.pk)  # without the permissions remembered so far


def make_applicant() -> User:
    return User.objects.create_user(email=f"applicant-{next(_turn)}@sandbox.example")


def make_citizen(user: User, *, kind: str = "self", identity_number: str | None = None) -> Citizen:
    citizen = Citizen.objects.create(
        name="李娜",
        surname="LI",
        given_names="NA",
        born_on=date(1990, 1, 1),
        sex="F",
        place_of_birth="BEIJING",
        identity_number=identity_number,
    )
    Relation.objects.create(user=user, citizen=citizen, kind=kind)
    return citizen


def make_file(
    user: User, *, kind: str = "paper", status: str = FileStatus.CLEAN, citizen: Citizen | None = None
) -> File:
    """Of the account's first citizen, made when there is none."""
    stored = {"sha256": "0" * 64, "clean_key": f"files/{next(_turn)}.jpg"} if status == FileStatus.CLEAN else {}
    whose = citizen or Citizen.objects.of(user).first() or make_citizen(user)
    facts = {"kind": kind, "content_type": "image/jpeg", "size": 1000, "status": status}
    return File.objects.create(owner=user, citizen=whose, **facts, **stored)


def make_loss_report(citizen: Citizen, user: User) -> LossReport:
    consent = Consent.objects.create(
        user=user,
        citizen=citizen,
        purpose="loss_declaration",
        text_version="1",
        text_sha256="0" * 64,
        language="en",
        device="test",
        at=AT,
    )
    return LossReport.objects.create(
        citizen=citizen,
        reported_by=user,
        passport_number=f"E{uuid.uuid4().int % 10**8:08d}",
        lost_on=date(2026, 11, 20),
        place="Gare du Nord",
        country="FR",
        consent=consent,
    )


def make_draft(*, post: Post | None = None, user: User | None = None, complete: bool = True) -> Case:
    """A travel document draft with every answer and every paper, or with none."""
    user = user or make_applicant()
    citizen = make_citizen(user)
    case = Case.objects.create(
        kind=KIND,
        service=EMERGENCY,
        citizen=citizen,
        person=person_key(citizen),
        applicant=user,
        post=post or make_post(),
    )
    asked = TravelDocument.objects.create(case=case)
    if complete:
        complete_answers(asked, user)
    return case


def complete_answers(asked: TravelDocument, user: User) -> None:
    asked.stay, asked.reason = "short_stay", "lost"
    asked.declares_nationality = True
    asked.destination, asked.travel_on = "上海", date(2026, 11, 30)
    asked.arrived_on = date(2026, 11, 1)
    asked.address, asked.home_address, asked.phone = "12 rue de Paris", "北京市朝阳区", "+33123456789"
    asked.loss_report = make_loss_report(asked.case.citizen, user)
    asked.save()
    for material in ("photo", "identity_proof", "presence_proof"):
        file = make_file(user, kind="photo" if material == "photo" else "paper")
        asked.case.attachments.create(material=material, file=file, attached_at=AT)


def applicant_of(case: Case) -> Actor:
    return Actor(By.APPLICANT, case.applicant)


def make_case(status: str = "submitted", *, post: Post | None = None, officer: User | None = None) -> Case:
    """A case that was moved to ``status`` by its own workflow."""

    case = make_draft(post=post)
    clerk = Actor(By.OFFICER, officer or make_officer(case.post))
    second = Actor(By.OFFICER, make_officer(case.post))
    steps = {
        "submit": applicant_of(case), "claim": clerk, "ask": clerk, "approve": clerk, "pay": SYSTEM,
        "ask_issuer": clerk, "propose_refusal": clerk, "refuse": second,
    }  # fmt: skip
    for name in WAYS[status]:
        case = services.move(case=case, name=name, actor=steps[name], at=AT, **SAID.get(name, {}))
    return case


WAYS = {
    "draft": [],
    "submitted": ["submit"],
    "preliminary_review": ["submit", "claim"],
    "info_requested": ["submit", "claim", "ask"],
    "issuer_verification": ["submit", "claim", "ask_issuer"],
    "final_review": ["submit", "claim", "propose_refusal"],
    "refused": ["submit", "claim", "propose_refusal", "refuse"],
    "payment_due": ["submit", "claim", "approve"],
    "production": ["submit", "claim", "approve", "pay"],
}
SAID = {
    "ask": {"reasons": ["photo_unsuitable"], "note": "请重新拍照"},
    "propose_refusal": {"reasons": ["deception"], "note": "材料不实"},
}
