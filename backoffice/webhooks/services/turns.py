"""How many workers deliver at the same time."""

from collections.abc import Iterator
from contextlib import contextmanager

from django.conf import settings

from backoffice.engine.services.locks import SharedLock

# First half of the lock's key: says what is locked, the second half says which of the places.
_SPACE = 0x5748


@contextmanager
def take_turn() -> Iterator[bool]:
    """Yield whether one of the WEBHOOK_WORKERS places is ours while the block lasts."""
    for place in range(settings.WEBHOOK_WORKERS):
        with SharedLock(_SPACE, f"webhooks:{place}") as lock:
            if lock.take():
                yield True
                return
    yield False
