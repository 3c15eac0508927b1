"""Everything the rules may say no with. ``kernel.api.problem`` alone turns these into HTTP."""

from dataclasses import dataclass

from django.db import IntegrityError
from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _

Text = str | Promise


@dataclass(frozen=True, slots=True)
class Fault:
    """One thing wrong with what was sent: ``pointer`` is a JSON pointer (RFC 6901) into the request body."""

    pointer: str
    code: str
    detail: Text


class DomainError(Exception):
    """A rule said no. ``code`` is stable English for programs, ``detail`` a localised sentence for people."""

    code = "refused"
    detail: Text = _("This cannot be done.")

    def __init__(
        self,
        detail: Text = "",
        *,
        code: str = "",
        faults: tuple[Fault, ...] = (),
        missing: tuple[str, ...] = (),
    ) -> None:
        self.detail = detail or self.detail
        self.code = code or self.code
        self.faults = faults
        self.missing = missing
        super().__init__(self.code)

    def __str__(self) -> str:
        return str(self.detail)


class Invalid(DomainError):
    """What was sent cannot be understood: 400."""

    code = "invalid"
    detail = _("Some of what you sent is not right.")


class Unauthenticated(DomainError):
    """Nobody is signed in: 401."""

    code = "not_signed_in"
    detail = _("Please sign in first.")


class Forbidden(DomainError):
    """Known, but not allowed: 403."""

    code = "forbidden"
    detail = _("You may not do this.")


class Unknown(DomainError):
    """It does not exist, or it is someone else's, which is the same: 404."""

    code = "not_found"
    detail = _("This does not exist.")


class Conflict(DomainError):
    """It clashes with what is already there: 409."""

    code = "conflict"
    detail = _("This clashes with what is already there.")


class IllegalMove(Conflict):
    """The workflow has no such move from here: 409."""

    code = "illegal_move"
    detail = _("This step is not possible now.")


class Stale(DomainError):
    """Someone changed it since it was read: 412."""

    code = "stale_version"
    detail = _("This has changed since you opened it. Load it again, then repeat your change.")


class TooLarge(DomainError):
    """More bytes than allowed: 413."""

    code = "too_large"
    detail = _("This is larger than allowed.")


class Unmet(DomainError):
    """Understood, but something is missing; ``missing`` and ``faults`` say what: 422."""

    code = "requirements_unmet"
    detail = _("Something is still missing.")


class VersionRequired(DomainError):
    """An edit without ``If-Match``: 428."""

    code = "version_required"
    detail = _("Send If-Match with the version you edited.")


class TooMany(DomainError):
    """Too often: 429. ``retry_after`` in seconds."""

    code = "too_many_requests"
    detail = _("Too many attempts. Please wait a little.")

    def __init__(self, detail: Text = "", *, code: str = "", retry_after: int = 60) -> None:
        super().__init__(detail, code=code)
        self.retry_after = retry_after


class Unavailable(DomainError):
    """A part we depend on does not answer: 503."""

    code = "unavailable"
    detail = _("This does not work at the moment. Please try again soon.")


def violated(error: IntegrityError) -> str:
    """The name of the constraint that refused, as PostgreSQL reports it."""
    return str(getattr(getattr(error.__cause__, "diag", None), "constraint_name", None) or "")
