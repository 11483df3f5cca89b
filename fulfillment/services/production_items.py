"""The lines of a production order as reported: each is kept, whatever later reports leave out."""

from collections.abc import Iterable, Mapping
from typing import Any

import msgspec

from backoffice.engine.services.changes import set_changed
from backoffice.vendors.production_messages import ProductionItemReport, PropertyData
from backoffice.vendors.registry import vendor_names
from catalog.models import Variant
from fulfillment.models import ProductionItem, ProductionOrder


def record_items(row: ProductionOrder, reports: Iterable[ProductionItemReport], *, is_newest: bool) -> bool:
    """All reported items are known, each once; the newest report decides what they are. Answers whether any changed.

    The production order must be locked.
    """
    said = {report.vendor_id: report for report in reports}
    known = {item.vendor_id: item for item in row.items.all()}
    methods = _printing_methods({report.sku for report in said.values() if report.sku})
    new = [
        ProductionItem(production_order=row, vendor_id=vendor_id, **_facts(report, methods))
        for vendor_id, report in said.items()
        if vendor_id not in known
    ]
    ProductionItem.objects.bulk_create(new)
    moved = [item for key, item in known.items() if is_newest and key in said and _move(item, said[key], methods)]
    for item in moved:
        item.save()
    return bool(new or moved)


def pairs(properties: Iterable[PropertyData]) -> list[dict[str, str]]:
    """As it is kept in JSON: a list, because keys may repeat."""
    return [{"key": entry.key, "value": entry.value} for entry in properties]


def _move(item: ProductionItem, report: ProductionItemReport, methods: Mapping[str, list[str]]) -> bool:
    """Take over what is new; answers whether anything was."""
    facts = _facts(report, methods)
    if not facts["printing_methods"]:
        facts["printing_methods"] = item.printing_methods
    return bool(set_changed(item, facts))


def _facts(report: ProductionItemReport, methods: Mapping[str, list[str]]) -> dict[str, Any]:
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
        "configuration": pairs(report.configuration),
        "custom_properties": pairs(report.custom_properties),
        "customs": msgspec.to_builtins(report.customs) if report.customs else None,
        "designs": [msgspec.to_builtins(design) for design in report.designs],
        "printing_methods": methods.get(report.sku, []),
    }


def _printing_methods(skus: set[str]) -> dict[str, list[str]]:
    """Of the parts of the products, as far as the catalogue knows the SKUs."""
    variants = Variant.objects.filter(vendor__in=vendor_names(), sku__in=skus).values_list("sku", "parts")
    return {
        sku: sorted({str(part["printing_method"])[:100] for part in parts if part.get("printing_method")})
        for sku, parts in variants
    }
