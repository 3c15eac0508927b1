"""The smallest views that show what the kernel does for every other one."""

from types import SimpleNamespace
from typing import Any

from django.utils.timezone import now
from rest_framework import serializers
from rest_framework.generics import ListAPIView
from rest_framework.permissions import AllowAny
from rest_framework.request import Request
from rest_framework.response import Response
from rest_framework.throttling import BaseThrottle
from rest_framework.views import APIView

from apps.audit.services import record
from apps.kernel import errors
from apps.kernel.api import versions
from apps.kernel.api.idempotency import idempotent
from apps.kernel.api.serializers import In
from apps.kernel.models import Answer
from apps.kernel.workflow import Actor, By


class Open(APIView):
    authentication_classes: list[Any] = []
    permission_classes = [AllowAny]


class Refusal(Open):
    def get(self, request: Request, name: str) -> Response:
        raise getattr(errors, name)


class Unmet(Open):
    def get(self, request: Request) -> Response:
        fault = errors.Fault("/photo", "too_small", errors.TooLarge.detail)
        raise errors.Unmet(missing=("photo",), faults=(fault,))


class Crash(Open):
    def get(self, request: Request) -> Response:
        raise RuntimeError("identity number 110101199003070134 in a trace")


class Never(BaseThrottle):
    def allow_request(self, request: Request, view: APIView) -> bool:
        return False

    def wait(self) -> float:
        return 7


class Throttled(Open):
    throttle_classes = [Never]

    def get(self, request: Request) -> Response:
        return Response()


class Private(APIView):
    def get(self, request: Request) -> Response:
        return Response()


class AddressIn(In):
    city = serializers.CharField()


class NoteIn(In):
    text = serializers.CharField(max_length=20)
    address = AddressIn(required=False)


class Echo(Open):
    def post(self, request: Request) -> Response:
        form = NoteIn(data=request.data)
        form.is_valid(raise_exception=True)
        return Response(form.validated_data)


class Anything(Open):
    def post(self, request: Request) -> Response:
        return Response(request.data)


class Note(Open):
    """Writes one row, which the tests count."""

    @idempotent
    def post(self, request: Request) -> Response:
        entry = record(actor=Actor(By.APPLICANT, request.user), action="noted", subject="note:1", at=now())
        if request.data.get("fail"):
            raise errors.Conflict
        return Response({"entry": entry.pk}, status=201, headers={"ETag": '"1"', "X-Other": "not kept"})


class Thing(Open):
    """A record at version 3."""

    record = SimpleNamespace(version=3)

    def get(self, request: Request) -> Response:
        return versions.answer(request, self.record, {"name": "thing"})

    def patch(self, request: Request) -> Response:
        edited = versions.edited_version(request)
        if edited != self.record.version:
            raise errors.Stale
        return versions.answer(request, SimpleNamespace(version=4), {"edited": edited})


class AnswerOut(serializers.Serializer[Any]):
    key = serializers.CharField()


class Answers(Open, ListAPIView[Answer]):
    queryset = Answer.objects.all()
    serializer_class = AnswerOut
