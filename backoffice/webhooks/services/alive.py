"""Whether a worker is still there: it holds a lock by its token, which ends with its process, however that ends.

A lease alone would let what a killed worker had under way wait for its end, and count against what its endpoint may
have at a time: an endpoint in full use would stand still until then.
"""

import uuid

from django.db import Error as DatabaseError

from backoffice.engine.services.locks import SharedLock

# First half of the lock's key; the second half is made of the token. In no other use.
SPACE = 0x5749


class AliveLock:
    """Held by a worker as long as it works."""

    def __init__(self, token: uuid.UUID) -> None:
        self._token = token
        self._lock = SharedLock(SPACE, str(token))

    def keep(self) -> None:
        """Take the lock, and take it anew where its connection was lost: until then others may take what we have under
        way, which is no worse than an answer that got lost.
        """
        try:
            self._lock.take()
        except DatabaseError:
            self.release()
            self._lock.take()

    def release(self) -> None:
        """Let others have what is left behind."""
        self._lock.__exit__(None, None, None)
        self._lock = SharedLock(SPACE, str(self._token))
