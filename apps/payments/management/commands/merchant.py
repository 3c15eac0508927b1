import json
from pathlib import Path
from typing import Any

from django.core.management.base import BaseCommand, CommandError, CommandParser
from django.utils.timezone import now

from apps.kernel.errors import DomainError
from apps.payments.models import Merchant, Profile
from apps.payments.services import install_merchant
from apps.payments.statuses import Channel
from apps.posts.models import Post


class Command(BaseCommand):
    """``add`` one, ``load`` those of a file, ``list`` them. What is there already stays as it is."""

    help = "Contracts with payment companies, by the operator's word."

    def add_arguments(self, parser: CommandParser) -> None:
        actions = parser.add_subparsers(dest="action", required=True)
        actions.add_parser("list", help="all of them, with their ends and circuits")
        load = actions.add_parser(
            "load", help="the merchants of a JSON file: a list of objects, named as `add` names them"
        )
        load.add_argument("file", type=Path)
        add = actions.add_parser("add", help="one contract; its keys lie in MERCHANT_KEYS/CODE/")
        add.add_argument("code", help="lower-case letters, digits and dashes")
        add.add_argument("--provider", required=True, help="the payment company")
        add.add_argument("--merchant-id", required=True, help="our number there")
        add.add_argument("--app-id", default="")
        add.add_argument("--post", default="", help="its code; empty for every post")
        add.add_argument("--currency", default="", help="ISO 4217; empty for every currency")
        add.add_argument("--profile", choices=Profile.values, default=Profile.DOMESTIC.value)
        add.add_argument("--channels", nargs="+", choices=Channel.values, required=True)

    def handle(self, *args: Any, **options: Any) -> None:
        if options["action"] == "load":
            for facts in json.loads(options["file"].read_text("utf-8")):
                self._add(**facts)
        elif options["action"] == "add":
            names = ("code", "provider", "merchant_id", "app_id", "post", "currency", "profile", "channels")
            self._add(**{name: options[name] for name in names})
        for merchant in Merchant.objects.select_related("post"):
            self.stdout.write(_line(merchant))

    def _add(self, *, post: str = "", **facts: Any) -> None:
        at = now()
        try:
            where = Post.objects.get(pk=post) if post else None
            install_merchant(merchant=Merchant(post=where, active_from=at, **facts), at=at)
        except Post.DoesNotExist:
            raise CommandError(f"there is no post {post}") from None
        except (DomainError, TypeError) as error:
            raise CommandError(f"{facts.get('code')}: {error}") from None


def _line(merchant: Merchant) -> str:
    where, money = merchant.post_id or "every post", merchant.currency or "every currency"
    state = "approved" if merchant.approved_at else "proposed"
    if merchant.active_to:
        state = f"until {merchant.active_to:%Y-%m-%d %H:%M}"
    if merchant.rests_until:
        state += f", resting until {merchant.rests_until:%H:%M:%S} UTC"
    return f"{merchant.code:<20} {merchant.provider:<12} {where:<12} {money:<15} {state}"
