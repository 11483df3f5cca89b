"""Requesting exports of orders to vendors that act upon them: excluding orders, corrections, opt-outs.

How they are sent is in `batches.py` and `exporting.py`. Every change is a line in the order's timeline.
"""

from typing import Any

from django.db import transaction
from django.utils import timezone

from backoffice.decisions import note_decision
from backoffice.engine.services.task_queue import enqueue_soon
from backoffice.errors import ELIGIBLE, Eligibility, InvalidInput, ineligible
from backoffice.text.reasons import checked_reason
from backoffice.text.translatable import gettext as _
from backoffice.vendors.abilities import ExportsOrders
from backoffice.vendors.registry import vendor_title, vendor_type, vendors_with
from orders.marketing.models import Consent, ExportState, OptOut, OrderExport
from orders.marketing.services.exports.messages import orders_to_export
from orders.marketing.services.exports.obstacles import can_export_now, find_obstacles, waits_for_order
from orders.models import Order

EXPORT_ORDERS = "orders.marketing.tasks.export_orders"
# The vendor has it: sending it again would be pointless at best.
THERE = (ExportState.SENT, ExportState.KNOWN)


def request_export(order: Order, *, vendor: str, actor: str) -> OrderExport:
    """Have the order exported with the next batch; if it may not be, its row says why (state "not told").

    An order that is new, held or perhaps to be cancelled waits until that is decided: a rule at a parcel's delivery
    asks once only. For rules and commands: what is waiting, exported, refused, or was excluded by a person stays as
    it is. Must run in a transaction. Raises UnknownVendor.
    """
    order = Order.objects.locked(order.pk)
    export = order.exports.filter(vendor=vendor).first()
    if export is not None and (export.state != ExportState.SKIPPED or export.excluded_by):
        return export
    reason = find_obstacle(order, vendor=vendor)
    if reason and not (waits_for_order(order) and reason == can_export_now(order).reason):
        return _skip(order, export, vendor=vendor, actor=actor, reason=reason)
    return _await(order, export, vendor=vendor, actor=actor)


@transaction.atomic
def request_export_by_hand(order: Order, *, vendor: str, actor: str) -> OrderExport:
    """Request the export for a person, who may also request one that was excluded or refused before.

    Raises IllegalTransition, with nothing changed, when the vendor has the order or may not get it.
    """
    order = Order.objects.locked(order.pk)
    export = order.exports.filter(vendor=vendor).first()
    can_request_export(order, export, vendor=vendor).ensure()
    export = _await(order, export, vendor=vendor, actor=actor)
    note_decision(export, _("Export requested"), vendor=vendor)
    return export


def can_request_export(order: Order, export: OrderExport | None, *, vendor: str) -> Eligibility:
    """Return whether a person may request the order's export; `export` is the one there is."""
    if export is not None and export.state in (*THERE, ExportState.WAITING):
        text = _("%(vendor)s: %(state)s.")
        return ineligible(text % {"vendor": vendor_title(vendor), "state": export.get_state_display()})
    reason = find_obstacle(order, vendor=vendor)
    return ineligible(reason) if reason else ELIGIBLE


def can_exclude_export(export: OrderExport | None) -> Eligibility:
    """Return whether the order, or a correction of it, may be kept from the vendor."""
    if export is None or export.state not in THERE:
        return ELIGIBLE
    text = _("It has already been sent to %(vendor)s; that cannot be undone here.")
    return ineligible(text % {"vendor": vendor_title(export.vendor)})


@transaction.atomic
def exclude_export(order: Order, *, vendor: str, actor: str, reason: str) -> OrderExport:
    """Keep the order, or a correction that waits or was refused, from the vendor; only a person can undo it.

    Raises IllegalTransition once the vendor has it all, InvalidInput for a reason that is too long.
    """
    vendor_type(vendor, ExportsOrders)
    reason = checked_reason(reason, least=1)
    order = Order.objects.locked(order.pk)
    export = order.exports.select_for_update().filter(vendor=vendor).first()
    can_exclude_export(export).ensure()
    state = ExportState.SENT if export is not None and export.was_exported else ExportState.SKIPPED
    changes = {"state": state, "excluded_by": actor, "text": reason}
    export = _write(order, export, vendor=vendor, actor=actor, **changes)
    order.events.create(actor=actor, kind="export.excluded", params={"vendor": vendor, "text": reason})
    note_decision(export, _("Excluded from export"), vendor=vendor, reason=reason)
    return export


@transaction.atomic
def opt_out(order: Order, *, vendor: str, actor: str, reason: str) -> OptOut:
    """Note that the customer opts out of what the vendor does: none of their orders is exported any more.

    Raises InvalidInput for an order without an e-mail address, since customers are known by it.
    """
    consent = Consent(vendor_type(vendor, ExportsOrders).EXPORT_CONSENT)
    reason = checked_reason(reason, least=1)
    order = Order.objects.select_related("shop").get(pk=order.pk)
    email = orders_to_export([order])[order.pk].email.lower()
    if not email:
        text = _("The order has no e-mail address by which to find the customer's other orders.")
        raise InvalidInput(text, errors={"customer": [text]})
    row, created = OptOut.objects.get_or_create(
        consent=consent, email=email, defaults={"noted_by": actor, "reason": reason}
    )
    if created:
        params = {"consent": consent, "text": reason}
        order.events.create(actor=actor, kind="export.opted_out", params=params)
    return row


def note_correction(order: Order, *, actor: str) -> None:
    """Export the changed order again: as a correction to vendors that take those, anew where it was refused. What is
    on its way is followed by a correction. The order must be locked.
    """
    for export in order.exports.select_for_update().filter(vendor__in=vendors_with(ExportsOrders)):
        takes_corrections = vendor_type(export.vendor, ExportsOrders).TAKES_CORRECTIONS
        if export.state == ExportState.WAITING:
            if export.batch_id and takes_corrections:
                export.changed_meanwhile = True
                export.save(update_fields=["changed_meanwhile", "updated_at"])
        elif export.state == ExportState.REFUSED or (
            export.state in THERE and takes_corrections and not export.excluded_by
        ):
            _await(order, export, vendor=export.vendor, actor=actor, kind="export.changed")


def find_obstacle(order: Order, *, vendor: str) -> str:
    """Return why the vendor may not get the order; empty when it may."""
    return find_obstacles([order], vendor=vendor, messages=orders_to_export([order])).get(order.pk, "")


def enqueue_when_committed() -> None:
    """Enqueue the gathering soon after the transaction; many requests enqueue it once."""
    transaction.on_commit(lambda: enqueue_soon(EXPORT_ORDERS), robust=True)


def _await(
    order: Order, export: OrderExport | None, *, vendor: str, actor: str, kind: str = "export.waiting"
) -> OrderExport:
    corrected = bool(export and (export.was_exported or export.state in THERE))
    fresh: dict[str, Any] = {"excluded_by": "", "text": "", "batch": None, "tries": 0, "failing_since": None}
    export = _write(order, export, vendor=vendor, actor=actor, state=ExportState.WAITING, corrected=corrected, **fresh)
    order.events.create(actor=actor, kind=kind, params={"vendor": vendor})
    enqueue_when_committed()
    return export


def _skip(order: Order, export: OrderExport | None, *, vendor: str, actor: str, reason: str) -> OrderExport:
    """Record the refusal; the same one twice is one line in the timeline."""
    if export is not None and export.text == reason:
        return export
    export = _write(order, export, vendor=vendor, actor=actor, state=ExportState.SKIPPED, text=reason)
    order.events.create(actor=actor, kind="export.skipped", params={"vendor": vendor, "text": reason})
    return export


def _write(order: Order, export: OrderExport | None, *, vendor: str, actor: str, **changes: Any) -> OrderExport:
    if export is None:
        export = OrderExport(order=order, vendor=vendor)
    for name, value in {**changes, "requested_by": actor, "requested_at": timezone.now()}.items():
        setattr(export, name, value)
    export.save()
    return export
