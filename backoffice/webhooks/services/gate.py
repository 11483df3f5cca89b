"""The lock between those who add to what is to be delivered and those who end deliveries.

Whoever adds a delivery asks whether an earlier one of the same thing is still open, and queues behind it; whoever ends
one looks for the next in the queue. At once, the first would queue behind what the second has just ended, and wait for
good. Many may end deliveries at the same time; who adds is alone, for the few milliseconds of a batch.
"""

from django.db import connection

# Says what is locked; in no other use.
_KEY = 0x57454248


def add_alone() -> None:
    """Wait until nobody ends deliveries, and keep others from it and from adding, to the end of the transaction."""
    _lock("SELECT pg_advisory_xact_lock(%s)")


def end_together() -> None:
    """Wait until nobody adds deliveries, and keep everybody from it to the end of the transaction."""
    _lock("SELECT pg_advisory_xact_lock_shared(%s)")


def _lock(statement: str) -> None:
    with connection.cursor() as cursor:
        cursor.execute(statement, [_KEY])
