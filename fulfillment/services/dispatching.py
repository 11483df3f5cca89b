"""Making parcels of production orders, and taking them back before the vendor hears of them."""

from dataclasses import replace
from datetime import datetime, timedelta

from django.db import transaction
from django.utils import timezone

from backoffice.engine.models import Push
from backoffice.engine.models.push import PushState
from backoffice.engine.services.clock import database_now
from backoffice.engine.services.pushes import close_push, queue_push
from backoffice.errors import ELIGIBLE, Eligibility, InvalidInput, NotAllowed, ineligible
from backoffice.text.translatable import gettext as _
from fulfillment.models import (
    Label,
    ParcelState,
    ProductionOrder,
    ProductionShipment,
    ProductionShipmentLine,
)
from fulfillment.services.parcel_rules import ParcelToMake, check_parcel, choose_label
from fulfillment.services.production_parcels import GONE_STATES, derive_dispatch, note_parcel
from fulfillment.services.reporting_parcels import ADD_SHIPMENT
from fulfillment.services.tracking_codes import without_spaces

# The same parcel asked for again within this time is the same click, not another parcel.
TWICE = timedelta(minutes=10)
REASON_MIN = 3


@transaction.atomic
def add_parcel(
    order: ProductionOrder, asked: ParcelToMake, *, actor: str, may_force: bool = False, undo_seconds: float = 0
) -> ProductionShipment:
    """The parcel is made, and the vendor hears of it after `undo_seconds`; parcels of an order in their order.

    Asked for twice, it is made once. Raises InvalidInput with the vendor's own words for what the vendor would
    refuse, NotAllowed when force is asked for and `may_force` is not given.
    """
    order = ProductionOrder.objects.locked(order.pk)
    asked = _tidy(asked)
    same = _same_click(order, asked, actor=actor)
    if same is not None:
        return same
    _ensure_may_force(asked, may_force=may_force)
    label = choose_label(order, asked)
    if label is not None and label.tracking_code:
        asked = replace(asked, tracking_code=label.tracking_code)  # as the vendor has it, spaces and all
    _ensure_none(check_parcel(order, asked, label=label))
    parcel = _write(order, asked, label=label, actor=actor, undo_seconds=undo_seconds)
    derive_dispatch(order)
    _queue(parcel, actor=actor, not_before=parcel.leaves_at if undo_seconds else None)
    return parcel


@transaction.atomic
def withdraw_parcel(parcel: ProductionShipment, *, actor: str) -> ProductionShipment:
    """The parcel is not reported: its label and its pieces are free again. Withdrawing twice changes nothing.

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
    return ineligible(_("The vendor has been told of this parcel, or is being told: it cannot be undone."))


def _tidy(asked: ParcelToMake) -> ParcelToMake:
    return replace(
        asked,
        carrier=asked.carrier.strip().lower(),
        tracking_code=without_spaces(asked.tracking_code),
        force_reason=asked.force_reason.strip(),
    )


def _same_click(order: ProductionOrder, asked: ParcelToMake, *, actor: str) -> ProductionShipment | None:
    """A parcel of this order with the same code and contents, made by the same person a moment ago."""
    parcels = order.shipments.filter(
        carrier=asked.carrier,
        tracking_code=asked.tracking_code,
        state__in=GONE_STATES,
        made_by=actor,
        created_at__gt=timezone.now() - TWICE,
    )
    for parcel in parcels:
        if asked.quantities is None and parcel.is_whole:
            return parcel
        if asked.quantities is not None and dict(parcel.lines.values_list("item", "quantity")) == asked.quantities:
            return parcel
    return None


def _ensure_may_force(asked: ParcelToMake, *, may_force: bool) -> None:
    if not asked.force:
        return
    if not may_force:
        raise NotAllowed(_("Only some may report parcels beyond the ordered quantity or the supplied labels."))
    if len(asked.force_reason) < REASON_MIN:
        text = _("A reason is needed.")
        raise InvalidInput(text, errors={"force_reason": [text]})


def _ensure_none(complaints: list[tuple[str, str]]) -> None:
    if not complaints:
        return
    errors: dict[str, list[str]] = {}
    for name, text in complaints:
        errors.setdefault(name, []).append(text)
    raise InvalidInput(" ".join(text for __, text in complaints), errors=errors)


def _write(
    order: ProductionOrder, asked: ParcelToMake, *, label: Label | None, actor: str, undo_seconds: float
) -> ProductionShipment:
    if label is not None:  # a refused parcel gives its label back
        order.shipments.filter(label=label).update(label=None)
    parcel = ProductionShipment.objects.create(
        production_order=order,
        label=label,
        carrier=asked.carrier,
        tracking_code=asked.tracking_code,
        height_cm=asked.sizes.height_cm,
        width_cm=asked.sizes.width_cm,
        depth_cm=asked.sizes.depth_cm,
        weight_g=asked.sizes.weight_g,
        is_whole=asked.quantities is None,
        force=asked.force,
        force_reason=asked.force_reason if asked.force else "",
        made_by=actor,
        leaves_at=database_now() + timedelta(seconds=undo_seconds),
    )
    quantities = asked.quantities
    if quantities is None:
        quantities = dict(order.items.values_list("pk", "quantity"))
    ProductionShipmentLine.objects.bulk_create(
        ProductionShipmentLine(shipment=parcel, item_id=item_id, quantity=quantity)
        for item_id, quantity in quantities.items()
    )
    note_parcel(parcel, "parcel.made", actor=actor, force_reason=parcel.force_reason)
    return parcel


def _queue(parcel: ProductionShipment, *, actor: str, not_before: datetime | None) -> None:
    """The payload shows staff what is said; it is frozen, since a parcel is not changed once it is made."""
    lines = parcel.lines.values_list("item__vendor_id", "quantity")
    payload = {
        "carrier": parcel.carrier,
        "tracking_code": parcel.tracking_code,
        "lines": [] if parcel.is_whole else [list(line) for line in lines],
        "sizes": [None if value is None else str(value) for value in _sizes(parcel)],
        "force": parcel.force,
    }
    queue_push(
        ADD_SHIPMENT,
        vendor=parcel.production_order.vendor,
        subject=parcel,
        actor=actor,
        payload=payload,
        not_before=not_before,
    )


def _sizes(parcel: ProductionShipment) -> tuple[object, ...]:
    return parcel.height_cm, parcel.width_cm, parcel.depth_cm, parcel.weight_g
