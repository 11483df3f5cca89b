"""Three doors, one room: a reading, a callback and a poll say the same of a production order and end here.

Reports come late, twice and out of order. Each is compared with the newest one applied (`Version`) before anything is
set. No state goes back; items, files, labels, parcels and the vendor's history only grow. What follows from a change
happens in its transaction, so a repeat causes nothing.
"""

from datetime import UTC, datetime
from typing import Any

import msgspec
from django.db import transaction
from django.utils import timezone

from backoffice.models import Callback, Push
from backoffice.models.callback import CallbackState
from backoffice.vendors.messages import PostalAddress, Version
from backoffice.vendors.production_messages import PRODUCTION_RANK, ProductionOrderReport
from backoffice.vendors.production_messages import ProductionState as Theirs
from fulfillment.models import ProductionEvent, ProductionOrder, ProductionState
from fulfillment.services.production_files import record_files
from fulfillment.services.production_items import pairs, record_items
from fulfillment.services.production_labels import record_labels
from fulfillment.services.production_outcomes import ProductionOutcome, Source
from fulfillment.services.production_parcels import record_parcels

# When it is due that has no last shipping day: after all that have one.
NEVER = datetime(9999, 12, 31, tzinfo=UTC)


def apply_production_report(
    report: ProductionOrderReport, *, source: Source, callback: Callback | None = None, push: Push | None = None
) -> ProductionOutcome:
    """All that the report says and we did not know yet is ours; a production order not seen before is made."""
    with transaction.atomic():
        row = _locked_row(report)
        return _Application(report, row, source=source, callback=callback, push=push).run()


def find_known(report: ProductionOrderReport) -> ProductionOrder | None:
    """The production order, if exactly this version of it has been applied."""
    row = ProductionOrder.objects.filter(vendor=report.vendor, vendor_id=report.vendor_id).first()
    return row if row is not None and newest_version(row) == report.version else None


def newest_version(row: ProductionOrder) -> Version | None:
    """Of the newest report applied; None before the first."""
    if row.reported_at is None:
        return None
    return Version(updated_at=row.reported_at, history_id=row.reported_history_id, rank=row.reported_rank)


def _locked_row(report: ProductionOrderReport) -> ProductionOrder:
    """Two doors may bring a new one at once: the unique key lets one of them make it, the other waits."""
    row, _ = ProductionOrder.objects.get_or_create(
        vendor=report.vendor, vendor_id=report.vendor_id, defaults={"due_at": NEVER}
    )
    return ProductionOrder.objects.locked(row.pk)


class _Application:
    """One report on its way into a locked production order."""

    def __init__(
        self,
        report: ProductionOrderReport,
        row: ProductionOrder,
        *,
        source: Source,
        callback: Callback | None,
        push: Push | None,
    ) -> None:
        self.report = report
        self.row = row
        self.source = source
        self.origin: dict[str, Any] = {"actor": f"vendor:{report.vendor}", "callback": callback, "push": push}

    def run(self) -> ProductionOutcome:
        report, row, newest = self.report, self.row, newest_version(self.row)
        is_newest = newest is None or newest < report.version
        # A reading of this moment may say more than an equal version that came as a callback.
        is_newest = is_newest or (newest == report.version and self.source != "callback")
        before = row.state
        changed = newest is None
        changed |= self._set_fields(is_newest=is_newest)
        changed |= record_items(row, report.items, is_newest=is_newest)
        changed |= record_files(row, report, is_newest=is_newest)
        changed |= record_labels(row, report, is_newest=is_newest)
        changed |= record_parcels(row, report.shipments, is_newest=is_newest, origin=self.origin)
        changed |= self._note_history()
        if row.state != before or newest is None:
            self._note(f"production.{row.state}", word=row.raw_state)
        if changed:
            return ProductionOutcome(CallbackState.APPLIED, row)
        is_old = newest is not None and report.version < newest
        return ProductionOutcome(CallbackState.STALE if is_old else CallbackState.KNOWN, row)

    def _set_fields(self, *, is_newest: bool) -> bool:
        """Save what differs; answers whether anything but the time of reading did."""
        report, row = self.report, self.row
        values: dict[str, Any] = {}
        if self._moves_state(is_newest=is_newest):
            values["state"] = ProductionState(report.state.value)
        if is_newest:
            values |= _facts(report)
        changed = {name: value for name, value in values.items() if getattr(row, name) != value}
        if "raw_state" in changed and report.state == Theirs.UNKNOWN:
            self._note("production.unknown_word", word=report.raw_state)
        read = {"read_at": timezone.now()} if self.source != "callback" else {}
        for name, value in (changed | read).items():
            setattr(row, name, value)
        if changed or read:
            row.save(update_fields=[*changed, *read, "updated_at"])
        return bool(changed)

    def _moves_state(self, *, is_newest: bool) -> bool:
        """No state goes back, however new the report; between two ends the newest decides."""
        ours, theirs = PRODUCTION_RANK[Theirs(self.row.state)], PRODUCTION_RANK[self.report.state]
        return theirs > ours or (is_newest and theirs == ours)

    def _note_history(self) -> bool:
        """The vendor's own lines join the timeline, each once, at the time the vendor gives them."""
        entries = {f"{self.report.vendor}:{entry.vendor_id}": entry for entry in self.report.histories}
        known = set(self.row.events.filter(source_key__in=entries).values_list("source_key", flat=True))
        events = ProductionEvent.objects.bulk_create(
            ProductionEvent(
                production_order=self.row,
                at=entry.at,
                kind="vendor.history",
                params={"text": entry.text},
                source_key=key,
                **self.origin,
            )
            for key, entry in entries.items()
            if key not in known
        )
        return bool(events)

    def _note(self, kind: str, **params: str) -> None:
        ProductionEvent.objects.create(production_order=self.row, kind=kind, params=params, **self.origin)


def _facts(report: ProductionOrderReport) -> dict[str, Any]:
    """The columns that the newest report decides."""
    merchants = [party.name for party in report.parties if party.kind == "merchant"]
    return {
        "raw_state": report.raw_state,
        "order_vendor_id": report.order_vendor_id,
        "reference": report.reference[:200],
        "reference2": report.reference2[:200],
        "merchant": next(iter(merchants), ""),
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
        "parties": [msgspec.to_builtins(party) for party in report.parties],
        "custom_properties": pairs(report.custom_properties),
        "ordered_at": report.created_at,
        "reported_at": report.version.updated_at,
        "reported_history_id": report.version.history_id,
        "reported_rank": report.version.rank,
    }


def _address(address: PostalAddress | None) -> dict[str, str] | None:
    """What was given of it."""
    return {name: value for name, value in msgspec.structs.asdict(address).items() if value} if address else None
