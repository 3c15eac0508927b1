"""What every view for citizens starts from."""

from collections.abc import Mapping
from typing import Any, ClassVar, Protocol, Self, TypeVar, cast

from django.conf import settings
from django.db.models import Model, QuerySet
from django.utils.translation import get_language
from rest_framework.generics import GenericAPIView
from rest_framework.request import Request

from apps.accounts.models import Device, Scope, User
from apps.accounts.services import trust
from apps.kernel.workflow import Actor, By

M = TypeVar("M", bound=Model)
READING = frozenset({"get", "head", "options"})


class Owned(Protocol):
    def of(self, user: User, scope: Scope = Scope.VIEW) -> Self: ...


class CitizenView(GenericAPIView[M]):
    """For someone signed in. ``queryset`` is cut down to the caller's own rows, so that others' are a 404.

    Needs a queryset with ``of(user, scope)``; ``self.get_object()`` takes ``pk`` from the path. Reading needs the scope
    ``view``, anything else ``apply``, unless ``scopes`` says otherwise for a method (in lower case). A device on
    probation (ADR 7) is refused everything but the methods ``open_to_probation``, where ``self.device.is_trusted``
    tells what to leave out.
    """

    scopes: ClassVar[Mapping[str, Scope]] = {}
    open_to_probation: ClassVar[frozenset[str]] = frozenset()

    def initial(self, request: Request, *args: Any, **kwargs: Any) -> None:
        super().initial(request, *args, **kwargs)
        if self.method not in self.open_to_probation:
            trust.require(self.device)

    @property
    def method(self) -> str:
        return str(self.request.method).lower()

    @property
    def scope(self) -> Scope:
        """What the caller must be allowed to do for the citizen whose row this is."""
        return self.scopes.get(self.method, Scope.VIEW if self.method in READING else Scope.APPLY)

    @property
    def user(self) -> User:
        return cast("User", self.request.user)

    @property
    def device(self) -> Device:
        return cast("Device", self.request.auth)

    @property
    def actor(self) -> Actor:
        return Actor(By.APPLICANT, self.user)

    @property
    def is_called(self) -> bool:
        """False while the schema is being made: then nobody is signed in."""
        return not getattr(self, "swagger_fake_view", False)

    def get_queryset(self) -> QuerySet[M]:
        rows: Any = super().get_queryset()
        mine = cast("Owned", rows).of(self.user, self.scope) if self.is_called else rows.none()
        return cast("QuerySet[M]", mine)


def language_of(request: Request) -> str:
    """The language this request is answered in, as our lists of languages spell it."""
    return get_language() or settings.LANGUAGE_CODE
