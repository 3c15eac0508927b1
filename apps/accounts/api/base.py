"""What every view for citizens starts from."""

from typing import Any, Protocol, Self, TypeVar, cast

from django.conf import settings
from django.db.models import Model, QuerySet
from django.utils.translation import get_language
from rest_framework.generics import GenericAPIView
from rest_framework.request import Request

from apps.accounts.models import Device, User
from apps.kernel.workflow import Actor, By

M = TypeVar("M", bound=Model)


class Owned(Protocol):
    def of(self, user: User) -> Self: ...


class CitizenView(GenericAPIView[M]):
    """For someone signed in. ``queryset`` is cut down to the caller's own rows, so that others' are a 404.

    Needs a queryset with ``of(user)``; ``self.get_object()`` takes ``pk`` from the path.
    """

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
        mine = cast("Owned", rows).of(self.user) if self.is_called else rows.none()
        return cast("QuerySet[M]", mine)


def language_of(request: Request) -> str:
    """The language this request is answered in, as our lists of languages spell it."""
    return get_language() or settings.LANGUAGE_CODE
