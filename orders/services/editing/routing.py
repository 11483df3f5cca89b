"""Routing lines to another vendor that has their SKU: an edit of its own, which no storefront can make."""

from collections.abc import Mapping

from backoffice.errors import InvalidInput
from backoffice.text.translatable import gettext as _
from backoffice.vendors.registry import vendor_title
from catalog.services.orderable import can_make
from catalog.services.orderable_variants import find_variants
from orders.models import Order
from orders.models.line import LineKind
from orders.services.editing.changes import OrderChanges
from orders.services.editing.plan import EditPlan, build_plan

# A design is made in one vendor's editor, and a custom product by who sold it.
ROUTABLE = (LineKind.FILES, LineKind.STOCK)


def build_route(order: Order, vendors: Mapping[int, str]) -> EditPlan:
    """Return the order with these lines, by key, at these vendors. Raise InvalidInput, by line, for what a vendor does
    not offer.
    """
    plan = build_plan(order, OrderChanges())
    lines = [line for line in plan.after.lines if line.pk in vendors and line.vendor != vendors[line.pk]]
    offers = find_variants({line.sku for line in lines})
    errors: dict[str, list[str]] = {}
    for line in lines:
        vendor = vendors[line.pk]
        variant = offers.every.get((vendor, line.sku))
        params = {"sku": line.sku or line.name, "vendor": vendor_title(vendor)}
        text = can_make(variant).reason if variant else _("%(vendor)s does not offer %(sku)s.") % params
        if line.kind not in ROUTABLE:
            text = _("%(sku)s is a design or a custom product, which only its own vendor makes.") % params
        if text:
            errors[f"lines.{line.reference}.vendor"] = [text]
            continue
        line.vendor = vendor
        plan.changed[line.pk] = {"vendor"}
    if errors:
        raise InvalidInput(" ".join(text for texts in errors.values() for text in texts), errors=errors)
    return plan
