"""Who is written to, and with what."""

from datetime import UTC, datetime

from apps.accounts.models import User
from apps.notifications import services
from apps.notifications.models import Message

AT = datetime(2026, 11, 23, 9, 0, tzinfo=UTC)
FACTS = {
    "number": "PAR20261123000017",
    "procedure": "旅行证",
    "post": "中国驻法国大使馆",
    "status": "待取证",
    "amount": 1600,
    "amount_due": 1600,
    "currency": "EUR",
    "deadline_on": "2026-12-07",
    "expected_on": "2026-11-27",
    "reasons": "照片不清楚\n缺少国籍声明",
    "note": "请在白色背景前重新拍照。",
    "link": "/cases/8c15bd34",
    "device": "Pixel 9",
    "added_at": "2026-11-23T13:30:00+00:00",
}
"""Everything a template may say."""


def person(**facts) -> User:
    known = {"email": "na@example.com", "language": "en", "time_zone": "Europe/Paris"}
    return User.objects.create_user(**{**known, **facts})


def told(user, *, template="collected", dedupe="1", at=AT, **facts) -> Message:
    return services.tell(
        user=user, template=template, subject="case:8c15bd34", facts={**FACTS, **facts}, at=at, dedupe=dedupe
    )
