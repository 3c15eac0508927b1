"""Lost passports as tests want them. Every function makes something complete and valid."""

from contextlib import contextmanager
from datetime import date
from itertools import count

from django.contrib.auth.models import Permission

from apps.accounts.models import User
from apps.losses import services
from apps.losses.models import IssuingAuthority
from apps.outbox.services import LeaseLost
from apps.posts.models import Officer
from tests.accounts.factories import AT, make_citizen, make_user
from tests.cases.factories import make_post

RIGHTS = ["view_lossreport", "notify_issuer", "declare_void", "hand_in"]
_turn = count()


def make_report(citizen=None, **changes):
    """A passport lost in Paris, reported a moment ago."""
    citizen = citizen or make_citizen(make_user())
    told = {
        "consent_version": "1",
        "device": "Pixel 9",
        "language": "en",
        "passport_number": "E12345678",
        "passport_issued_by": "国家移民管理局",
        "lost_on": date(2026, 11, 21),
        "place": "Gare du Nord, Paris",
        "country": "FR",
        "circumstances": "My bag was taken.",
        "at": AT,
    }
    return services.report(user=citizen.relations.first().user, citizen=citizen, **told | changes)


def make_officer(post=None, *, rights=RIGHTS):
    user = User.objects.create_user(f"desk-{next(_turn)}", "an-officer-password", is_staff=True)
    user.user_permissions.set(Permission.objects.filter(codename__in=rights, content_type__app_label="losses"))
    Officer.objects.create(user=user, post=post or make_post())
    return user


def authority(code="NIA", **changes):
    found = IssuingAuthority.objects.get(pk=code)
    IssuingAuthority.objects.filter(pk=code).update(**changes)
    found.refresh_from_db()
    return found


def notified(report, officer, **how):
    how = {"sent": "letter", "reference": "RR123456785CN"} | how
    return services.notify_issuer(report=report, authority=authority(), officer=officer, at=AT, **how)


class Run:
    """A job as a worker holds it; with ``lost``, one that another worker has taken over."""

    key, attempt = "delivery-1", 1

    def __init__(self, *, lost=False):
        self.lost = lost

    @contextmanager
    def finish(self):
        if self.lost:
            raise LeaseLost(self.key)
        yield
