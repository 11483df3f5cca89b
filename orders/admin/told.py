"""What the page of an order shows of the vendors that are told of it, or are not."""

from dataclasses import dataclass

from backoffice.admin.chips import Chip
from backoffice.vendors.abilities import ExportsOrders
from backoffice.vendors.registry import vendors_with
from orders.admin import chips
from orders.models import ExportState, Order, OrderExport


@dataclass(frozen=True)
class ToldFacts:
    """One vendor. `export` is None while nobody has asked for it."""

    vendor: str
    export: OrderExport | None
    chip: Chip | None
    may_be_told: bool
    may_be_set_aside: bool


def told_facts(order: Order) -> list[ToldFacts]:
    """Every vendor that is set up to be told of orders, and those that were once; one query."""
    rows = {export.vendor: export for export in order.exports.all()}
    names = [*vendors_with(ExportsOrders, configured=True), *rows]
    return [_facts(name, rows.get(name)) for name in dict.fromkeys(names)]


def _facts(vendor: str, export: OrderExport | None) -> ToldFacts:
    state = export.state if export else ""
    return ToldFacts(
        vendor=vendor,
        export=export,
        chip=chips.told(export) if export else None,
        may_be_told=state in ("", ExportState.SKIPPED, ExportState.REFUSED),
        may_be_set_aside=state in ("", ExportState.WAITING, ExportState.REFUSED)
        or bool(export and state == ExportState.SKIPPED and not export.excluded_by),
    )
