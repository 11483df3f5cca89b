"""The lines of a production order as reported: each is kept, whatever later reports leave out."""

from collections.abc import Iterable, Mapping
from typing import Any

import msgspec

from backoffice.engine.services.changes import set_changed
from backoffice.vendors.production_messages import ProductionItemReport
from backoffice.vendors.registry import vendor_names
from catalog.models import Variant
from fulfillment.models import ProductionItem, ProductionOrder


def record_items(row: ProductionOrder, reports: Iterable[ProductionItemReport], *, is_newest: bool) -> bool:
    """Record all reported items, each once, as the newest report has them; return whether any changed.

    The production order must be locked.
    """
    reported = {report.vendor_id: report for report in reports}
    known = {item.vendor_id: item for item in row.items.all()}
    methods = _printing_methods({report.sku for report in reported.values() if report.sku})
    new = [
        ProductionItem(production_order=row, vendor_id=key, **_values(report, methods))
        for key, report in reported.items()
        if key not in known
    ]
    ProductionItem.objects.bulk_create(new)
    old = [item for key, item in known.items() if is_newest and key in reported]
    moved = [item for item in old if _update(item, reported[item.vendor_id], methods)]
    return bool(new or moved)


def to_json(structs: Iterable[msgspec.Struct]) -> list[dict[str, Any]]:
    """Return them as they are kept in a JSON column."""
    return [msgspec.to_builtins(struct) for struct in structs]


def _update(item: ProductionItem, report: ProductionItemReport, methods: Mapping[str, list[str]]) -> bool:
    values = _values(report, methods)
    values["printing_methods"] = values["printing_methods"] or item.printing_methods
    changed = set_changed(item, values)
    if changed:
        item.save(update_fields=changed)
    return bool(changed)


def _values(report: ProductionItemReport, methods: Mapping[str, list[str]]) -> dict[str, Any]:
    return {
        "order_item_vendor_id": report.order_line_vendor_id,
        "reference": report.reference[:200],
        "sku": report.sku,
        "sku_fulfiller": report.sku_fulfiller,
        "name": report.name,
        "kind": report.kind.value if report.kind else "",
        "quantity": report.quantity,
        "state": report.state.value,
        "raw_state": report.raw_state,
        "shipping_earliest": report.shipping_earliest,
        "shipping_latest": report.shipping_latest,
        "late": report.shipping_late,
        "configuration": to_json(report.configuration),
        "custom_properties": to_json(report.custom_properties),
        "customs": msgspec.to_builtins(report.customs),
        "designs": to_json(report.designs),
        "printing_methods": methods.get(report.sku, []),
    }


def _printing_methods(skus: set[str]) -> dict[str, list[str]]:
    """Return those of the products' parts, by SKU, as far as the catalogue knows it."""
    variants = Variant.objects.filter(vendor__in=vendor_names(), sku__in=skus).values_list("sku", "parts")
    return {
        sku: sorted({str(part["printing_method"])[:100] for part in parts if part.get("printing_method")})
        for sku, parts in variants
    }
