"""The verifier: offline, without a database; whatever it is given, it answers."""

from collections.abc import Sequence
from datetime import datetime

from apps.kernel.errors import Unknown
from apps.seals.formats.base import Question, formats, recognised
from apps.seals.trust import Trust
from apps.seals.verdicts import Code, Verdict

AUTO = "auto"


def verify(
    data: bytes | str,
    *,
    format: str = AUTO,  # noqa: A002
    trust: Trust,
    at: datetime,
    printed_mrz: Sequence[str] = (),
) -> Verdict:
    """Judge one document: bytes, text, or bytes in hex. ``at`` is aware; ``printed_mrz`` as read off the page.

    Never raises.
    """
    payload = _payload(data)
    try:
        chosen = recognised(payload) if format == AUTO else formats[format]
        if chosen is None:
            return Verdict(Code.UNSUPPORTED)
        return chosen.verify(payload, Question(trust, at, printed_mrz))
    except Unknown:
        return Verdict(Code.UNSUPPORTED)
    except Exception as error:  # a verifier at a border answers, whatever it is shown
        return Verdict(Code.READ_ERROR, detail=type(error).__name__)


def _payload(data: bytes | str) -> bytes:
    raw = data.encode(errors="backslashreplace") if isinstance(data, str) else data
    if not raw.isascii():
        return raw
    try:
        return bytes.fromhex(raw.decode("ascii"))
    except ValueError:
        return raw
