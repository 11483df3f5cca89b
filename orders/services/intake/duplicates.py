"""Orders that look like another: the same recipient and lines, within minutes."""

from collections.abc import Iterator
from datetime import timedelta

from django.db import connection
from django.utils import timezone

from backoffice.text.translatable import gettext as _
from orders.models import Hold, HoldReason, Order, OrderState

# First half of the advisory lock's key: says what is locked.
_LOCK_SPACE = 0x4455
_LOCK = "SELECT pg_advisory_xact_lock(%s, hashtext(%s))"


def holds_for_duplicate(order: Order, *, repeats: Order | None = None) -> Iterator[Hold]:
    """Yield the hold of an order, not yet written, that looks like one received shortly before; the one that a person
    repeats does not count.
    """
    duplicate = _find_duplicate(order, repeats=repeats)
    if duplicate is None:
        return
    text = _(
        "Order %(number)s (%(reference)s), placed a few minutes earlier, has the same recipient and lines. Release "
        "this one if the customer wants both; otherwise cancel it."
    )
    params = {"number": duplicate.number, "reference": duplicate.reference}
    yield Hold(reason=HoldReason.POSSIBLE_DUPLICATE, text=text % params, duplicate_of=duplicate)


def _find_duplicate(order: Order, *, repeats: Order | None) -> Order | None:
    """Return the first alike within the shop's window. One indexed query, behind a lock: of two that come at once, as
    a double click sends them, the second waits until the first is written.
    """
    window = order.shop.duplicate_window_minutes
    if not order.fingerprint or not window:
        return None
    with connection.cursor() as cursor:
        cursor.execute(_LOCK, [_LOCK_SPACE, f"{order.shop_id} {order.fingerprint}"])
    since = timezone.now() - timedelta(minutes=window)
    alike = Order.objects.filter(shop=order.shop, fingerprint=order.fingerprint, is_test=order.is_test)
    alike = alike.filter(created_at__gte=since)
    if repeats is not None:
        alike = alike.exclude(pk=repeats.pk)
    return alike.exclude(state=OrderState.CANCELLED).order_by("pk").only("number", "reference").first()
