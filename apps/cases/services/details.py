"""What comes with a move besides reasons and a note."""

from collections.abc import Mapping
from dataclasses import dataclass

from django.utils.translation import gettext_lazy as _

from apps.cases.models import Case
from apps.kernel.errors import Fault, Invalid
from apps.kernel.workflow import Move
from apps.posts.models import Post, Service

LONGEST_TRACKING = 64


@dataclass(frozen=True, slots=True)
class Details:
    post: Post | None = None
    tracking: str = ""

    @property
    def codes(self) -> dict[str, str]:
        """For history and audit. Where a parcel is can be followed by anyone with its number: not for the audit."""
        return {"post": self.post.pk} if self.post else {}


def read_details(case: Case, row: Move, given: Mapping[str, str]) -> Details:
    """What the move wants out of what was given. Raises ``Invalid`` with a pointer to what is lacking."""
    post = _post(case, given.get("post", "")) if "post" in row.wants else None
    tracking = _tracking(given.get("tracking", "")) if "tracking" in row.wants else ""
    return Details(post=post, tracking=tracking)


def _post(case: Case, code: str) -> Post:
    offers = Service.objects.open().filter(post=code, code=case.service).exclude(post=case.post_id)
    found = offers.select_related("post").first()
    if found is None or case.urgency not in found.targets:
        raise Invalid(faults=(Fault("/details/post", "post_cannot_take_it", _("That post cannot take it over.")),))
    return found.post


def _tracking(number: str) -> str:
    kept = " ".join(number.split())
    if not kept or len(kept) > LONGEST_TRACKING or not kept.isprintable():
        raise Invalid(faults=(Fault("/details/tracking", "tracking_required", _("Give the tracking number.")),))
    return kept
