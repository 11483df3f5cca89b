"""Terms of a hold that change: who takes care of it, and until when it lasts. When that has come it ends by itself."""

import logging

from celery.exceptions import SoftTimeLimitExceeded
from django.db import transaction
from django.utils import timezone

from backoffice.errors import Conflict
from backoffice.text.translatable import gettext as _
from orders.models import Hold, HoldReason, Order
from orders.services.holds import HoldTerms, active_holds, write_terms
from orders.services.lifecycle import end_corrected_holds

logger = logging.getLogger(__name__)

_MOST_AT_ONCE = 500


@transaction.atomic
def change_terms(hold: Hold, *, terms: HoldTerms, actor: str) -> Hold:
    """Let that person take care of the hold, and let it last until then.

    Raise Conflict when it was released already, InvalidInput for a time that cannot be meant.
    """
    order = Order.objects.locked(hold.order_id)
    current = active_holds(order).select_related("owner").filter(pk=hold.pk).first()
    if current is None:
        raise Conflict(_("This hold has already been released."))
    if terms.until != current.until:
        terms.ensure_fit(reason=HoldReason(current.reason))
    write_terms(current, terms, order=order, actor=actor)
    return current


def release_due_holds() -> int:
    """Release holds whose time has come: their orders go on, or are held for what a vendor would refuse by now. While
    a cancellation is requested they stay: it ends them, or its refusal lets them end.

    Return how many were released.
    """
    due = Hold.objects.filter(
        released_at__isnull=True, until__lte=timezone.now(), order__cancel_requested_at__isnull=True
    ).order_by("until")
    return sum(_try_to_release(pk, order_id) for pk, order_id in due.values_list("pk", "order_id")[:_MOST_AT_ONCE])


def _try_to_release(pk: int, order_id: int) -> bool:
    try:
        return _release_due(pk, order_id)
    except SoftTimeLimitExceeded:
        raise
    except Exception:  # a fault with one order must not keep the others waiting
        logger.exception("Hold %s of order %s cannot end.", pk, order_id)
        return False


@transaction.atomic
def _release_due(pk: int, order_id: int) -> bool:
    order = Order.objects.locked(order_id)
    hold = active_holds(order).filter(pk=pk, until__lte=timezone.now()).first()
    if hold is None or order.cancel_requested_at:  # released, postponed or to be cancelled since it was found
        return False
    end_corrected_holds(order, [hold], actor="system", note=_("The hold period has ended."))
    return True
