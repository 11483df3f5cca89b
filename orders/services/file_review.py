"""What a person does about a print file that was found unfit: exchange it, or accept it as it is."""

from django.db import transaction

from backoffice.errors import Conflict, IllegalTransition, InvalidInput
from backoffice.text.translatable import gettext as _
from orders.models import Hold, HoldReason, Order, OrderLine, OrderState, ShopFile, VendorOrderLine
from orders.models.vendor_order import FAILED
from orders.services.files.store import link_file
from orders.services.holds import active_holds
from orders.services.lifecycle import release_hold


@transaction.atomic
def accept_files(hold: Hold, *, actor: str, note: str) -> Order:
    """Let the order go on with its print files as they are, not checked again; who decided so is kept.

    Raise Conflict when the hold was released already or is about something else.
    """
    order = Order.objects.locked(hold.order_id)
    active = active_holds(order).filter(pk=hold.pk, reason=HoldReason.BAD_FILE)
    if not active.update(overridden=True):
        raise Conflict(_("This hold has already been released."))
    order.events.create(actor=actor, kind="files.accepted", params={"text": note})
    return release_hold(hold, actor=actor, note=note)


@transaction.atomic
def exchange_file(line: OrderLine, *, index: int, file: ShopFile, actor: str) -> Order:
    """Put another print file, kept by us, in that place of the line; it is checked when the order goes.

    Raise IllegalTransition when the order does not wait or a vendor has the line, InvalidInput without such a place.
    """
    order = Order.objects.locked(line.order_id)
    line = OrderLine.objects.select_for_update().get(pk=line.pk)
    if order.state not in (OrderState.NEW, OrderState.HELD):
        raise IllegalTransition(_("Hold the order first: its files are already being sent."))
    rows = VendorOrderLine.objects.filter(line=line)
    if rows.exclude(vendor_id="").exclude(vendor_order__state__in=FAILED).exists():
        raise IllegalTransition(_("The vendor already has this line."))
    if not 0 <= index < len(line.files) or file.shop_id != order.shop_id:
        raise InvalidInput(_("The line does not have this file."), errors={})
    kept = {"url": link_file(file.public_id), "type": line.files[index].get("type", ""), "file_id": file.public_id}
    line.files = [*line.files[:index], kept, *line.files[index + 1 :]]
    credentials = dict(line.file_credentials or {})
    credentials.pop(str(index), None)
    line.file_credentials = credentials or None
    line.save(update_fields=["files", "file_credentials"])
    for row in rows:
        row.checked_files = [place for place in row.checked_files if place != index]
        row.save(update_fields=["checked_files"])
    order.events.create(actor=actor, kind="files.exchanged", params={"line": line.reference, "name": str(file)})
    return order
