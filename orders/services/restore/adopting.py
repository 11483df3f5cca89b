"""An order that only a vendor knows becomes one of ours: brought in by a person, completed by its shop."""

from collections.abc import Iterator, Sequence
from decimal import Decimal

from django.db import transaction

from backoffice.accounts.models import Shop
from backoffice.engine.services.epoch import take_id
from backoffice.errors import Conflict, IllegalTransition
from backoffice.text.translatable import gettext as _
from backoffice.vendors.messages import LineReport, OrderReport, PostalAddress, RemoteLineKind
from backoffice.vendors.registry import is_for_tests, vendor_behind
from orders.models import (
    Address,
    AddressRole,
    Order,
    OrderLine,
    OrderState,
    StrayOrder,
    StrayState,
    VendorOrder,
    VendorOrderLine,
    VendorOrderState,
)
from orders.services.intake.input import NewOrder
from orders.services.intake.new_rows import build_rows, number_of
from orders.services.order_message import OrderRows
from orders.services.placing.linking import bind, link_strays, replay_orphans
from orders.services.placing.planning import reference_of
from orders.services.preflight.order_checks import check_order
from orders.services.reports.strays import read_reference, settle_stray
from orders.services.search import refresh_search

_OF_THE_SHOP = ("sku", "reference", "name", "unit_price", "tax_percent", "unit_cost", "custom_properties", "customs")
_OF_THE_SALE = (
    *("placed_at", "currency", "total", "customer_phone", "accepts_letters", "accepts_review_request"),
    *("shipping_method", "custom_properties"),
)


@transaction.atomic
def adopt_stray(stray: StrayOrder, *, actor: str) -> Order:
    """Make the order ours, with all parts of it that vendors know: followed from now on, and never sent again. Where
    the shop has sent it again already, the vendor's one becomes a part of that.

    What the customer paid is not known until the shop sends it again. Raise Conflict when somebody was first, and
    IllegalTransition when the shop's order of that reference is another one.
    """
    stray = StrayOrder.objects.select_for_update().get(pk=stray.pk)
    if stray.state != StrayState.OPEN:
        raise Conflict(_("This has already been decided."))
    reference = stray.shop_reference or stray.reference
    # The newest, should one have been cancelled and replaced.
    same = Order.objects.filter(shop=stray.shop_id, reference=reference, is_test=is_for_tests(stray.vendor))
    existing = same.order_by("-pk").first()
    if existing is None:
        order = _make(stray, actor=actor)
    else:
        order = Order.objects.locked(existing.pk)
        link_strays(order, actor=actor)
        stray.refresh_from_db()
        if stray.state == StrayState.OPEN:
            text = _("Order %(number)s of the shop has the same reference but differs. Compare both.")
            raise IllegalTransition(text % {"number": order.number})
    replay_orphans(stray.vendor)
    order.refresh_from_db()
    return order


def complete_adopted(new: NewOrder, *, shop: Shop) -> Order | None:
    """Complete an order that was brought in without its shop by what only the shop knows, now that it sends it again.

    Return None when there is none, when that was done before, or when the goods are not the same. Must run in a
    transaction.
    """
    adopted = StrayOrder.objects.filter(shop=shop, shop_reference=new.reference, is_adopted=True)
    order_id = adopted.values_list("vendor_order__order", flat=True).first()
    if order_id is None:
        return None
    order = Order.objects.locked(order_id)
    rows = build_rows(new, shop=shop)
    check_order(rows)
    lines = list(order.lines.order_by("position"))
    if [_goods(line) for line in lines] != [_goods(line) for line in rows.lines]:
        return None
    for line, fresh in zip(lines, rows.lines, strict=True):
        for name in _OF_THE_SHOP:
            setattr(line, name, getattr(fresh, name))
    OrderLine.objects.bulk_update(lines, _OF_THE_SHOP)
    _take_over(order, rows)
    adopted.update(is_adopted=False)
    order.events.create(actor=f"shop:{shop.code}", kind="order.completed")
    refresh_search(order)
    return order


def _make(stray: StrayOrder, *, actor: str) -> Order:
    family = StrayOrder.objects.select_for_update(of=("self",)).filter(
        shop=stray.shop_id, number=stray.number, shop_reference=stray.shop_reference, state=StrayState.OPEN
    )
    # What was cancelled comes last: it may have been given up for the one that is made.
    parts = sorted(family, key=lambda one: (one.vendor_state == VendorOrderState.CANCELLED, one.part))
    order = _new_order(stray, parts[0].last_report)
    order.save(force_insert=True)
    order.events.create(
        actor=actor, kind="order.adopted", params={"vendor": stray.vendor, "vendor_id": stray.vendor_id}
    )
    recipient = parts[0].last_report.recipient or PostalAddress()
    names = [field.name for field in Address._meta.concrete_fields]
    given = {name: getattr(recipient, name) for name in recipient.__struct_fields__ if name in names}
    Address.objects.create(order=order, role=AddressRole.RECIPIENT, **given)
    taken: set[tuple[str, int]] = set()
    for part in parts:
        if (part.vendor, part.part) in taken:
            text = _("Replaced by another one, which was brought in.")
            settle_stray(part, state=StrayState.DISMISSED, actor=actor, reason=str(text))
            continue
        taken.add((part.vendor, part.part))
        row = _add_part(order, part)
        settle_stray(part, state=StrayState.LINKED, actor=actor, vendor_order=row, is_adopted=True)
        bind(row, part.last_report, actor=actor)
    refresh_search(order)
    return order


def _new_order(stray: StrayOrder, report: OrderReport) -> Order:
    pk, letters = take_id("orders_order_id_seq")
    is_taken = Order.objects.filter(number=stray.number).exists()
    to = report.recipient or PostalAddress()
    return Order(
        pk=pk,
        shop=stray.shop,
        is_test=is_for_tests(stray.vendor),
        number=number_of(stray.shop, pk=pk, letters=letters) if is_taken else stray.number,
        reference=stray.shop_reference or stray.reference,
        state=OrderState.RELEASED,
        placed_at=stray.ordered_at or stray.found_at,
        currency=stray.shop.currency,
        total=Decimal(0),
        customer_email=to.email,
        customer_firstname=to.firstname[:100],
        customer_lastname=(to.lastname or to.company)[:100],
    )


def _add_part(order: Order, stray: StrayOrder) -> VendorOrder:
    report = stray.last_report
    ours = read_reference(report.reference)
    row = VendorOrder.objects.create(
        order=order,
        vendor=stray.vendor,
        part=stray.part,
        reference=reference_of(order, part=stray.part),
        generation=ours.generation if ours else 1,
    )
    # Of the vendor in whose catalogue they stand, whichever account it is at.
    lines = list(_lines(order, vendor_behind(stray.vendor), report.lines))
    OrderLine.objects.bulk_create(lines)
    VendorOrderLine.objects.bulk_create(
        VendorOrderLine(vendor_order=row, line=line, reference=shown.reference)
        for line, shown in zip(lines, report.lines, strict=True)
    )
    return row


def _lines(order: Order, vendor: str, shown: Sequence[LineReport]) -> Iterator[OrderLine]:
    """Make lines of the vendor's: its references are our positions; one that is none gets the next."""
    used = set(order.lines.values_list("position", flat=True))
    for line in shown:
        is_ours = line.reference.isdecimal() and 0 < int(line.reference) < 1000 and int(line.reference) not in used
        position = int(line.reference) if is_ours else max(used, default=0) + 1
        used.add(position)
        yield OrderLine(
            order=order,
            position=position,
            reference=str(position),
            kind=_kind_of(line).value,
            vendor=vendor,
            sku=line.sku,
            name=line.sku,
            quantity=line.quantity,
            unit_price=Decimal(0),
            design_id=line.design_ids[0] if line.design_ids else "",
            files=[{"url": url, "type": ""} for url in line.file_urls if url],
            # Until the catalogue is read again, whose figure may be older than this order.
            takes_stock=not order.is_test,
        )


def _kind_of(line: LineReport) -> RemoteLineKind:
    if line.kind is not None:
        return line.kind
    if line.design_ids:
        return RemoteLineKind.DESIGN
    return RemoteLineKind.FILES if line.file_urls else RemoteLineKind.STOCK


def _goods(line: OrderLine) -> tuple[int, str, int]:
    return line.position, "" if line.design_id else line.sku, line.quantity


def _take_over(order: Order, rows: OrderRows) -> None:
    """Take over customer, price and addresses from the shop; the recipient stays as the vendor has it."""
    for name in ("customer_email", "customer_firstname", "customer_lastname"):
        setattr(order, name, getattr(rows.order, name) or getattr(order, name))
    for name in _OF_THE_SALE:
        setattr(order, name, getattr(rows.order, name))
    order.save()
    addresses = [address for address in rows.addresses if address.role != AddressRole.RECIPIENT]
    for address in addresses:
        address.order = order
    Address.objects.bulk_create(addresses)
