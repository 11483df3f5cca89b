"""Making parcels of production orders, and taking them back before the vendor hears of them."""

from dataclasses import asdict, replace
from datetime import datetime, timedelta

from django.db import transaction
from django.utils import timezone

from backoffice.engine.models import Push
from backoffice.engine.models.push import PushState
from backoffice.engine.services.clock import database_now
from backoffice.engine.services.pushes import close_push, queue_push
from backoffice.errors import ELIGIBLE, Eligibility, Errors, InvalidInput, NotAllowed, add_error, ineligible
from backoffice.text.translatable import gettext as _
from fulfillment.models import Label, ParcelState, ProductionOrder, ProductionShipment, ProductionShipmentLine
from fulfillment.services.carrier_codes import is_usual_code
from fulfillment.services.parcel_rules import ParcelToMake, bare_code, check_parcel, choose_label
from fulfillment.services.production_parcels import GONE_STATES, derive_dispatch, note_parcel
from fulfillment.services.reporting_parcels import ADD_SHIPMENT

# The same parcel requested again within this time is the same click, not another parcel.
TWICE = timedelta(minutes=10)
REASON_MIN = 3


@transaction.atomic
def add_parcel(
    order: ProductionOrder, requested: ParcelToMake, *, actor: str, may_force: bool = False, undo_seconds: float = 0
) -> ProductionShipment:
    """Make the parcel, to be reported to the vendor after `undo_seconds`; parcels of an order in their order.

    Requested twice, it is made once. Raises InvalidInput with the vendor's own words for what the vendor would
    refuse, NotAllowed when force is requested and `may_force` is not given.
    """
    order = ProductionOrder.objects.locked(order.pk)
    carrier = requested.carrier.strip().lower()
    requested = replace(
        requested,
        carrier=carrier,
        tracking_code=bare_code(requested.tracking_code, carrier=carrier),
        force_reason=requested.force_reason.strip(),
    )
    duplicate = _same_click(order, requested, actor=actor)
    if duplicate is not None:
        return duplicate
    _ensure_may_force(requested, may_force=may_force)
    label = choose_label(order, requested)
    if label is not None and label.tracking_code:
        requested = replace(requested, tracking_code=label.tracking_code)  # as the vendor has it, spaces and all
    _ensure_valid(order, requested, label=label)
    parcel = _write(order, requested, label=label, actor=actor, undo_seconds=undo_seconds)
    derive_dispatch(order)
    _queue(parcel, actor=actor, not_before=parcel.leaves_at if undo_seconds else None)
    return parcel


@transaction.atomic
def withdraw_parcel(parcel: ProductionShipment, *, actor: str) -> ProductionShipment:
    """Take the parcel back: its label and its pieces are free again. Withdrawing twice changes nothing.

    Raises IllegalTransition once the report may have left.
    """
    order = ProductionOrder.objects.locked(parcel.production_order_id)
    parcel = ProductionShipment.objects.select_for_update().get(pk=parcel.pk)
    if parcel.state == ParcelState.WITHDRAWN:
        return parcel
    push = Push.objects.about(parcel).open().select_for_update().first()
    can_withdraw(parcel, push).ensure()
    parcel.state, parcel.label = ParcelState.WITHDRAWN, None
    parcel.save(update_fields=["state", "label", "updated_at"])
    if push is not None:
        close_push(push, PushState.CONFIRMED, cause=_("Withdrawn by %s before it was sent.") % actor)
    derive_dispatch(order)
    note_parcel(parcel, "parcel.withdrawn", actor=actor)
    return parcel


def can_withdraw(parcel: ProductionShipment, push: Push | None) -> Eligibility:
    """Return whether the parcel may be taken back; `push` is the one that reports it."""
    if parcel.state == ParcelState.WAITING and push is not None and push.state == PushState.NEW:
        return ELIGIBLE
    return ineligible(
        _("This parcel has been reported to the vendor, or is being reported: it can no longer be undone.")
    )


def _same_click(order: ProductionOrder, requested: ParcelToMake, *, actor: str) -> ProductionShipment | None:
    """Return a parcel of this order with the same code and contents, made by the same person a moment ago."""
    parcels = order.shipments.filter(
        carrier=requested.carrier,
        state__in=GONE_STATES,
        made_by=actor,
        created_at__gt=timezone.now() - TWICE,
    )
    # A label's code is kept as the vendor writes it, which may be in groups.
    same = [row for row in parcels if bare_code(row.tracking_code, carrier=row.carrier) == requested.tracking_code]
    quantities = requested.quantities
    if quantities is None:
        return next((row for row in same if row.is_whole), None)
    return next((row for row in same if dict(row.lines.values_list("item", "quantity")) == quantities), None)


def _ensure_may_force(requested: ParcelToMake, *, may_force: bool) -> None:
    if requested.force and not may_force:
        raise NotAllowed(
            _("You are not allowed to report parcels beyond the ordered quantity or without the supplied labels.")
        )
    if requested.force and len(requested.force_reason) < REASON_MIN:
        text = _("Enter a reason.")
        raise InvalidInput(text, errors={"force_reason": [text]})


def _ensure_valid(order: ProductionOrder, requested: ParcelToMake, *, label: Label | None) -> None:
    found = check_parcel(order, requested, label=label)
    errors: Errors = {}
    for name, text in found:
        add_error(errors, name, text)
    if errors:
        raise InvalidInput(" ".join(text for __, text in found), errors=errors)


def _write(
    order: ProductionOrder, requested: ParcelToMake, *, label: Label | None, actor: str, undo_seconds: float
) -> ProductionShipment:
    if label is not None:  # a refused parcel gives its label back
        order.shipments.filter(label=label).update(label=None)
    parcel = ProductionShipment.objects.create(
        production_order=order,
        label=label,
        carrier=requested.carrier,
        tracking_code=requested.tracking_code,
        is_whole=requested.quantities is None,
        force=requested.force,
        force_reason=requested.force_reason if requested.force else "",
        made_by=actor,
        leaves_at=database_now() + timedelta(seconds=undo_seconds),
        **asdict(requested.sizes),
    )
    quantities = requested.quantities
    if quantities is None:
        quantities = {item.pk: item.remaining for item in order.items.all() if item.remaining}
    ProductionShipmentLine.objects.bulk_create(
        ProductionShipmentLine(shipment=parcel, item_id=item_id, quantity=quantity)
        for item_id, quantity in quantities.items()
    )
    # A label's code is the vendor's; one that was typed or scanned may have been taken although it looks like none.
    is_odd = (label is None or not label.tracking_code) and not is_usual_code(
        parcel.tracking_code, carrier=parcel.carrier
    )
    note_parcel(parcel, "parcel.made", actor=actor, force_reason=parcel.force_reason, code_is_confirmed=is_odd)
    return parcel


def _queue(parcel: ProductionShipment, *, actor: str, not_before: datetime | None) -> None:
    """Queue its report with what staff see of it; a parcel is not changed once it is made."""
    lines = parcel.lines.values_list("item__vendor_id", "quantity")
    sizes = (parcel.height_cm, parcel.width_cm, parcel.depth_cm, parcel.weight_g)
    payload = {
        "carrier": parcel.carrier,
        "tracking_code": parcel.tracking_code,
        "lines": [] if parcel.is_whole else [list(line) for line in lines],
        "sizes": [None if value is None else str(value) for value in sizes],
        "force": parcel.force,
    }
    vendor = parcel.production_order.vendor
    queue_push(ADD_SHIPMENT, vendor=vendor, subject=parcel, actor=actor, payload=payload, not_before=not_before)
