"""What was taken, for whom, and how often: the company's memory."""

import json
import os
import re
import threading
import time
import uuid
from collections import deque
from collections.abc import Iterable, Mapping
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Any

from deploy.simulators.sms.approved import CODE, SIGN, Refused, words

FAULTS = {
    "lost_answer": "the message is taken, and the connection cut before the answer",
    "error_500": "taken, and answered with HTTP 500",
    "nothing": "not taken, and the connection cut: from outside it looks like lost_answer",
    "limit": "refused: isv.BUSINESS_LIMIT_CONTROL",
    "no_money": "refused: isv.AMOUNT_NOT_ENOUGH",
    "system": "refused: isp.SYSTEM_ERROR",
    "bounce": "taken, and the phone never gets it (SendStatus 2)",
    "none": "a good day",
}
REFUSALS = {
    "limit": "isv.BUSINESS_LIMIT_CONTROL",
    "no_money": "isv.AMOUNT_NOT_ENOUGH",
    "system": "isp.SYSTEM_ERROR",
}
MINUTE, HOUR, DAY = 60, 3600, 86400
CODES = ((1, MINUTE), (5, HOUR), (10, DAY))
NOTICES = ((50, DAY),)
MAINLAND = re.compile(r"(?:\+?86|0086)?(1[3-9][0-9]{9})")
ABROAD = re.compile(r"[1-9][0-9]{6,14}")
BEIJING_AHEAD = 8 * HOUR


@dataclass(frozen=True)
class Sent:
    """One message that was taken. ``at`` in Unix seconds; ``status`` as the company has it: 2 failed, 3 arrived."""

    biz_id: str
    phone: str
    template: str
    kind: str
    text: str
    out_id: str
    at: float
    status: int = 3

    @property
    def day(self) -> str:
        return time.strftime("%Y%m%d", time.gmtime(self.at + BEIJING_AHEAD))

    @property
    def moment(self) -> str:
        return time.strftime("%Y-%m-%d %H:%M:%S", time.gmtime(self.at + BEIJING_AHEAD))


class Books:
    """In memory and, when there is a file, one line per message. Safe for threads."""

    def __init__(self, file: Path | None = None) -> None:
        self._lock = threading.Lock()
        self._file = file
        self._sent: list[Sent] = []
        self._plan: deque[str] = deque()
        if file is not None and file.exists():
            self._sent = [Sent(**found) for found in _lines(file)]

    def plan(self, faults: Iterable[str]) -> None:
        with self._lock:
            self._plan = deque(faults)

    def next_fault(self) -> str:
        with self._lock:
            return self._plan.popleft() if self._plan else "none"

    def take(self, asked: Mapping[str, str], fault: str) -> Sent:
        """Keep one message. Raises ``Refused`` for whatever the company would not carry."""
        if fault in REFUSALS:
            raise Refused(REFUSALS[fault])
        phone = number(asked["PhoneNumbers"])
        if asked["SignName"] != SIGN:
            raise Refused("isv.SMS_SIGNATURE_ILLEGAL")
        kind, text = words(asked["TemplateCode"], asked.get("TemplateParam", ""))
        sent = Sent(
            biz_id=f"{time.time_ns()}^0", phone=phone, template=asked["TemplateCode"], kind=kind, text=text,
            out_id=asked.get("OutId", ""), at=time.time(), status=2 if fault == "bounce" else 3,
        )  # fmt: skip
        with self._lock:
            self._check_limits(sent)
            self._keep(sent)
        return sent

    def details(self, phone: str, day: str) -> list[Sent]:
        """What was sent to a number on one Beijing day, newest first."""
        with self._lock:
            return [sent for sent in reversed(self._sent) if (sent.phone, sent.day) == (phone, day)]

    def received(self, phone: str = "") -> list[dict[str, Any]]:
        """What arrived, at one phone or at all."""
        with self._lock:
            arrived = [sent for sent in self._sent if sent.status == 3 and phone in {"", sent.phone}]  # noqa: PLR2004
        return [{"phone": sent.phone, "text": sent.text, "at": sent.moment} for sent in arrived]

    def journal(self) -> list[dict[str, Any]]:
        with self._lock:
            return [asdict(sent) for sent in self._sent]

    def _check_limits(self, sent: Sent) -> None:
        alike = [
            one.at
            for one in self._sent
            if one.phone == sent.phone
            and one.kind == sent.kind
            and (sent.kind == CODE or one.template == sent.template)
        ]
        for most, seconds in CODES if sent.kind == CODE else NOTICES:
            if sum(at > sent.at - seconds for at in alike) >= most:
                raise Refused("isv.BUSINESS_LIMIT_CONTROL")

    def _keep(self, sent: Sent) -> None:
        self._sent.append(sent)
        if self._file is not None:
            with self._file.open("a") as lines:
                lines.write(json.dumps(asdict(sent), ensure_ascii=False) + "\n")
                lines.flush()
                os.fsync(lines.fileno())


def number(text: str) -> str:
    """The digits of one phone: eleven for the mainland, country code and number for the world. Raises ``Refused``."""
    if "," in text:
        raise Refused("isv.MOBILE_COUNT_OVER_LIMIT")
    if mainland := MAINLAND.fullmatch(text):
        return mainland[1]
    if not ABROAD.fullmatch(text):
        raise Refused("isv.MOBILE_NUMBER_ILLEGAL")
    return text


def request_id() -> str:
    return str(uuid.uuid4()).upper()


def _lines(file: Path) -> Iterable[dict[str, Any]]:
    """A crash may have torn the last line; the others are whole."""
    for line in file.read_text().splitlines():
        try:
            yield json.loads(line)
        except ValueError:
            continue
