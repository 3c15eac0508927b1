from dataclasses import asdict
from datetime import date, datetime

from django.db import transaction

from apps.accounts.models import Citizen, Consent, User
from apps.accounts.services import give_consent
from apps.accounts.texts import LOSS_DECLARATION
from apps.audit.services import record
from apps.kernel.workflow import Actor, By
from apps.losses import passport
from apps.losses.events import PassportFrozen
from apps.losses.models import LossReport
from apps.losses.passport import Loss
from apps.outbox.services import publish
from apps.posts import services as posts
from apps.posts.models import Post


@transaction.atomic
def report(
    *,
    user: User,
    citizen: Citizen,
    consent_version: str,
    device: str,
    language: str,
    passport_number: str,
    passport_issued_by: str,
    lost_on: date,
    place: str,
    country: str,
    circumstances: str,
    at: datetime,
    issued_on: date | None = None,
    post: Post | None = None,
) -> LossReport:
    """Freeze a passport at once, with the declaration of R20. The second report of the same loss is the first one.

    ``country`` is ISO 3166-1 alpha-2. ``post`` sees to it; left out, the one that serves the place of the loss.
    Raises ``Invalid`` with all faults, and ``Conflict`` when the text of the declaration has changed meanwhile.
    """
    given = Loss(passport_number, passport_issued_by, lost_on, place, country, circumstances, issued_on)
    loss = passport.read(given, born_on=citizen.born_on, at=at)
    Citizen.objects.select_for_update().get(pk=citizen.pk)
    known = _known(loss, citizen)
    if known:
        return known
    consent = give_consent(
        user=user,
        citizen=citizen,
        purpose=LOSS_DECLARATION,
        version=consent_version,
        language=language,
        device=device,
        at=at,
    )
    return _freeze(loss, consent, post or _post_of(loss), at)


def _freeze(loss: Loss, consent: Consent, post: Post | None, at: datetime) -> LossReport:
    frozen = LossReport.objects.create(
        citizen=consent.citizen,
        reported_by=consent.user,
        consent=consent,
        device=consent.device,
        language=consent.language,
        post=post,
        **asdict(loss),
    )
    actor = Actor(By.APPLICANT, consent.user)
    record(actor=actor, action="passport_frozen", subject=frozen.subject, at=at, citizen=frozen.citizen_id)
    publish(PassportFrozen(report=str(frozen.pk), citizen=str(consent.citizen_id)))
    return frozen


def _known(loss: Loss, citizen: Citizen) -> LossReport | None:
    """Only the citizen's own: a stranger who typed the number first must not keep its owner from reporting."""
    return LossReport.objects.live().filter(passport_number=loss.passport_number, citizen=citizen).first()


def _post_of(loss: Loss) -> Post | None:
    """None where China has no post; the ministry's hotline is the way out then (R80)."""
    return next(iter(posts.competent(country=loss.country, address=loss.place)), None)
