"""What one has to know of an order before acting on it, in the pane beside the list."""

from dataclasses import replace

from django.utils.formats import date_format
from django.utils.timezone import localtime

from backoffice.amounts import money
from backoffice.dashboard.kind import Essentials
from backoffice.sight import personal
from backoffice.text.translatable import gettext as _
from orders.admin.order_page.chips import status_chips
from orders.admin.order_page.context import order_context
from orders.admin.order_page.remedies import hold_boxes
from orders.models import AddressRole, Hold, Order

# So many lines are shown; the page of the order has them all.
LINES = 6


def order_essentials(order: Order) -> Essentials:
    """Return what one has to know of an order. Four queries, however large it is."""
    reasons = Hold.objects.filter(order=order, released_at__isnull=True).values_list("reason", flat=True)
    lines = order.lines.order_by("position").values_list("name", "sku", "quantity")[:LINES]
    recipient = order.addresses.filter(role=AddressRole.RECIPIENT).first()
    place = ""
    if recipient:
        place = ", ".join(
            filter(None, (recipient.street, f"{recipient.zip} {recipient.city}".strip(), recipient.country_code))
        )
    facts = [
        (_("Customer"), personal(" · ".join(filter(None, (order.customer_name, order.customer_email))))),
        (_("Telephone"), personal(order.customer_phone)),
        (_("Recipient"), personal(place)),
        (_("Shop"), str(order.shop)),
        (_("Received"), date_format(localtime(order.created_at), "SHORT_DATETIME_FORMAT")),
        (_("Ship by"), date_format(localtime(order.ship_by), "SHORT_DATE_FORMAT") if order.ship_by else ""),
        (_("Total"), money(order.total, order.currency)),
    ]
    return Essentials(
        chips=status_chips(order, reasons=list(reasons)),
        facts=[(label, value) for label, value in facts if value],
        lines=[(name or sku, sku, quantity) for name, sku, quantity in lines],
        order=order.pk,
    )


def hold_essentials(hold: Hold) -> Essentials:
    """Return what one has to know of a held order, and what mends it right there."""
    page = order_context(hold.order_id)
    boxes = hold_boxes(page) if page else []
    box = next((one for one in boxes if one.hold.pk == hold.pk), None)
    return replace(order_essentials(hold.order), box=box)
