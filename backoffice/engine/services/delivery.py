"""A push in the hands of one worker: the lease, and the fence around all that is written under it.

Everything written is fenced by the token of the claim (`claims.py`), so a worker that was paused past its lease can
neither send nor record. All times are the database's.
"""

import logging
import time
import uuid
from collections.abc import Callable
from datetime import timedelta
from typing import Any, TypeVar

from django.conf import settings
from django.db import transaction
from django.db.models.functions import Now

from backoffice.engine.models import Push, PushAttempt
from backoffice.engine.models.push import Lane, PushState
from backoffice.engine.services.integrations import get_vendor
from backoffice.vendors.base import Exchange, Vendor
from backoffice.vendors.errors import VendorProtocolError, VendorUnavailable
from backoffice.vendors.registry import as_able

logger = logging.getLogger(__name__)

T = TypeVar("T")
V = TypeVar("V", bound=Vendor)

# A delivery of many steps gives its worker back after this long and goes on later: well below the task time limit.
LONGEST_DELIVERY_SECONDS = 90
UNREADABLE_IN_A_ROW = 5


class LeaseLost(Exception):
    """Somebody else has the push now: stop, send nothing, write nothing."""


class Withdrawn(Exception):
    """Nothing (more) is to be sent; raised by a handler, with the reason."""


class Postponed(Exception):
    """Not before something else has happened; raised by a handler, with the reason. No try is counted."""

    def __init__(self, reason: str, *, seconds: float) -> None:
        super().__init__(reason)
        self.reason, self.seconds = reason, seconds


class Interrupted(Exception):
    """Out of time between two steps: go on later."""


class Delivery:
    """One claimed push with the vendor it goes to: what a handler works with."""

    def __init__(self, push: Push, *, token: uuid.UUID, lock: Callable[[Push], None]) -> None:
        self.push = push
        self.token = token
        self._lock = lock
        self.is_reconciling = push.state == PushState.UNKNOWN
        self._last_check: Callable[[], None] | None = None
        self._deadline = time.monotonic() + LONGEST_DELIVERY_SECONDS
        self.vendor = get_vendor(
            push.vendor, Vendor, lane=Lane(push.lane), record=self._record_exchange, before_send=self.renew_lease
        )

    def vendor_as(self, ability: type[V]) -> V:
        """Return the vendor as one that has that ability. Raises MissingAbility."""
        return as_able(self.vendor, ability)

    def write(
        self,
        step: str,
        call: Callable[[], T],
        record: Callable[[T], None],
        *,
        last_check: Callable[[], None] | None = None,
    ) -> T:
        """Make one write at the vendor. The step is committed before `call`; `record` gets the response in one fenced
        transaction with the end of the step. `last_check` is called right before the request leaves, after any wait for
        its turn: raising Withdrawn there, it keeps it from leaving and ends the step.

        Raises what `call` raises (VendorAmbiguous leaves the step on the row, to be looked for), LeaseLost, and
        Interrupted when the worker has been at this push for too long.
        """
        if time.monotonic() > self._deadline:
            raise Interrupted
        self._enter(step)
        self._last_check = last_check
        try:
            response = call()
        except Withdrawn:
            self.record(lambda: None, step="")
            raise
        finally:
            self._last_check = None
        self.record(lambda: record(response), step="")
        return response

    def read(self, call: Callable[[], T]) -> T:
        """Ask the vendor something harmless. A response that cannot be read is asked for again later, a few times:
        half a response is a mishap, the same nonsense each time is not.
        """
        try:
            return call()
        except VendorProtocolError as error:
            if self.is_reconciling or self._count_unreadable() >= UNREADABLE_IN_A_ROW:
                raise
            raise VendorUnavailable(error.text, status=error.status, excerpt=error.excerpt) from error

    def _count_unreadable(self) -> int:
        """Return how often in a row, that is since the last write, a response was unreadable or the worker died.

        Not the attempts: an order that was tried often for other reasons would be refused for one bad response.
        """
        self.push.crashes += 1
        Push.objects.filter(pk=self.push.pk, token=self.token).update(crashes=self.push.crashes)
        return self.push.crashes

    def record(self, change: Callable[[], object], *, step: str | None = None) -> None:
        """Run `change` in one transaction with the proof that the push is still ours. Raises LeaseLost."""
        with transaction.atomic():
            if self._locked() is None:
                raise LeaseLost
            change()
            if step is not None:
                self.push.step, self.push.crashes = step, 0
                Push.objects.filter(pk=self.push.pk).update(step=step, crashes=0)

    def finish(self, act: Callable[[Push], None]) -> Push | None:
        """Run `act` with the locked row; return it, or None where the push went on without us and nothing was done."""
        with transaction.atomic():
            push = self._locked()
            if push is None or push.state != self.push.state:
                logger.warning("Push %s went on without us; our end of it is dropped.", self.push.pk)
                return None
            act(push)
            return push

    def renew_lease(self) -> None:
        """Extend the lease right before a request leaves. Raises LeaseLost unless it is still ours."""
        self._extend_lease(state=self.push.state)
        if self._last_check is not None:
            self._last_check()

    def _enter(self, step: str) -> None:
        self._extend_lease(state=PushState.IN_FLIGHT, step=step)
        self.push.step = step

    def _extend_lease(self, *, state: str, **changes: str) -> None:
        ours = Push.objects.filter(pk=self.push.pk, token=self.token, state=state, lease_until__gt=Now())
        if not ours.update(lease_until=lease_end(), **changes):
            raise LeaseLost

    def _locked(self) -> Push | None:
        """Lock what the push is about, then its row; return it, None unless it is still ours."""
        self._lock(self.push)
        return Push.objects.select_for_update().filter(pk=self.push.pk, token=self.token).first()

    def _record_exchange(self, exchange: Exchange) -> None:
        PushAttempt.objects.create(
            push=self.push,
            step=self.push.step,
            started_at=exchange.started_at,
            duration_ms=exchange.duration_ms,
            method=exchange.method,
            url=exchange.url,
            request=exchange.request,
            status=exchange.status,
            answer=exchange.answer,
            error=exchange.error,
            has_effect=exchange.has_effect,
        )


def lease_end() -> Any:
    """Return when a lease that begins now is over, for a query."""
    return Now() + timedelta(seconds=settings.PUSH_LEASE_SECONDS)
