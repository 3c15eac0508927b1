"""The keys of merchants: files in ``MERCHANT_KEYS/<code>/``, read again when they change, never written by us.

Old and new keys lie side by side while they rotate. What is public (the companies' own keys and certificates) is pinned
in the same way: nothing that arrives can add a key.
"""

from collections.abc import Callable
from functools import lru_cache
from pathlib import Path
from typing import TypeVar, cast

from django.conf import settings
from django.utils.translation import gettext_lazy as _

from apps.kernel.errors import Conflict
from apps.payments.models import Merchant

T = TypeVar("T")


class Keys:
    """The files of one merchant."""

    def __init__(self, folder: Path) -> None:
        self._folder = folder

    def text(self, name: str) -> str:
        """Without the blank around it. Raises ``Conflict`` (``no_keys``) when it is not there."""
        return self.load(name, _plain)

    def load(self, name: str, read: Callable[[bytes], T]) -> T:
        """What ``read`` makes of a file, once for each version of it. Raises ``Conflict`` (``no_keys``)."""
        path = self._folder.joinpath(name)
        try:
            changed = path.stat().st_mtime_ns
        except OSError:
            raise Conflict(_("The keys of this merchant are missing."), code="no_keys") from None
        return cast("T", _loaded(path, changed, read))

    def names(self, pattern: str) -> list[str]:
        """Files in the folder, the newest first."""
        found = self._folder.glob(pattern)
        return [str(path.relative_to(self._folder)) for path in sorted(found, key=_changed, reverse=True)]


def keys(merchant: Merchant) -> Keys:
    return Keys(Path(settings.MERCHANT_KEYS, merchant.code))


def _plain(content: bytes) -> str:
    return content.decode().strip()


def _changed(path: Path) -> tuple[int, str]:
    return path.stat().st_mtime_ns, path.name


@lru_cache(maxsize=256)
def _loaded(path: Path, changed: int, read: Callable[[bytes], object]) -> object:
    """``read`` must be a function of a module: a new lambda would be read anew each time."""
    return read(path.read_bytes())
