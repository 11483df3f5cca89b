"""What the page of an order shows of its exports to vendors."""

from dataclasses import dataclass, replace

from django.http import HttpRequest

from backoffice.states import Chip
from backoffice.text.translatable import gettext as _
from backoffice.vendors.abilities import ExportsOrders
from backoffice.vendors.registry import vendors_in_use
from orders.marketing.models import ExportState, OrderExport
from orders.models import Order


@dataclass(frozen=True)
class ExportContext:
    """One vendor. `export` is None while nobody has asked for it."""

    vendor: str
    export: OrderExport | None
    chip: Chip | None
    may_be_exported: bool
    may_be_set_aside: bool


def export_chip(export: OrderExport) -> Chip:
    """Return the state of the export; a person who excluded it is named."""
    state = ExportState(export.state)
    if export.excluded_by and state == ExportState.SKIPPED:
        return Chip(state.tone, "do_not_disturb_on", _("dismissed"), export.excluded_by)
    if export.corrected and state == ExportState.WAITING:
        return replace(state.chip(), word=_("correction pending"))
    return state.chip()


def read_exports(request: HttpRequest, order: Order | None) -> list[ExportContext]:
    """Return every vendor that is set up for exports, and those that got the order once; one query."""
    rows = {export.vendor: export for export in OrderExport.objects.filter(order=order)}
    names = [*vendors_in_use(ExportsOrders), *rows]
    return [_context(name, rows.get(name)) for name in dict.fromkeys(names)]


def _context(vendor: str, export: OrderExport | None) -> ExportContext:
    state = export.state if export else ""
    return ExportContext(
        vendor=vendor,
        export=export,
        chip=export_chip(export) if export else None,
        may_be_exported=state in ("", ExportState.SKIPPED, ExportState.REFUSED),
        may_be_set_aside=state in ("", ExportState.WAITING, ExportState.REFUSED)
        or bool(export and state == ExportState.SKIPPED and not export.excluded_by),
    )
