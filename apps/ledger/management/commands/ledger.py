from typing import Any

from django.core.management.base import BaseCommand, CommandError, CommandParser

from apps.ledger.models import Entry, Transaction
from apps.ledger.reports import trial_balance
from apps.ledger.services import verify
from apps.posts.models import Post


class Command(BaseCommand):
    """``verify`` ends with 1 and names the first wrong row of each kind."""

    help = "Verify the books: everything is computed again from the entries."

    def add_arguments(self, parser: CommandParser) -> None:
        actions = parser.add_subparsers(dest="action", required=True)
        check = actions.add_parser("verify", help="compute everything again and name what is wrong")
        check.add_argument("--post", default="", help="the books of this post alone, by its code")

    def handle(self, *args: Any, **options: Any) -> None:
        post = _post(options["post"]) if options["post"] else None
        found = verify(post=post)
        found += [
            f"all of {currency} is {total}, not 0" for currency, total in trial_balance(post=post).items() if total
        ]
        for says in found:
            self.stdout.write(says)
        if found:
            raise CommandError("the ledger is not what was posted")
        books = {"post": post} if post else {}
        made, entries = Transaction.objects.filter(**books).count(), Entry.objects.filter(**books).count()
        self.stdout.write(f"{made} transactions and {entries} entries are as they were posted")


def _post(code: str) -> Post:
    try:
        return Post.objects.get(pk=code)
    except Post.DoesNotExist:
        raise CommandError(f"there is no post {code}") from None
