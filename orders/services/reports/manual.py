"""What people record of orders at vendors that report nothing: how far they are, and what became of a cancellation.

It ends in the same service as every report, so parcels and statuses are the same whoever reports.
"""

from dataclasses import asdict, dataclass
from enum import StrEnum
from hashlib import sha256

from django.db import transaction
from django.utils import timezone

from backoffice.errors import ELIGIBLE, Eligibility, IllegalTransition, InvalidInput, ineligible
from backoffice.text.translatable import gettext as _
from backoffice.text.translatable import join_sentences
from backoffice.vendors.abilities import SimulatesOrders, TakesOrdersAtOnce
from backoffice.vendors.messages import OrderReport, RemoteOrderState, ShipmentReport, Version
from backoffice.vendors.registry import has_ability, vendor_title
from fulfillment.models import Shipment
from orders.models import Order, VendorOrder, VendorOrderState
from orders.services.cancellation_outcomes import go_on_after_refusal, settle_cancellation
from orders.services.reports.applying import apply_order_report

LONGEST = {"carrier": 64, "tracking_code": 200, "tracking_url": 2000}
_CANCELLABLE = (VendorOrderState.SUBMITTED, VendorOrderState.CHECKED)
_AT_VENDOR = (*_CANCELLABLE, VendorOrderState.IN_PRODUCTION, VendorOrderState.DONE)


class Progress(StrEnum):
    IN_PRODUCTION = "in_production"
    SHIPPED = "shipped"
    DELIVERED = "delivered"


@dataclass(frozen=True)
class ParcelInput:
    """How it travels; all may be empty where nobody knows."""

    carrier: str = ""
    tracking_code: str = ""
    tracking_url: str = ""


@transaction.atomic
def record_progress(row: VendorOrder, *, progress: Progress, actor: str, parcel: ParcelInput | None = None) -> Order:
    """Record how far the part is, as if the vendor had reported it. The same again changes nothing; another tracking
    code is another parcel. Delivered: all parcels of the part are.

    Raise IllegalTransition where the vendor reports by itself, has nothing of it, or a cancellation is open, and
    InvalidInput for a parcel that cannot be kept.
    """
    order = Order.objects.locked(row.order_id)
    row = VendorOrder.objects.select_for_update().get(pk=row.pk)
    can_record_progress(order, row).ensure()
    report = OrderReport(
        vendor=row.vendor,
        vendor_id=row.vendor_id,
        reference=row.reference,
        state=RemoteOrderState.IN_PRODUCTION if progress == Progress.IN_PRODUCTION else RemoteOrderState.DONE,
        raw_state=row.raw_state,
        version=Version(updated_at=timezone.now()),
        shipments=_shipments(row, progress, parcel or ParcelInput()),
    )
    apply_order_report(report, source="hand", actor=actor)
    order.refresh_from_db()
    return order


def can_record_progress(order: Order, row: VendorOrder) -> Eligibility:
    """Return whether people may record how far the part is."""
    names = {"reference": row.reference, "vendor": vendor_title(row.vendor)}
    if not any(has_ability(row.vendor, ability) for ability in (TakesOrdersAtOnce, SimulatesOrders)):
        return ineligible(_("%(vendor)s reports progress automatically.") % names)
    if row.submitted_at is None or row.state not in _AT_VENDOR:
        return ineligible(_("%(reference)s is not at %(vendor)s.") % names)
    if order.cancel_requested_at is not None:
        text = _("A cancellation was requested: record the answer from %(vendor)s first.")
        return ineligible(text % names)
    return ELIGIBLE


def _shipments(row: VendorOrder, progress: Progress, parcel: ParcelInput) -> tuple[ShipmentReport, ...]:
    if progress == Progress.IN_PRODUCTION:
        return ()
    _ensure_fit(parcel)
    delivered = progress == Progress.DELIVERED
    known = list(row.shipments.all()) if delivered and parcel == ParcelInput() else []
    return tuple(
        ShipmentReport(
            vendor_id=one.vendor_id,
            carrier=one.carrier,
            tracking_code=one.tracking_code,
            tracking_url=one.tracking_url,
            delivered=delivered,
            delivered_at=(one.delivered_at or timezone.now()) if delivered else None,
        )
        for one in known or [Shipment(vendor_id=_parcel_id(parcel), **asdict(parcel))]
    )


def _parcel_id(parcel: ParcelInput) -> str:
    """Return the same id for the same parcel, so that pressing twice makes one."""
    if not parcel.tracking_code:
        return "by-hand"
    return f"by-hand-{sha256(parcel.tracking_code.encode()).hexdigest()[:24]}"


def _ensure_fit(parcel: ParcelInput) -> None:
    errors = {
        name: [_("At most %(most)d characters are allowed.") % {"most": most}]
        for name, most in LONGEST.items()
        if len(getattr(parcel, name)) > most
    }
    if parcel.tracking_url and not parcel.tracking_url.lower().startswith(("https://", "http://")):
        errors["tracking_url"] = [_("The link must begin with https:// or http://.")]
    if errors:
        raise InvalidInput(" ".join(text for texts in errors.values() for text in texts), errors=errors)


@transaction.atomic
def conclude_cancellation(row: VendorOrder, *, cancelled: bool, actor: str, note: str) -> Order:
    """Record what the vendor, which a person asked, decided of the cancellation: agreed, or it makes it all the same.

    Raise IllegalTransition unless that is open.
    """
    order = Order.objects.locked(row.order_id)
    row = VendorOrder.objects.select_for_update().get(pk=row.pk)
    if not awaits_confirmation(order, row):
        raise IllegalTransition(_("No cancellation of %s is waiting for an answer from its vendor.") % row.reference)
    params = {"vendor": row.vendor, "reference": row.reference, "note": note}
    if cancelled:
        row.state = VendorOrderState.CANCELLED
        row.save(update_fields=["state", "updated_at"])
        order.events.create(actor=actor, kind="vendor.cancelled", params=params)
        settle_cancellation(order, actor=actor)
    else:
        text = _("%(vendor)s is making %(reference)s anyway.")
        text %= {"vendor": vendor_title(row.vendor), "reference": row.reference}
        go_on_after_refusal(row, text=join_sentences(text, note), actor=actor)
    order.refresh_from_db()
    return order


def awaits_confirmation(order: Order, row: VendorOrder) -> bool:
    """Return whether a person has to ask the vendor to cancel the part, and to record its decision."""
    is_open = order.cancel_requested_at is not None and row.state in _CANCELLABLE
    return is_open and has_ability(row.vendor, TakesOrdersAtOnce)
