"""What is to be done next with a production order, in one sentence; needs items, labels, files and parcels loaded."""

from dataclasses import dataclass
from typing import Any

from django.utils.translation import ngettext

from backoffice.states import Tone
from backoffice.text.translatable import gettext as _
from fulfillment.models import Label, LabelState, ParcelState, ProductionOrder, ProductionOrderState
from fulfillment.models.production_order import DispatchState
from fulfillment.services.production_parcels import GONE_STATES


@dataclass(frozen=True)
class NextStep:
    """`anchor` is the part of the order's page where it is done, empty when there is nothing to do."""

    tone: Tone
    icon: str
    text: Any
    anchor: str = ""


def next_step(order: ProductionOrder) -> NextStep:
    """Return the most pressing thing: what went wrong, then what stands before the parcel, then the parcel. Of an order
    that has ended nothing is pressing.
    """
    if order.state == ProductionOrderState.CANCELLED:
        return NextStep(Tone.GREY, "cancel", _("Cancelled: nothing is made or shipped."))
    return _ended(order) or _trouble(order) or _way_to_parcel(order)


def open_labels(order: ProductionOrder) -> list[Label]:
    """Return the labels whose parcel has not been made yet."""
    parcels = [(label, getattr(label, "parcel", None)) for label in order.labels.all()]
    return [label for label, parcel in parcels if parcel is None or parcel.state not in GONE_STATES]


def _trouble(order: ProductionOrder) -> NextStep | None:
    states = {label.state for label in open_labels(order)}
    if LabelState.LOST in states:
        text = _("The parcel is announced, but our copy of the label is missing: add one from another source.")
        return NextStep(Tone.RED, "error", text, "labels")
    if LabelState.REFUSED in states:
        return NextStep(Tone.RED, "block", _("The vendor rejected a label: read why, then request it again."), "labels")
    if any(parcel.state == ParcelState.REFUSED for parcel in order.shipments.all()):
        return NextStep(
            Tone.RED, "block", _("The vendor rejected a parcel: read why, then report it again."), "parcels"
        )
    if any(file.needs_attention for file in order.files.all()):
        return NextStep(Tone.AMBER, "draft", _("A file could not be downloaded: check it before printing."), "items")
    if order.is_unreadable:
        text = _("Its status cannot be updated: ask the vendor whether it is still to be made.")
        return NextStep(Tone.AMBER, "phonelink_ring", text, "timeline")
    return None


def _ended(order: ProductionOrder) -> NextStep | None:
    if order.dispatch == DispatchState.SHIPPED:
        waiting = [parcel for parcel in order.shipments.all() if parcel.state == ParcelState.WAITING]
        if waiting:
            return NextStep(Tone.BLUE, "outbox", _("Everything is packed; the report is being sent to the vendor."))
        return NextStep(Tone.GREEN, "check_circle", _("Everything is shipped and reported."))
    if order.state == ProductionOrderState.DONE:
        return NextStep(Tone.GREEN, "check_circle", _("Finished at the vendor."))
    return None


def _way_to_parcel(order: ProductionOrder) -> NextStep:
    labels = open_labels(order)
    if any(file.is_coming for file in order.files.all()):
        return NextStep(Tone.BLUE, "downloading", _("The files are being downloaded."), "items")
    if any(label.state == LabelState.ASKED for label in labels):
        return NextStep(Tone.BLUE, "sync", _("The label is being fetched."), "labels")
    waiting = sum(label.state == LabelState.WAITING for label in labels)
    if waiting:
        text = ngettext(
            "Make it; fetch the label on the day of dispatch.",
            "Make it; fetch the %(count)s labels on the day of dispatch.",
            waiting,
        )
        return NextStep(Tone.GREY, "print", text % {"count": waiting}, "labels")
    if labels:
        return NextStep(Tone.BLUE, "barcode_scanner", _("Pack it and scan the label."), "labels")
    return NextStep(Tone.GREY, "package_2", _("Make it, pack it, and report the parcel."), "parcels")
