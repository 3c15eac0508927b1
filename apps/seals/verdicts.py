"""What a verifier answers: the result codes of ICAO Doc 9303-13 App. D and 9303-8 App. A, and three of ours."""

from collections.abc import Callable
from enum import StrEnum
from typing import Any, NamedTuple


class Code(StrEnum):
    """In the order of the standard's own list: format, then the signer, then what it signed."""

    READ_ERROR = "READ_ERROR"
    WRONG_FORMAT = "WRONG_FORMAT"
    UNKNOWN_CERTIFICATE = "UNKNOWN_CERTIFICATE"
    UNTRUSTED_CERTIFICATE = "UNTRUSTED_CERTIFICATE"
    INVALID_DOCUMENTTYPE = "INVALID_DOCUMENTTYPE"
    EXPIRED_CERTIFICATE = "EXPIRED_CERTIFICATE"
    REVOKED_CERTIFICATE = "REVOKED_CERTIFICATE"
    INVALID_SIGNATURE = "INVALID_SIGNATURE"
    INVALID_SEAL_MRZ = "INVALID_SEAL_MRZ"
    INVALID_PRINTED_MRZ = "INVALID_PRINTED_MRZ"
    SEAL_DOCUMENT_MISMATCH = "SEAL_DOCUMENT_MISMATCH"
    UNKNOWN_FEATURE = "UNKNOWN_FEATURE"
    VALID = "VALID"
    # ours: genuine, and declared void; nothing registered reads it; a line of a batch that is no request
    VOID_DOCUMENT = "VOID_DOCUMENT"
    UNSUPPORTED = "UNSUPPORTED"
    MALFORMED_REQUEST = "MALFORMED_REQUEST"


GOOD = {Code.VALID, Code.UNKNOWN_FEATURE}


class Verdict(NamedTuple):
    """``content`` is what the document says, put into words when asked for; believe it only if ``is_valid``.

    ``document_status`` (``current``, ``expired``, ``void`` or empty) is of the document, not of its genuineness.
    """

    code: Code
    format: str = ""
    describe: Callable[[], dict[str, Any]] = dict
    document_status: str = ""
    detail: str = ""

    @property
    def is_valid(self) -> bool:
        return self.code in GOOD

    @property
    def content(self) -> dict[str, Any]:
        return self.describe()

    def as_json(self) -> dict[str, Any]:
        return {
            "verdict": "VALID" if self.is_valid else "INVALID",
            "code": self.code.value,
            "format": self.format or None,
            "document_status": self.document_status or None,
            "detail": self.detail,
            "content": self.content,
        }
