"""What stands in the way of making and packing: files that cannot be downloaded, labels that cannot be printed."""

from django.utils.translation import gettext as _

from backoffice.admin.chips import Tone
from backoffice.dashboard.needs import Need, NeedGroup, group_of, link
from fulfillment.models import Label, LabelState, ProductionFile, ProductionState
from fulfillment.services.production_parcels import GONE_STATES


def labels_without_copy() -> NeedGroup | None:
    """Their parcels are announced for the day. One whose parcel has left asks for nothing any more."""
    rows = Label.objects.filter(state=LabelState.LOST).exclude(production_order__state=ProductionState.CANCELLED)
    rows = rows.exclude(parcel__state__in=GONE_STATES)
    return group_of(
        rows.select_related("production_order", "answer").order_by("announced_at", "pk"),
        title=_("Labels handed out, copy missing"),
        icon="barcode",
        tone=Tone.RED,
        url="",
        needs=lambda labels: [_need(label) for label in labels],
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
    """Files of production orders of which the quick tries are over."""
    return group_of(
        ProductionFile.objects.filter(needs_person=True).select_related("production_order").order_by("pk"),
        title=_("Files that cannot be downloaded"),
        icon="file_download_off",
        tone=Tone.AMBER,
        url=link("fulfillment_productionorder_changelist"),
        needs=lambda rows: [
            Need(
                what=f"{row.production_order} · {row.get_kind_display()}",
                detail=row.problem,
                since=row.created_at,
                who="",
                url=link("fulfillment_productionorder_change", row.production_order_id),
                action=_("Look"),
            )
            for row in rows
        ],
    )
