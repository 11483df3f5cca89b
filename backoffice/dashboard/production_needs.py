"""What the production desk has to send, and what stands in the way: files and labels that cannot be had."""

from backoffice.dashboard.needs import Need, NeedGroup, each, group_of, link
from backoffice.states import Tone
from backoffice.text.translatable import gettext as _
from fulfillment.models import Label, LabelState, ProductionFile, ProductionOrder, ProductionOrderState
from fulfillment.services.production_parcels import GONE_STATES
from fulfillment.services.worklist import Section, orders_of_section


def late() -> NeedGroup | None:
    """Return production orders whose last shipping day is over, or which the vendor calls late."""
    return _group(Section.LATE, _("Production: late"), Tone.RED)


def due_today() -> NeedGroup | None:
    """Return production orders whose last shipping day is today."""
    return _group(Section.DUE_TODAY, _("Production: due today"), Tone.AMBER)


def _group(section: Section, title: str, tone: Tone) -> NeedGroup | None:
    return group_of(
        orders_of_section(section).order_by("due_at", "pk"),
        title=title,
        icon="conveyor_belt",
        tone=tone,
        url=link("fulfillment_productionorder_changelist", query=f"?section={section}"),
        needs=each(_order_need),
        permission="fulfillment.dispatch_productionorder",
    )


def _order_need(row: ProductionOrder) -> Need:
    return Need(
        what=row.reference or row.vendor_id,
        detail=row.merchant,
        since=row.due_at,
        url=link("fulfillment_productionorder_change", row.pk),
        action=_("Dispatch"),
    )


def labels_without_copy() -> NeedGroup | None:
    """Return labels whose parcels are announced for the day, but for parcels that have left."""
    rows = Label.objects.filter(state=LabelState.LOST).exclude(production_order__state=ProductionOrderState.CANCELLED)
    rows = rows.exclude(parcel__state__in=GONE_STATES)
    return group_of(
        rows.select_related("production_order", "answer").order_by("announced_at", "pk"),
        title=_("Labels handed out, copy missing"),
        icon="barcode",
        tone=Tone.RED,
        url="",
        needs=each(_need),
    )


def _need(label: Label) -> Need:
    order = label.production_order
    answer = getattr(label, "answer", None)
    return Need(
        what=f"{order.reference or order.vendor_id} · {label}",
        detail=answer.problem if answer else _("Somebody decided that the vendor handed it out."),
        since=label.announced_at,
        who=label.asked_by,
        url=f"{link('fulfillment_productionorder_change', order.pk)}#labels",
        action=_("Add a copy"),
    )


def files() -> NeedGroup | None:
    """Return files of production orders whose quick retries are over."""
    return group_of(
        ProductionFile.objects.filter(needs_attention=True).select_related("production_order").order_by("pk"),
        title=_("Files that cannot be downloaded"),
        icon="file_download_off",
        tone=Tone.AMBER,
        url=link("fulfillment_productionorder_changelist"),
        needs=each(
            lambda row: Need(
                what=f"{row.production_order} · {row.get_kind_display()}",
                detail=row.problem,
                since=row.created_at,
                url=link("fulfillment_productionorder_change", row.production_order_id),
            )
        ),
    )
