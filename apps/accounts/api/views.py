from dataclasses import asdict

from django.db.models import QuerySet
from django.utils.timezone import now
from django.utils.translation import gettext as _
from drf_spectacular.utils import extend_schema
from rest_framework.request import Request
from rest_framework.response import Response

from apps.accounts import services
from apps.accounts.api.base import CitizenView, language_of
from apps.accounts.api.serializers import (
    AccountEdit,
    AccountOut,
    CitizenEdit,
    CitizenIn,
    CitizenOut,
    ConsentTextOut,
    NameIn,
    SuggestionOut,
)
from apps.accounts.api.sign_in import OpenView
from apps.accounts.models import Citizen, User
from apps.accounts.names import written
from apps.accounts.names.suggestion import suggest
from apps.accounts.particulars import Particulars
from apps.kernel.api.idempotency import idempotent
from apps.kernel.api.pagination import Cursor
from apps.kernel.api.versions import answer, edited_version
from apps.kernel.errors import Fault, Invalid


class Me(CitizenView[User]):
    queryset = User.objects.none()

    @extend_schema(operation_id="me_get", responses=AccountOut)
    def get(self, request: Request) -> Response:
        """The account that is signed in."""
        return Response(AccountOut(self.user).data)

    @extend_schema(operation_id="me_edit", request=AccountEdit, responses=AccountOut)
    def patch(self, request: Request) -> Response:
        """Change the language or time zone of messages."""
        form = AccountEdit(data=request.data)
        form.is_valid(raise_exception=True)
        user = services.edit_account(user=self.user, at=now(), **form.validated_data)
        return Response(AccountOut(user).data)


class CitizenRows(CitizenView[Citizen]):
    queryset = Citizen.objects.all()

    def get_queryset(self) -> QuerySet[Citizen]:
        return Citizen.objects.of(self.user).with_kind() if self.is_called else Citizen.objects.none()


class Citizens(CitizenRows):
    pagination_class = Cursor

    @extend_schema(operation_id="citizens_list", responses=CitizenOut(many=True))
    def get(self, request: Request) -> Response:
        """The people this account acts for: oneself, children, parents."""
        page = self.paginate_queryset(self.get_queryset())
        return self.get_paginated_response(CitizenOut(page, many=True).data)

    @idempotent
    @extend_schema(operation_id="citizens_add", request=CitizenIn, responses={201: CitizenOut})
    def post(self, request: Request) -> Response:
        """Add a person, with the consent to keep their data (`GET /consents/personal_data`)."""
        form = CitizenIn(data=request.data)
        form.is_valid(raise_exception=True)
        given = dict(form.validated_data)
        kind, version = given.pop("kind"), given.pop("consent_version")
        citizen = services.add_citizen(
            user=self.user,
            kind=kind,
            person=Particulars(**given),
            consent_version=version,
            language=language_of(request),
            device=str(self.device),
            at=now(),
        )
        return answer(request, citizen, CitizenOut(self.get_queryset().get(pk=citizen.pk)).data, status=201)


class CitizenDetail(CitizenRows):
    @extend_schema(operation_id="citizens_get", responses=CitizenOut)
    def get(self, request: Request, pk: str) -> Response:
        """One person."""
        citizen = self.get_object()
        return answer(request, citizen, CitizenOut(citizen).data)

    @extend_schema(operation_id="citizens_edit", request=CitizenEdit, responses=CitizenOut)
    def patch(self, request: Request, pk: str) -> Response:
        """Correct particulars. What is sent is checked together with what stays."""
        form = CitizenEdit(data=request.data)
        form.is_valid(raise_exception=True)
        version = edited_version(request)
        services.edit_citizen(user=self.user, pk=pk, version=version, at=now(), **form.validated_data)
        citizen = self.get_object()
        return answer(request, citizen, CitizenOut(citizen).data)

    patch.versioned = True  # type: ignore[attr-defined]


class NameSuggestions(CitizenView[Citizen]):
    queryset = Citizen.objects.none()

    @extend_schema(operation_id="names_suggest", request=NameIn, responses=SuggestionOut)
    def post(self, request: Request) -> Response:
        """How a passport would print this name, by rule. Changes nothing."""
        form = NameIn(data=request.data)
        form.is_valid(raise_exception=True)
        try:
            guess = suggest(written.read(form.validated_data["name"]))
        except Invalid as error:
            raise Invalid(faults=(Fault("/name", error.code, error.detail),)) from None
        note = _("If an earlier passport spells the name differently, keep that spelling.")
        return Response(SuggestionOut(asdict(guess) | {"source": "rule", "note": note}).data)


class ConsentText(OpenView):
    @extend_schema(operation_id="consents_get", responses=ConsentTextOut)
    def get(self, request: Request, purpose: str) -> Response:
        """The text to show before someone agrees, in the language of the request."""
        return Response(ConsentTextOut(services.consent_text(purpose, language_of(request))).data)
