"""One worker's part in delivering: it takes what is due, posts it by threads, and records what came of it.

The threads only post: the database has one connection of this worker, and what is claimed or ended is many deliveries
by one statement. A killed worker loses nothing: what it had under way is anybody's again as soon as somebody looks.
"""

import logging
import threading
import time
import uuid
from concurrent.futures import FIRST_COMPLETED, Future, ThreadPoolExecutor, wait
from datetime import UTC, datetime

from django.conf import settings
from django.db import OperationalError

from backoffice.engine.services import epoch
from backoffice.vendors.errors import RateLimited
from backoffice.vendors.http import Posted, Poster
from backoffice.webhooks.services.alive import AliveLock
from backoffice.webhooks.services.claiming import (
    ClaimedDelivery,
    claim_deliveries,
    end_lost_leases,
    is_slow,
    renew_leases,
)
from backoffice.webhooks.services.finishing import finish_tries
from backoffice.webhooks.services.messages import build_message, build_webhook
from backoffice.webhooks.services.outcomes import Tried
from backoffice.webhooks.services.secrets import valid_secrets
from backoffice.webhooks.services.sequencing import sequence_events

logger = logging.getLogger(__name__)

# Bytes of an answer that are read.
MOST_READ = 16 * 1024
_RENEW_SECONDS = 2.0
# While tries are under way, what has come meanwhile is looked for that often.
_LOOK_SECONDS = 0.2
# What else comes to its end within that time is recorded by the same statements, and its places are given out at once:
# most of what a try costs is this, so the fewer at a time, the fewer in all. Not waited for where all have ended.
_GATHER_SECONDS = 0.04
# Times in a row that recording may fail.
_MOST_UNRECORDED = 5


def deliver_due(*, seconds: float) -> int:
    """Deliver what is due until nothing is, or for so many seconds. Return how many tries were made."""
    with Dispatcher() as dispatcher:
        return dispatcher.run(seconds=seconds)


class Dispatcher:
    """A worker with its threads; what it has claimed carries its token."""

    def __init__(self) -> None:
        self.token = uuid.uuid4()
        self._alive = AliveLock(self.token)
        self._pool = ThreadPoolExecutor(settings.WEBHOOK_THREADS, thread_name_prefix="webhook")
        self._own = threading.local()
        self._posters: list[Poster] = []
        self._under_way: dict[Future[Tried], ClaimedDelivery] = {}
        self._renewed_at = float("-inf")
        self._is_current = True
        self._unrecorded = 0

    def __enter__(self) -> "Dispatcher":
        self._alive.keep()
        return self

    def __exit__(self, *_error: object) -> None:
        self._pool.shutdown(wait=True, cancel_futures=True)
        for poster in self._posters:
            poster.close()
        self._alive.release()

    def run(self, *, seconds: float) -> int:
        """Do as `deliver_due`; what is under way at the end is waited for."""
        tried, deadline = 0, time.monotonic() + seconds
        while True:
            if not self._keep_leases():
                deadline = 0
            if time.monotonic() < deadline:
                self._take_more()
            if not self._under_way:
                return tried
            tried += self._record()

    def _keep_leases(self) -> bool:
        """Now and then renew our leases and end those of others that are gone. Return False where nothing may leave,
        since the database is a copy or an older state.
        """
        if time.monotonic() - self._renewed_at < _RENEW_SECONDS:
            return self._is_current
        self._renewed_at = time.monotonic()
        self._alive.keep()
        if self._under_way:
            renew_leases([claimed.id for claimed in self._under_way.values()], token=self.token)
        end_lost_leases()
        try:
            epoch.require_current()
        except RateLimited as error:
            logger.warning("No webhooks are sent: %s", error)
            self._is_current = False
        else:
            self._is_current = True
        return self._is_current

    def _take_more(self) -> None:
        slow = sum(is_slow(claimed.endpoint) for claimed in self._under_way.values())
        free = settings.WEBHOOK_THREADS - len(self._under_way)
        free_for_slow = max(1, settings.WEBHOOK_THREADS // 2) - slow
        try:
            sequence_events()
            taken = claim_deliveries(token=self.token, free=free, free_for_slow=free_for_slow)
        except OperationalError as error:
            # As when they are recorded: what is under way must not be sent again for a lock that was waited for.
            if not self._under_way:
                raise
            logger.warning("Nothing can be taken now: %s", error)
            return
        for claimed in taken:
            self._under_way[self._pool.submit(self._try, claimed)] = claimed

    def _record(self) -> int:
        """Wait for tries to end, and record those that have. Return how many."""
        wait(self._under_way, timeout=_LOOK_SECONDS, return_when=FIRST_COMPLETED)
        wait(self._under_way, timeout=_GATHER_SECONDS)
        ended = [future for future in self._under_way if future.done()]
        tries = [future.result() for future in ended]
        try:
            finish_tries(tries, token=self.token)
            self._unrecorded = 0
        except OperationalError as error:
            # What has arrived must not be sent again because a lock was waited for too long: they are recorded later.
            self._unrecorded += 1
            if self._unrecorded > _MOST_UNRECORDED:
                raise
            logger.warning("Tries cannot be recorded now: %s", error)
            return 0
        for future in ended:
            del self._under_way[future]
        return len(tries)

    def _try(self, claimed: ClaimedDelivery) -> Tried:
        """Try once. A fault of ours is a failed try too: what it is about must not stop all others."""
        started_at, began = datetime.now(UTC), time.monotonic()
        try:
            return self._post(claimed)
        except Exception as error:
            logger.exception("Webhook delivery %s cannot be tried", claimed.id)
            duration_ms = round((time.monotonic() - began) * 1000)
            return Tried(claimed, started_at, duration_ms, "", Posted(error=type(error).__name__))

    def _post(self, claimed: ClaimedDelivery) -> Tried:
        endpoint, started_at, began = claimed.endpoint, datetime.now(UTC), time.monotonic()
        message = build_message(claimed.event, api_version=endpoint.api_version)
        webhook = build_webhook(
            message, url=endpoint.url, secrets=valid_secrets(endpoint), attempt=claimed.tries, at=started_at
        )
        posted = self._poster().post(
            webhook.url,
            body=webhook.body,
            headers=webhook.headers,
            seconds=settings.WEBHOOK_SECONDS,
            max_bytes=MOST_READ,
        )
        duration_ms = round((time.monotonic() - began) * 1000)
        return Tried(claimed, started_at, duration_ms, webhook.masked(), posted)

    def _poster(self) -> Poster:
        """Return this thread's own, whose connections are kept."""
        poster: Poster | None = getattr(self._own, "poster", None)
        if poster is None:
            poster = self._own.poster = Poster(allow_private=settings.WEBHOOK_PRIVATE_NETWORKS)
            self._posters.append(poster)
        return poster
