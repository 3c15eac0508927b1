from datetime import datetime

from django.db import connection


def database_now() -> datetime:
    """The time on which codes, limits and sessions agree, also when this machine's clock is wrong."""
    with connection.cursor() as cursor:
        cursor.execute("SELECT clock_timestamp()")
        now: datetime = cursor.fetchone()[0]
    return now
