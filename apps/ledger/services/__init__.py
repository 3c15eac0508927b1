"""Post, reverse, close a day, verify. Nothing else writes to the ledger."""

from apps.ledger.services.closing import close
from apps.ledger.services.posting import post, reverse
from apps.ledger.services.verifying import verify

__all__ = ["close", "post", "reverse", "verify"]
