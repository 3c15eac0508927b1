from dataclasses import asdict

from django.db.models import QuerySet
from django.utils.timezone import now
from django.utils.translation import gettext as _
from drf_spectacular.utils import extend_schema
from rest_framework.request import Request
from rest_framework.response import Response

from apps.accounts import addresses, services
from apps.accounts.api.base import CitizenView, language_of
from apps.accounts.api.caller import caller
from apps.accounts.api.clock import database_now
from apps.accounts.api.rights import CitizenDetailOut
from apps.accounts.api.serializers import (
    AccountEdit,
    AccountOut,
    AddressIn,
    ChallengeOut,
    CitizenEdit,
    CitizenIn,
    CitizenOut,
    CodeIn,
    NameIn,
    SuggestionOut,
)
from apps.accounts.models import Citizen, Scope, User
from apps.accounts.names import written
from apps.accounts.names.suggestion import suggest
from apps.accounts.particulars import Particulars
from apps.accounts.services import contact
from apps.kernel.api.idempotency import idempotent
from apps.kernel.api.pagination import Cursor
from apps.kernel.api.versions import answer, edited_version
from apps.kernel.errors import Fault, Invalid


class Me(CitizenView[User]):
    queryset = User.objects.none()
    open_to_probation = frozenset({"get"})

    def shown(self, user: User) -> Response:
        return Response(AccountOut(user, context={"device": self.device}).data)

    @extend_schema(operation_id="me_get", responses=AccountOut)
    def get(self, request: Request) -> Response:
        """The account that is signed in."""
        return self.shown(self.user)

    @extend_schema(operation_id="me_edit", request=AccountEdit, responses=AccountOut)
    def patch(self, request: Request) -> Response:
        """Change the language or time zone of messages."""
        form = AccountEdit(data=request.data)
        form.is_valid(raise_exception=True)
        user = services.edit_account(user=self.user, at=now(), **form.validated_data)
        return self.shown(user)


class AddressChallenges(CitizenView[User]):
    queryset = User.objects.none()

    @extend_schema(operation_id="me_address_challenge", request=AddressIn, responses={202: ChallengeOut})
    def post(self, request: Request) -> Response:
        """Have a code sent to a new e-mail address or phone number. Limits as in `POST /auth/challenges`."""
        form = AddressIn(data=request.data)
        form.is_valid(raise_exception=True)
        address = addresses.read(form.validated_data["to"])
        asked = contact.ask_new_address(device=self.device, address=address, caller=caller(request), at=database_now())
        return Response(ChallengeOut(asked).data, status=202)


class Addresses(CitizenView[User]):
    queryset = User.objects.none()

    @extend_schema(operation_id="me_address_change", request=CodeIn, responses=AccountOut)
    def post(self, request: Request) -> Response:
        """Be reached at the address the code went to: added, or in place of the one of its kind, which is told."""
        form = CodeIn(data=request.data)
        form.is_valid(raise_exception=True)
        user = contact.change_address(device=self.device, **form.validated_data, at=database_now())
        return Response(AccountOut(user, context={"device": self.device}).data)


class CitizenRows(CitizenView[Citizen]):
    queryset = Citizen.objects.all()

    def get_queryset(self) -> QuerySet[Citizen]:
        rows = Citizen.objects.of(self.user, self.scope).with_rights(self.user) if self.is_called else None
        return Citizen.objects.none() if rows is None else rows


class Citizens(CitizenRows):
    pagination_class = Cursor

    @extend_schema(operation_id="citizens_list", responses=CitizenOut(many=True))
    def get(self, request: Request) -> Response:
        """The people this account acts for: oneself, children, parents, and whom it helps (`kind` is `helper`)."""
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
    scopes = {"patch": Scope.MANAGE}

    def shown(self, request: Request) -> Response:
        citizen = self.get_object()
        return answer(request, citizen, CitizenDetailOut(citizen, context={"user": self.user}).data)

    @extend_schema(operation_id="citizens_get", responses=CitizenDetailOut)
    def get(self, request: Request, pk: str) -> Response:
        """One person, and who else may act for them."""
        return self.shown(request)

    @extend_schema(operation_id="citizens_edit", request=CitizenEdit, responses=CitizenDetailOut)
    def patch(self, request: Request, pk: str) -> Response:
        """Correct particulars. What is sent is checked together with what stays."""
        form = CitizenEdit(data=request.data)
        form.is_valid(raise_exception=True)
        version = edited_version(request)
        services.edit_citizen(user=self.user, pk=pk, version=version, at=now(), **form.validated_data)
        return self.shown(request)

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
