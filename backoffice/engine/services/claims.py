"""Which pushes a worker may take now, and taking one: a conditional UPDATE with a token."""

import uuid
from typing import Any

from django.db.models import Exists, F, OuterRef, Q, QuerySet
from django.db.models.functions import Now

from backoffice.engine.models import Epoch, Integration, Push
from backoffice.engine.models.push import OPEN_STATES, PushState
from backoffice.engine.services.delivery import Delivery, lease_end
from backoffice.engine.services.handlers import PUSH_HANDLERS, handler_of


def claim(push_id: int, *, state: PushState) -> Delivery | None:
    """Take a push for this worker; return None when it is not claimable or somebody else has it."""
    token = uuid.uuid4()
    changes: dict[str, Any] = {"token": token, "lease_until": lease_end(), "updated_at": Now()}
    if state == PushState.NEW:
        changes |= {"state": PushState.IN_FLIGHT, "attempts": F("attempts") + 1}
    claimed = claimable().filter(pk=push_id, state=state).update(**changes)
    if not claimed:
        return None
    return Delivery(Push.objects.get(pk=push_id), token=token, lock=lambda push: handler_of(push).lock(push))


def claimable() -> QuerySet[Push]:
    """Return what a worker may take now: due, without a lease, not held back by a pause, and behind no older one of the
    same vendor and subject, as a cancellation never overtakes its order.

    A kind that this release does not know waits for workers of the release that made it: during an upgrade both work.

    While a vendor is paused, or the database was restored and is not yet compared with the vendors, unknown outcomes
    are looked for and pushes that only read go on; nothing is sent.
    """
    older = Push.objects.filter(
        vendor=OuterRef("vendor"),
        subject_type=OuterRef("subject_type"),
        subject_id=OuterRef("subject_id"),
        pk__lt=OuterRef("pk"),
        state__in=OPEN_STATES,
    )
    restored = Epoch.objects.filter(found_at__isnull=False, reconciled_at__isnull=True)
    paused = Integration.objects.filter(vendor=OuterRef("vendor"), paused_at__isnull=False)
    reading = [kind for kind, handler in PUSH_HANDLERS.items() if not handler.writes]
    is_free = Q(lease_until__isnull=True) | Q(lease_until__lte=Now())
    may_go = Q(state=PushState.UNKNOWN) | Q(kind__in=reading) | (~Exists(paused) & ~Exists(restored))
    return known().filter(
        is_free, may_go, ~Exists(older), state__in=[PushState.NEW, PushState.UNKNOWN], next_at__lte=Now()
    )


def known() -> QuerySet[Push]:
    """Return the pushes whose kinds this release knows."""
    return Push.objects.filter(kind__in=list(PUSH_HANDLERS))
