"""How Celery speaks with Redis: as kombu does, except that a worker survives the loss of it.

kombu 5.7 closes a channel twice when Redis goes away while a worker waits for messages: the first time breaks off, and
the second, after the connection has been taken apart, fails with an AttributeError where it wants to put back the
messages under work. Celery takes that for a fault of its own and ends the worker for good, instead of connecting anew.
Nothing has to be put back: what was under work is found by the sweep, and Redis hands it out again by itself.
"""

from kombu.transport import TRANSPORT_ALIASES, redis


class Channel(redis.Channel):
    """Can be closed when nothing of its connection is left."""

    def close(self) -> None:
        """Close; what then cannot be said to Redis any more stays unsaid."""
        try:
            super().close()
        except AttributeError:
            if self.connection is not None and self.connection.client is not None:
                raise


class Transport(redis.Transport):
    """kombu's own, with our channels."""

    Channel = Channel


def survive_lost_redis() -> None:
    """Make connections of this process to `redis://` and `rediss://` use our channels from now on."""
    for scheme in ("redis", "rediss"):
        TRANSPORT_ALIASES[scheme] = f"{__name__}:Transport"
