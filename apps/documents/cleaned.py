"""What comes of looking at a stranger's file: said by the process that looks, believed by the one that asked."""

from dataclasses import dataclass
from typing import Any

READY = b"ready\n"
"""The first thing the looking process says: from here on, what goes wrong is the file's doing."""
LARGEST_RESULT = 32 * 1024 * 1024


class Unusable(Exception):
    """Why a file cannot be used: a code of ``statuses.REASONS``."""

    def __init__(self, code: str) -> None:
        self.code = code
        super().__init__(code)


@dataclass(frozen=True, slots=True)
class Cleaned:
    """A baseline JPEG without metadata (``size`` in pixels, width first), or a PDF of nothing but pages.

    ``remarks``: what R24 would like otherwise in a photo, as ``photos.remarks`` writes it.
    """

    content: bytes
    size: tuple[int, int] | None
    sha256: str
    type: str = "image/jpeg"
    remarks: tuple[dict[str, Any], ...] = ()
