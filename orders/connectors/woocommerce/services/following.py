"""An order that we have has changed at WooCommerce: it is edited or cancelled here while that is possible, else it
waits for a person, who reads what is different there.
"""

from typing import Any

import msgspec

from backoffice.amounts import money
from backoffice.errors import DomainError
from backoffice.text.translatable import gettext as _
from orders.connectors.woocommerce.models import WooOrder
from orders.connectors.woocommerce.services.contents import WooContent
from orders.models import HoldReason, Order, OrderState
from orders.services.alarms import raise_alarm
from orders.services.editing.changes import OrderChanges
from orders.services.editing.edits import edit_order
from orders.services.intake.input import NewOrder
from orders.services.lifecycle import cancel_order, hold_order

ACTOR = "woocommerce"
# Nothing is to be delivered any more.
ENDS = frozenset({"cancelled", "refunded", "failed", "trash"})


def snapshot(new: NewOrder, content: WooContent) -> dict[str, Any]:
    """Return what another message is compared with."""
    given = msgspec.to_builtins(new)
    parts = {name: given[name] for name in ("recipient", "invoice_address", "lines", "total")}
    return {**parts, "refunds": [[refund.id, refund.total] for refund in content.refunds]}


def follow_change(row: WooOrder, content: WooContent, *, new: NewOrder | None) -> bool:
    """Do here what was done there. Return False when nothing is different. `new` is there while the order is paid.

    The row must be locked; what it knows of the order is brought up to date.
    """
    order = row.order
    if order is None:
        return False
    if new is None:
        return _follow_status(row, order, content)
    is_revived = row.status in ENDS and _find_revived(order, content)
    now, before = snapshot(new, content), row.taken
    differing = [name for name in now if now[name] != before.get(name)]
    row.taken = now
    addresses = [name for name in differing if name in ("recipient", "invoice_address")]
    if addresses:
        _follow_addresses(order, {name: now[name] for name in addresses})
    if "lines" in differing or ("total" in differing and "refunds" not in differing):
        _wait(order, _("The lines or the total were changed in WooCommerce. Compare both, and edit the order here."))
    if "refunds" in differing and now["refunds"]:
        text = _("%(amount)s of the order was refunded in WooCommerce. Check what is still to be made.")
        _wait(order, text % {"amount": money(content.refunded, content.currency[:3])})
    return bool(differing) or is_revived


def _find_revived(order: Order, content: WooContent) -> bool:
    """Have somebody look at an order that is paid again there, and was cancelled here when it ended, or is about to be.
    Return whether it is one: a cancelled order never goes on.
    """
    order = Order.objects.locked(order.pk)
    if order.state != OrderState.CANCELLED and not order.cancel_requested_at:
        return False
    text = _(
        "The order is “%(status)s” in WooCommerce again, but was cancelled here and is not produced. Place it again if "
        "the customer should get it."
    )
    if order.state != OrderState.CANCELLED:
        text = _(
            "The order is “%(status)s” in WooCommerce again, but its vendor was asked to cancel it. Wait for the "
            "answer: place it again only once it is cancelled."
        )
    raise_alarm(order, reason=HoldReason.MANUAL, text=text % {"status": content.status[:40]}, actor=ACTOR)
    return True


def _follow_status(row: WooOrder, order: Order, content: WooContent) -> bool:
    status = content.status
    if status in (row.status, row.sent_status):
        return False
    if status not in ENDS:
        text = _("The order is “%(status)s” in WooCommerce. Check whether it should be delivered.")
        _wait(order, text % {"status": status[:40]})
        return True
    order.refresh_from_db()
    if order.state == OrderState.CANCELLED or order.cancel_requested_at:
        return False
    try:
        cancel_order(order, actor=ACTOR, reason=_("The order is “%(status)s” in WooCommerce.") % {"status": status})
    except DomainError as error:
        text = _("The order is “%(status)s” in WooCommerce, but cannot be cancelled here: %(cause)s")
        _wait(order, text % {"status": status, "cause": error.text})
    return True


def _follow_addresses(order: Order, addresses: dict[str, Any]) -> None:
    try:
        edit_order(order, msgspec.convert(addresses, OrderChanges), actor=ACTOR)
    except DomainError as error:
        text = _("The address was changed in WooCommerce, but cannot be changed here: %(cause)s")
        _wait(order, text % {"cause": error.text})


def _wait(order: Order, text: str) -> None:
    """Let the order wait for a person; one that has ended gets a line in its timeline."""
    try:
        hold_order(order, reason=HoldReason.MANUAL, text=text, actor=ACTOR)
    except DomainError:
        order.events.create(actor=ACTOR, kind="order.remark", params={"text": text})
