"""Money and time as Alipay writes them: yuan with two digits, Beijing without a zone."""

from datetime import UTC, datetime, timedelta

from deploy.simulators.gateway.clock import BEIJING, beijing

FORMAT = "%Y-%m-%d %H:%M:%S"
UNITS = {"m": 60, "h": 3600, "d": 86_400}
DAY = 86_400
HOUR = 3600


def yuan(fen: int) -> str:
    """``-1600`` → ``-16.00``."""
    whole, rest = divmod(abs(fen), 100)
    return f"{'-' if fen < 0 else ''}{whole}.{rest:02}"


def fen(amount: str) -> int:
    """``16.00`` → 1600; only for what ``fields`` has let through."""
    return int(amount.replace(".", ""))


def written(seconds: float) -> str:
    """Seconds since 1970 on a clock in Beijing, ``2026-11-24 08:00:00``."""
    return beijing(datetime.fromtimestamp(seconds, UTC)).strftime(FORMAT)


def read(text: str) -> float:
    """The other way. Raises ``ValueError``."""
    moment = datetime.strptime(text, FORMAT).replace(tzinfo=BEIJING)
    if moment.strftime(FORMAT) != text:
        raise ValueError(text)
    return moment.timestamp()


def lasting(express: str, now: float) -> float:
    """Seconds that ``90m``, ``2h``, ``15d`` or ``1c`` (until midnight) last from now."""
    if express == "1c":
        start = beijing(datetime.fromtimestamp(now, UTC)).replace(hour=0, minute=0, second=0, microsecond=0)
        return (start + timedelta(days=1)).timestamp() - now
    return int(express[:-1]) * UNITS[express[-1]]
