import json
from pathlib import Path
from typing import Any

from django.conf import settings
from django.contrib.auth.hashers import make_password
from django.contrib.auth.models import Group, Permission
from django.core.management.base import BaseCommand, CommandError, CommandParser
from django.db import transaction
from django.utils.functional import cached_property
from django.utils.timezone import now

from apps.accounts.models import User
from apps.payments import services as payments
from apps.payments.models import Merchant
from apps.payments.providers.sandbox import MERCHANT
from apps.payments.statuses import Channel
from apps.posts import services as posts
from apps.posts.models import Officer, Post
from apps.seals import services as seals

PASSWORD = "sandbox-officer-password"  # noqa: S105 - printed by the demo, refused outside the sandbox
OFFICER_RIGHTS = [
    "travel_documents.decide", "travel_documents.view_traveldocument",
    "cases.view_case", "cases.change_case", "cases.view_step", "cases.view_attachment",
    "losses.view_lossreport", "losses.notify_issuer", "losses.declare_void", "losses.hand_in",
]  # fmt: skip


class Command(BaseCommand):
    """Posts, tariffs, officers and keys for the sandbox. May be run again at any time."""

    help = "Fill a sandbox with posts, officers and signing keys."

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument("--out", type=Path, help="write the log-ins to this JSON file")

    def handle(self, *args: Any, **options: Any) -> None:
        if not settings.SANDBOX:
            raise CommandError("seed_demo is for the sandbox only")
        with transaction.atomic():
            posts.seed(at=now())
            self._merchant()
            seals.create_keys(at=now())
            seals.publish_trust(at=now())
            logins = {"officers": self._officers(), "admin": self._admin(), "citizens": CITIZENS}
        if options["out"]:
            options["out"].write_text(json.dumps(logins, ensure_ascii=False, indent=2), encoding="utf-8")
        self.stdout.write(f"{Post.objects.count()} posts, {len(logins['officers'])} officers")

    def _merchant(self) -> None:
        if settings.SANDBOX_PAY_URL:
            facts = {"provider": "sandbox", "merchant_id": MERCHANT, "channels": [Channel.PAGE], "active_from": now()}
            payments.install_merchant(merchant=Merchant(code="sandbox", **facts), at=now())

    def _officers(self) -> list[dict[str, str]]:
        group, _ = Group.objects.get_or_create(name="consular officers")
        wanted = [name.split(".") for name in OFFICER_RIGHTS]
        group.permissions.set(
            Permission.objects.get(content_type__app_label=app, codename=codename) for app, codename in wanted
        )
        return [self._officer(post, group, shift) for post in Post.objects.all() for shift in ("1", "2")]

    def _officer(self, post: Post, group: Group, shift: str) -> dict[str, str]:
        username = f"officer-{post.pk.lower()}-{shift}"
        user = self._staff(username, is_superuser=False)
        user.time_zone = post.time_zone
        user.save(update_fields=["time_zone"])
        user.groups.add(group)
        Officer.objects.get_or_create(user=user, defaults={"post": post})
        return {"username": username, "password": PASSWORD, "post": post.pk}

    def _admin(self) -> dict[str, str]:
        self._staff("admin", is_superuser=True)
        return {"username": "admin", "password": PASSWORD}

    def _staff(self, username: str, *, is_superuser: bool) -> User:
        defaults = {"is_staff": True, "is_superuser": is_superuser, "password": self.hashed}
        return User.objects.get_or_create(username=username, defaults=defaults)[0]

    @cached_property
    def hashed(self) -> str:
        """Once for all of them: a good hash is slow."""
        return make_password(PASSWORD)


CITIZENS = [
    {"name": "李娜", "surname": "LI", "given_names": "NA", "email": "li.na@sandbox.example"},
    {"name": "吕晓青", "surname": "LYU", "given_names": "XIAOQING", "email": "lyu.xiaoqing@sandbox.example"},
    {"name": "买买提·阿不都拉", "surname": "MAIMAITI", "given_names": "ABUDULA", "email": "maimaiti@sandbox.example"},
]
"""They sign in with the sandbox's fixed code; the demo creates their accounts as a phone would."""
