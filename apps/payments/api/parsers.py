from typing import Any

from rest_framework.parsers import BaseParser

from apps.payments.services import LARGEST


class RawParser(BaseParser):
    """The bytes as they were signed, whatever they claim to be; one more than is allowed, so that too many shows."""

    media_type = "*/*"

    def parse(self, stream: Any, media_type: str | None = None, parser_context: Any = None) -> Any:
        return stream.read(LARGEST + 1)
