"""What the production desk wants of a person: a label that was handed out and cannot be printed."""

from django.utils.translation import gettext as _

from backoffice.admin.chips import Tone
from backoffice.dashboard.needs import Need, NeedGroup, group_of, link
from fulfillment.models import Label, LabelState, ProductionState
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
