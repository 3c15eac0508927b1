"""People as tests want them. Every function makes something complete and valid; arguments change one thing."""

import uuid
from datetime import UTC, date, datetime, timedelta
from itertools import count
from typing import Any

from django.utils import timezone
from rest_framework.test import APIClient

from apps.accounts import addresses, services
from apps.accounts.models import Challenge, Citizen, Device, Mandate, Relation, User
from apps.accounts.services import challenges, devices

AT = datetime(2026, 11, 23, 9, 0, tzinfo=UTC)
WEIGHTS = (7, 9, 10, 5, 8, 4, 2, 1, 6, 3, 7, 9, 10, 5, 8, 4, 2)
_turn = count()


def identity_number(region: str = "110101", born: str = "19900101", order: str = "002") -> str:
    """With the check character of GB 11643-1999 §5.2, by its own table of weights."""
    digits = region + born + order
    rest = sum(int(digit) * weight for digit, weight in zip(digits, WEIGHTS, strict=True)) % 11
    return digits + "10X98765432"[rest]


def make_user(**facts: Any) -> User:
    return User.objects.create_user(**{"email": f"person-{next(_turn)}@example.com"} | facts)


def make_device(user: User, *, channel: str = "email", trusted_by: str = "first") -> tuple[Device, str]:
    token = devices.new_token()
    facts = {"user": user, "name": "Pixel 9", "language": "en", "at": timezone.now()}
    return devices.add(token=token, channel=channel, trusted_by=trusted_by, **facts), token


def make_citizen(user: User, *, kind: str = "self", **facts: Any) -> Citizen:
    person = {
        "name": "李娜",
        "surname": "LI",
        "given_names": "NA",
        "born_on": date(1990, 1, 1),
        "sex": "F",
        "place_of_birth": "北京",
    }
    citizen = Citizen.objects.create(**person | facts)
    Relation.objects.create(user=user, citizen=citizen, kind=kind)
    return citizen


def birthday(age: int, *, days: int = 0) -> date:
    """Of somebody who was ``age`` years old ``days`` ago (or will be, when negative)."""
    today = datetime.now(UTC).date() - timedelta(days=days)
    return date(today.year - age, today.month, min(today.day, 28))


def make_child(user: User, *, age: int = 8, **facts: Any) -> Citizen:
    person = {"name": "李小明", "given_names": "XIAOMING", "born_on": birthday(age, days=40), "sex": "M"}
    return make_citizen(user, kind="child", **person | facts)


def make_mandate(citizen: Citizen, helper: User | None, *scopes: str, **facts: Any) -> Mandate:
    """A right in force, unless the facts say otherwise."""
    at = timezone.now()
    right = {
        "granted_by": Relation.objects.filter(citizen=citizen).first().user,
        "granted_at": at,
        "expires_at": at + timedelta(days=30),
        "handle": f"H{next(_turn):05d}",
    }
    right |= {"accepted_at": at if helper else None, "scopes": [*dict.fromkeys(["view", *scopes])]}
    return Mandate.objects.create(citizen=citizen, helper=helper, **right | facts)


def make_challenge(to: str = "li.na@example.com", **facts: Any) -> Challenge:
    """A code that was asked for just now."""
    at = facts.pop("at", timezone.now())
    return services.challenge(
        address=addresses.read(to), caller=f"192.0.2.{next(_turn) % 250}", language="en", at=at, **facts
    )


def wrong_code(asked: Challenge) -> str:
    return f"{(int(challenges.code_of(asked)) + 1) % 10**6:06d}"


class Phone(APIClient):
    """Speaks as the app does: JSON, a language, a key for every intent, and a token once it has one."""

    def __init__(self, user: User | None = None, *, language: str = "en") -> None:
        super().__init__()
        self.default_format = "json"
        self.language = language
        if user is not None:
            self.device, token = make_device(user)
            self.use(token)

    def use(self, token: str) -> None:
        self.credentials(HTTP_AUTHORIZATION=f"Bearer {token}")

    def generic(self, method: str, path: str, *args: Any, **kwargs: Any) -> Any:
        own = {"HTTP_ACCEPT_LANGUAGE": self.language, "HTTP_IDEMPOTENCY_KEY": str(uuid.uuid4())}
        return super().generic(method, f"/api/v1/{path}", *args, **own | kwargs)


def faults(answer: Any) -> dict[str, str]:
    """Pointer → code of everything a problem complains about."""
    return {fault["pointer"]: fault["code"] for fault in answer.json().get("errors", [])}
