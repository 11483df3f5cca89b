"""What pushes and callbacks of fulfilment are about: labels and parcels, shown as their production orders."""

from collections.abc import Collection, Iterable, Mapping
from functools import partial
from typing import Any

from django.db.models import Q

from backoffice.engine.services.subjects import register_subject
from backoffice.vendors.abilities import GivesProductionOrders
from backoffice.vendors.registry import live_accounts
from fulfillment.models import Label, ProductionOrder, ProductionShipment

FOUND = 50


def _orders_of(model: Any, ids: Collection[int]) -> Mapping[int, ProductionOrder]:
    rows = model.objects.filter(pk__in=ids).select_related("production_order")
    return {row.pk: row.production_order for row in rows}


def _quoted_orders(text: str) -> Iterable[int]:
    """Find production orders by the vendor's id or the merchant's reference."""
    # Vendors are named because the index begins with them.
    meant = Q(vendor__in=live_accounts(GivesProductionOrders), vendor_id=text) | Q(reference=text)
    return ProductionOrder.objects.filter(meant).values_list("pk", flat=True)[:FOUND]


def _quoted(model: Any, text: str) -> Iterable[int]:
    """Find labels or parcels by the tracking code, or with their production order."""
    meant = Q(tracking_code=text) | Q(production_order__in=list(_quoted_orders(text)))
    return model.objects.filter(meant).values_list("pk", flat=True)[:FOUND]


register_subject("fulfillment.productionorder", shown=ProductionOrder.objects.in_bulk, found=_quoted_orders)
for _model in (Label, ProductionShipment):
    register_subject(_model._meta.label_lower, shown=partial(_orders_of, _model), found=partial(_quoted, _model))
