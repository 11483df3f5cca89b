"""The one clock that leases, waits and settle times are set and compared by: the database's.

Machines disagree about the time. A settle time that one of them set ten minutes too early would let another conclude
that a request never arrived while the vendor is still working on it.
"""

from datetime import datetime

from django.db import connection


def database_now() -> datetime:
    """Return the database's time now, not that of the transaction's start."""
    with connection.cursor() as cursor:
        cursor.execute("SELECT clock_timestamp()")
        now: datetime = cursor.fetchone()[0]
    return now
