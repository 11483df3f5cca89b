"""What storefronts are told of orders: each line of a timeline that means something to them, wherever it is written."""

from collections.abc import Mapping, Sequence

from backoffice.accounts.models import Shop
from backoffice.vendors.explaining import use_field_names
from backoffice.webhooks.services.objects import SUBJECTS, EventSubject, subject_of_event
from backoffice.webhooks.services.recording import TEST, NewEvent, record_events
from orders.models import Design, Enquiry, Order, OrderEvent
from orders.services.change_labels import name_vendor_field
from orders.services.designs.editor import event_about_design
from orders.services.enquiries import event_about_enquiry
from orders.services.hooks import follow_events

# Kind of a line -> topic. A parcel each, since each has a tracking code of its own.
TOLD: Mapping[str, str] = {
    "order.received": "order.received",
    "order.held": "order.held",
    "order.released": "order.released",
    "order.edited": "order.corrected",
    "order.split": "order.corrected",
    "order.absorbed": "order.corrected",
    "order.split_off": "order.split",
    "order.merged": "order.merged",
    "production.in_production": "order.in_production",
    "shipment.sent": "order.shipped",
    "shipment.delivered": "order.delivered",
    "order.late": "order.late",
    "order.cancelled": "order.cancelled",
    "vendor.refused": "order.refused",
    "vendor.cancelled_unasked": "order.refused",
}


def record_order_events(events: Sequence[OrderEvent]) -> None:
    """Record them for the orders' shops; one a topic and order, however many lines say so at once."""
    orders = _orders_of(events)
    told = dict.fromkeys((TOLD[event.kind], event.order_id) for event in events)
    record_events([_new_event(topic, orders[order_id]) for topic, order_id in told])


def _new_event(topic: str, order: Order) -> NewEvent:
    subject = subject_of(order)
    return NewEvent(order.shop_id, topic, subject.object_type, subject.object_id, subject.path, subject.details)


def subject_of(order: Order) -> EventSubject:
    """Return the order as events name it."""
    details = {"number": order.number, "reference": order.reference} | ({TEST: "true"} if order.is_test else {})
    return EventSubject("order", str(order.pk), f"orders/{order.pk}/", details)


def _find(shop: Shop, text: str) -> EventSubject | None:
    """Return the shop's order of that number, reference or id, the newest of them, or the newest of all."""
    orders = Order.objects.filter(shop=shop).only("number", "reference", "shop_id", "is_test").order_by("-pk")
    if not text:
        newest = orders.first()
        return subject_of(newest) if newest else None
    found = orders.filter(number=text).first() or orders.filter(reference=text).first()
    if found is None and text.isascii() and text.isdigit() and len(text) < 19:
        found = orders.filter(pk=int(text)).first()
    return subject_of(found) if found else None


def _find_design(shop: Shop, text: str) -> EventSubject | None:
    """Return the shop's design of that id, or the newest."""
    rows = Design.objects.filter(shop=shop).order_by("-pk")
    found = (rows.filter(public_id=text) if text else rows).first()
    return subject_of_event(event_about_design("", found)) if found else None


def _find_enquiry(shop: Shop, text: str) -> EventSubject | None:
    """Return the shop's enquiry of that id, or the newest."""
    rows = Enquiry.objects.filter(shop=shop).order_by("-pk")
    if text:
        rows = rows.filter(pk=int(text)) if text.isascii() and text.isdigit() and len(text) < 19 else rows.none()
    found = rows.first()
    return subject_of_event(event_about_enquiry("", found)) if found else None


def _orders_of(events: Sequence[OrderEvent]) -> dict[int, Order]:
    """Return the orders by key; a query only where somebody wrote lines without having them."""
    known = {event.order_id: event.order for event in events if OrderEvent.order.is_cached(event)}
    if missing := {event.order_id for event in events} - known.keys():
        known |= Order.objects.only("number", "reference", "shop_id", "is_test").in_bulk(missing)
    return known


follow_events(TOLD, record_order_events)
use_field_names(name_vendor_field)
SUBJECTS.update(order=_find, design=_find_design, enquiry=_find_enquiry)
