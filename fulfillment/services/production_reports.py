"""Application of reports of production orders; how reports are compared is in the engine's `reports.py`.

Items, files, labels and parcels only grow.
"""

from collections.abc import Mapping
from datetime import UTC, datetime
from typing import Any

import msgspec
from django.db import transaction

from backoffice.engine.models import Callback, Push
from backoffice.engine.services.reports import ReportApplication, ReportOutcome, Source
from backoffice.vendors.messages import HistoryEntry, PostalAddress
from backoffice.vendors.production_messages import PRODUCTION_RANK, ProductionOrderReport
from fulfillment.models import ProductionEvent, ProductionOrder, ProductionOrderState
from fulfillment.services.forgetting import forget_reported
from fulfillment.services.production_files import record_files
from fulfillment.services.production_items import record_items, to_json
from fulfillment.services.production_labels import record_labels
from fulfillment.services.production_parcels import record_parcels
from fulfillment.services.shipments import has_new_parcels

# When it is due that has no last shipping day: after all that have one.
NEVER = datetime(9999, 12, 31, tzinfo=UTC)


def apply_production_report(
    report: ProductionOrderReport, *, source: Source, callback: Callback | None = None, push: Push | None = None
) -> ReportOutcome:
    """Take over what the report says and we did not know yet; a production order not seen before is made."""
    with transaction.atomic():
        # Two doors may bring a new one at once: the unique key lets one of them make it, the other waits.
        row, __ = ProductionOrder.objects.get_or_create(
            vendor=report.vendor, vendor_id=report.vendor_id, defaults={"due_at": NEVER}
        )
        row = ProductionOrder.objects.locked(row.pk)
        outcome = _Application(report, row, source=source, callback=callback, push=push).apply()
        if row.keeps_no_copy:
            forget_reported(row)
        return outcome


def find_known(report: ProductionOrderReport) -> ProductionOrder | None:
    """Return the production order, if exactly this version of it has been applied, with all of its parcels."""
    row = ProductionOrder.objects.filter(vendor=report.vendor, vendor_id=report.vendor_id).first()
    if row is None or row.newest_version != report.version or has_new_parcels(row, report.shipments):
        return None
    return row


class _Application(ReportApplication):
    """One report on its way into a locked production order."""

    report: ProductionOrderReport
    row: ProductionOrder
    states = ProductionOrderState
    ranks = PRODUCTION_RANK
    unknown_word = "production.unknown_word"

    def values(self) -> dict[str, Any]:
        report = self.report
        return {
            "order_vendor_id": report.order_vendor_id,
            "reference": report.reference[:200],
            "reference2": report.reference2[:200],
            "merchant": next((party.name for party in report.parties if party.kind == "merchant"), ""),
            "complaint": report.complaint,
            "express_production": report.express_production,
            "express_shipping": report.express_shipping,
            "shipping_earliest": report.shipping_earliest,
            "shipping_latest": report.shipping_latest,
            "due_at": report.shipping_latest or NEVER,
            "late": report.shipping_late,
            "comment": report.comment,
            "has_generic_label": report.has_generic_label,
            "recipient": _address(report.recipient),
            "shipper": _address(report.shipper),
            "export": _address(report.export),
            "parties": to_json(report.parties),
            "custom_properties": to_json(report.custom_properties),
            "ordered_at": report.created_at,
        }

    def record_parts(self) -> bool:
        row, report, is_newest = self.row, self.report, self.is_newest
        changed = record_items(row, report.items, is_newest=is_newest)
        changed |= record_files(row, report, is_newest=is_newest)
        changed |= record_labels(row, report, is_newest=is_newest)
        return record_parcels(row, report.shipments, is_newest=is_newest, origin=self.origin) or changed

    def follow(self, before: str, *, changed: bool) -> None:
        if self.row.state != before or self.is_first:
            self.note(f"production.{self.row.state}", word=self.row.raw_state)

    def event(self, kind: str, params: Mapping[str, Any], **fields: Any) -> ProductionEvent:
        return ProductionEvent(production_order=self.row, kind=kind, params=params, **self.origin, **fields)

    def source_key(self, entry: HistoryEntry) -> str:
        return f"{self.report.vendor}:{entry.vendor_id}"


def _address(address: PostalAddress | None) -> dict[str, str] | None:
    """Return what was given of it."""
    return {name: value for name, value in msgspec.structs.asdict(address).items() if value} if address else None
