"""Labels that vendors ask us for on the day of dispatch: the same order always gets the same label.

Being asked announces the parcel, so nothing here makes a second one: a label that was given out is not exchanged. Where
labels come from is a class named by LABEL_SOURCE; ours are supplied by staff, another may book them at a carrier.
"""

from dataclasses import dataclass
from typing import Protocol

from django.conf import settings
from django.core import signing
from django.db import transaction
from django.utils import timezone
from django.utils.module_loading import import_string

from backoffice.errors import Conflict, Errors, InvalidInput
from backoffice.text.translatable import gettext as _
from backoffice.vendors.registry import vendor_title
from fulfillment.models import Carrier
from orders.models import Order, ShopFile, SuppliedLabel, VendorOrder
from orders.models.vendor_order import FAILED
from orders.services.files.signed_links import Linked, read_link
from orders.services.files.store import link_file


@dataclass(frozen=True)
class GenericLabel:
    """The response to a vendor: a PDF's address, the carrier's key in lower case, the tracking code."""

    url: str
    carrier: str
    tracking_code: str


class LabelSource(Protocol):
    """Finds labels. `find` is called with order and vendor order locked, each time that its vendor asks."""

    def find(self, vendor_order: VendorOrder) -> GenericLabel | None:
        """Return the label of that vendor order, the same one each time; None while there is none."""
        ...


class SuppliedLabels:
    """Labels that staff supplied."""

    def find(self, vendor_order: VendorOrder) -> GenericLabel | None:
        row = SuppliedLabel.objects.select_related("file").filter(vendor_order=vendor_order).first()
        if row is None:
            return None
        if row.answered_at is None:
            _note_first_response(row, vendor_order)
        elif not _still_serves(row.url):
            row.url = link_file(row.file.public_id)
            row.save(update_fields=["url"])
        return GenericLabel(row.url, row.carrier, row.tracking_code)


@transaction.atomic
def find_label(token: str) -> GenericLabel | None:
    """Return what the vendor that calls with this part of our address gets; None for anything that is no label."""
    try:
        key = read_link(Linked.LABEL, token)
    except signing.BadSignature:
        return None
    order_id = VendorOrder.objects.filter(pk=key).values_list("order_id", flat=True).first()
    if order_id is None:
        return None
    Order.objects.locked(order_id)
    vendor_order = VendorOrder.objects.select_for_update().get(pk=key)
    if vendor_order.state in FAILED:  # nothing of it is ever dispatched
        return None
    source: LabelSource = import_string(settings.LABEL_SOURCE)()
    return source.find(vendor_order)


@transaction.atomic
def supply_label(
    vendor_order: VendorOrder, *, file: ShopFile, carrier: str, tracking_code: str, actor: str
) -> SuppliedLabel:
    """Set the vendor order's label; one that was there before and not yet asked for is exchanged.

    `carrier` is a key of the carriers' list. Raise InvalidInput, and Conflict once the label was given out.
    """
    order = Order.objects.locked(vendor_order.order_id)
    VendorOrder.objects.select_for_update().get(pk=vendor_order.pk)
    carrier, tracking_code = carrier.lower(), tracking_code.strip()
    _check(vendor_order, carrier=carrier, tracking_code=tracking_code)
    known = SuppliedLabel.objects.filter(vendor_order=vendor_order).first()
    if known is not None and known.answered_at is not None:
        text = _("%(vendor)s already has this label: its parcel is announced.")
        raise Conflict(text % {"vendor": vendor_title(vendor_order.vendor)})
    values = {"file": file, "carrier": carrier, "tracking_code": tracking_code, "created_by": actor}
    row, _created = SuppliedLabel.objects.update_or_create(vendor_order=vendor_order, defaults=values)
    params = {"reference": vendor_order.reference, "carrier": carrier, "tracking_code": tracking_code}
    order.events.create(actor=actor, kind="label.supplied", params=params)
    return row


def _check(vendor_order: VendorOrder, *, carrier: str, tracking_code: str) -> None:
    errors: Errors = {}
    if not Carrier.objects.filter(key=carrier, available=True).exists():
        errors["carrier"] = [_("%(key)s is not an available carrier.") % {"key": carrier}]
    if not 1 <= len(tracking_code) <= 200:
        errors["tracking_code"] = [_("A tracking code must have 1 to 200 characters.")]
    same = SuppliedLabel.objects.filter(carrier=carrier, tracking_code=tracking_code)
    if same.exclude(vendor_order=vendor_order).exists():
        errors["tracking_code"] = [_("This tracking code belongs to another parcel.")]
    if errors:
        raise InvalidInput(_("The label cannot be supplied this way."), errors=errors)


def _note_first_response(row: SuppliedLabel, vendor_order: VendorOrder) -> None:
    row.answered_at = timezone.now()
    row.url = link_file(row.file.public_id)
    row.save(update_fields=["answered_at", "url"])
    params = {"vendor": vendor_order.vendor, "reference": vendor_order.reference}
    vendor_order.order.events.create(actor=f"vendor:{vendor_order.vendor}", kind="label.answered", params=params)


def _still_serves(url: str) -> bool:
    try:
        read_link(Linked.FILE, url.rstrip("/").rsplit("/", 1)[-1])
    except signing.BadSignature:
        return False
    return True
