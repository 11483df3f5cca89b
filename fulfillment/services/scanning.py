"""Scans at the dispatch station: a code says what it is, and confirms a parcel where that is certain."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum

from django.db.models import Q
from django.utils import timezone

from backoffice.vendors.abilities import GivesProductionOrders
from backoffice.vendors.registry import live_accounts
from fulfillment.models import Label, ProductionOrder, ProductionShipment
from fulfillment.services.dispatching import add_parcel
from fulfillment.services.parcel_rules import ParcelToMake, unused_labels
from fulfillment.services.production_parcels import GONE_STATES
from fulfillment.services.tracking_codes import CODE_REST, clean_code, find_label, without_spaces

# So long a confirmed parcel can be taken back before the vendor hears of it.
UNDO_SECONDS = 30
_UNUSED = ~Q(parcel__state__in=GONE_STATES)


class ScanKind(StrEnum):
    """What a code turned out to be."""

    CONFIRMED = "confirmed"  # a parcel was made by this scan
    ALREADY = "already"  # the parcel of that code was made before
    NEEDS_ITEMS = "needs_items"  # the label is one of several: say what is in this parcel
    ORDER = "order"  # a production order: nothing was done
    UNKNOWN = "unknown"


@dataclass(frozen=True)
class Scan:
    """What the code is, and what was done."""

    kind: ScanKind
    code: str
    production_order: ProductionOrder | None = None
    parcel: ProductionShipment | None = None
    others: tuple[ProductionOrder, ...] = ()


def confirm_scan(code: str, *, actor: str, quantities: Mapping[int, int] | None = None) -> Scan:
    """Make the parcel with that tracking code, to be reported in UNDO_SECONDS, where its contents are certain.

    They are where `quantities` names them, or where its label is the last one of its order: it holds what remains.
    A code may come back after three months: then the label of another order counts, not the parcel made before. A code
    of a production order (the vendor's id, the merchant's reference) only shows it. Raises InvalidInput with the
    vendor's words for what it would refuse, such as a label that was not fetched.
    """
    code = clean_code(code)
    if not code:
        return Scan(ScanKind.UNKNOWN, code)
    label = _label_to_use(code)
    parcel = _made_parcel(code, since=timezone.now() - CODE_REST)
    if parcel is not None and (label is None or label.production_order_id == parcel.production_order_id):
        return Scan(ScanKind.ALREADY, code, parcel.production_order, parcel)
    label = label or find_label(code, among=_UNUSED)
    if label is not None:
        return _confirm_label(label, code, actor=actor, quantities=quantities)
    if orders := _orders(code):
        return Scan(ScanKind.ORDER, code, orders[0], others=tuple(orders[1:]))
    if (parcel := _made_parcel(code)) is not None:
        return Scan(ScanKind.ALREADY, code, parcel.production_order, parcel)
    return Scan(ScanKind.UNKNOWN, code)


def _confirm_label(label: Label, code: str, *, actor: str, quantities: Mapping[int, int] | None) -> Scan:
    order = label.production_order
    if quantities is None and unused_labels(order).exclude(pk=label.pk).exists():
        return Scan(ScanKind.NEEDS_ITEMS, code, order)
    quantities = what_remains(order) if quantities is None else quantities
    requested = ParcelToMake(label.carrier, label.tracking_code, quantities=quantities)
    parcel = add_parcel(order, requested, actor=actor, undo_seconds=UNDO_SECONDS)
    return Scan(ScanKind.CONFIRMED, code, order, parcel)


def what_remains(order: ProductionOrder) -> dict[int, int] | None:
    """Return how many of each item have yet to leave; None for the whole order, of which nothing has left."""
    items = list(order.items.all())
    is_begun = any(item.shipped for item in items)
    return {item.pk: item.remaining for item in items if item.remaining} if is_begun else None


def _label_to_use(code: str) -> Label | None:
    """Return the newest unused label with exactly that code, of an order to do."""
    labels = Label.objects.with_code(without_spaces(code)).filter(_UNUSED)
    labels = labels.filter(production_order__in=ProductionOrder.objects.to_do())
    return labels.select_related("production_order").order_by("-pk").first()


def _made_parcel(code: str, *, since: datetime | None = None) -> ProductionShipment | None:
    """Return the newest parcel with that code, else the one of the only label that a longer bar code contains; with
    `since` only of those made after it.
    """
    made = ProductionShipment.objects.filter(state__in=GONE_STATES).select_related("production_order")
    carried = Q(parcel__state__in=GONE_STATES)
    if since is not None:
        made, carried = made.filter(created_at__gt=since), carried & Q(parcel__created_at__gt=since)
    parcel = made.with_code(without_spaces(code)).order_by("-pk").first()
    if parcel is None and (label := find_label(code, among=carried)) is not None:
        parcel = made.filter(label=label).first()
    return parcel


def _orders(code: str) -> list[ProductionOrder]:
    """Return those with that code, what is to do first; a reference may stand on several."""
    meant = Q(vendor__in=live_accounts(GivesProductionOrders), vendor_id=code) | Q(reference=code)
    found = list(ProductionOrder.objects.filter(meant).order_by("-pk")[:20]) if code else []
    return sorted(found, key=lambda order: not order.is_to_do)
