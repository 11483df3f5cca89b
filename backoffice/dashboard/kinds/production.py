"""What the production desk has to send, and what stands in the way: files and labels that cannot be had."""

from functools import partial
from typing import Any

from django.db.models import QuerySet
from django.utils.formats import date_format
from django.utils.timezone import localtime
from django.utils.translation import gettext_lazy

from backoffice.dashboard.kind import Essentials, InboxKind, Need, each, explained_in, link, page_of
from backoffice.states import Tone
from backoffice.text.translatable import gettext as _
from backoffice.vendors.explaining import explain
from fulfillment.models import Label, LabelState, ProductionFile, ProductionOrder, ProductionOrderState
from fulfillment.services.production_parcels import GONE_STATES
from fulfillment.services.worklist import Section, orders_of_section

_SEE = ("fulfillment.view_productionorder",)
_ACT = "fulfillment.dispatch_productionorder"
# So many items are shown; the page of the order has them all.
ITEMS = 6


def _order_need(row: ProductionOrder) -> Need:
    return Need(
        what=row.reference or row.vendor_id,
        detail=row.merchant,
        since=row.due_at,
        url=link("fulfillment_productionorder_change", row.pk),
        action=_("Dispatch"),
    )


def _essentials(row: ProductionOrder) -> Essentials:
    items = row.items.order_by("pk").values_list("name", "sku", "quantity")[:ITEMS]
    return Essentials(
        chips=[ProductionOrderState(row.state).chip()],
        facts=[(_("Merchant"), row.merchant), (_("Due"), date_format(localtime(row.due_at), "SHORT_DATETIME_FORMAT"))],
        lines=[(name or sku, sku, quantity) for name, sku, quantity in items],
    )


def _labels(state: LabelState) -> QuerySet[Label]:
    """Return labels in that state, but for those of cancelled orders and of parcels that have left."""
    rows = Label.objects.filter(state=state).exclude(production_order__state=ProductionOrderState.CANCELLED)
    return rows.exclude(parcel__state__in=GONE_STATES)


def _label_need(label: Label, *, action: Any) -> Need:
    order = label.production_order
    answer = getattr(label, "answer", None)
    return Need(
        what=f"{order.reference or order.vendor_id} · {label}",
        detail=answer.problem if answer else _("A colleague decided that the vendor handed it out."),
        since=label.announced_at,
        who=label.asked_by,
        url=f"{link('fulfillment_productionorder_change', order.pk)}#labels",
        action=action,
    )


def _stuck_files() -> QuerySet[ProductionFile]:
    return ProductionFile.objects.filter(needs_attention=True)


def _file_need(row: ProductionFile) -> Need:
    return Need(
        what=f"{row.production_order} · {row.get_kind_display()}",
        **explained_in(row.production_order.vendor, explain(row.production_order.vendor, row.problem)),
        since=row.created_at,
        url=link("fulfillment_productionorder_change", row.production_order_id),
    )


def _work(section: Section, **look: Any) -> InboxKind:
    return InboxKind(
        see=_SEE,
        act=_ACT,
        rows=partial(orders_of_section, section),
        order_by=("due_at", "pk"),
        since="due_at",
        needs=each(_order_need),
        page=page_of("fulfillment_productionorder_changelist", query=f"?section={section}"),
        essentials=_essentials,
        **look,
    )


KINDS = [
    InboxKind(
        name="lost-labels",
        title=gettext_lazy("Labels handed out, copy missing"),
        icon="barcode",
        tone=Tone.RED,
        place=100,
        see=_SEE,
        act=_ACT,
        rows=partial(_labels, LabelState.LOST),
        order_by=("pk",),
        since="announced_at",
        related=("production_order", "answer"),
        needs=each(partial(_label_need, action=gettext_lazy("Add a copy"))),
        essentials=lambda label: _essentials(label.production_order),
    ),
    InboxKind(
        name="refused-labels",
        title=gettext_lazy("Labels rejected by the vendor"),
        icon="barcode",
        tone=Tone.RED,
        place=101,
        see=_SEE,
        act=_ACT,
        rows=partial(_labels, LabelState.REFUSED),
        order_by=("pk",),
        related=("production_order", "answer"),
        needs=each(partial(_label_need, action=gettext_lazy("Fetch again"))),
        essentials=lambda label: _essentials(label.production_order),
    ),
    _work(
        Section.LATE,
        name="production-late",
        title=gettext_lazy("Production: late"),
        icon="conveyor_belt",
        tone=Tone.RED,
        place=230,
    ),
    _work(
        Section.DUE_TODAY,
        name="production-due",
        title=gettext_lazy("Production: due today"),
        icon="conveyor_belt",
        tone=Tone.AMBER,
        place=240,
    ),
    InboxKind(
        name="stuck-files",
        title=gettext_lazy("Files that cannot be downloaded"),
        icon="file_download_off",
        tone=Tone.AMBER,
        place=390,
        see=_SEE,
        act=_ACT,
        rows=_stuck_files,
        order_by=("pk",),
        since="created_at",
        related=("production_order",),
        needs=each(_file_need),
        page=page_of("fulfillment_productionorder_changelist"),
        essentials=lambda row: _essentials(row.production_order),
    ),
]
