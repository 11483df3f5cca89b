"""An order once more, as its shop would give it now: so that whatever is made of it takes the one way in."""

import re
from collections.abc import Mapping

import msgspec
from django.utils import timezone

from orders.models import Address, AddressRole, Order, OrderLine
from orders.services.designs.ids import is_ours
from orders.services.intake.input import (
    Auth,
    BasicAuth,
    NewAddress,
    NewCustomer,
    NewCustoms,
    NewLine,
    NewOrder,
    NewSender,
    PrintFile,
)

LONGEST_REFERENCE = 50
# Ends what a reference says of an order that came of another: a replacement, and a part that was split off.
REPLACEMENT, SPLIT = "R", "S"


def repeat_lines(order: Order, *, quantities: Mapping[int, int], unit_price: str) -> list[NewLine]:
    """Return so many pieces of its lines, by their keys, at that net price, with their files, designs and customs."""
    return [
        repeat_line(line, quantity=quantities[line.pk], unit_price=unit_price)
        for line in order.lines.all()
        if quantities.get(line.pk)
    ]


def repeat_order(order: Order, *, lines: list[NewLine], total: str, reference: str, recipient: Address) -> NewOrder:
    """Return an order of these lines for the same customer and `recipient`, placed now. Slips and labels that its shop
    supplied are not repeated: each is of one parcel.
    """
    addresses = repeat_addresses(order)
    return NewOrder(
        reference=reference,
        placed_at=timezone.now(),
        currency=order.currency,
        total=total,
        customer=msgspec.structs.replace(
            repeat_customer(order),
            accepts_letters=order.accepts_letters,
            accepts_review_request=order.accepts_review_request,
        ),
        recipient=_repeat_address(recipient),
        lines=lines,
        invoice_address=addresses.get(AddressRole.INVOICE.field),
        letter_address=addresses.get(AddressRole.LETTER.field),
        shipper=repeat_sender(order, AddressRole.SHIPPER),
        export=repeat_sender(order, AddressRole.EXPORT),
        shipping_method=order.shipping_method or None,
        custom_properties=order.custom_properties,
        generic_label=order.generic_label,
    )


def repeat_customer(order: Order) -> NewCustomer:
    """Return who bought, without what they agreed to then."""
    return NewCustomer(
        email=order.customer_email or None,
        firstname=order.customer_firstname or None,
        lastname=order.customer_lastname or None,
        phone=order.customer_phone or None,
    )


def repeat_addresses(order: Order) -> dict[str, NewAddress]:
    """Return its addresses by the names of an order's fields."""
    return {address.field: _repeat_address(address) for address in order.addresses.all()}


def repeat_sender(order: Order, role: AddressRole) -> NewSender | None:
    """Return its shipper or export address."""
    address = next((address for address in order.addresses.all() if address.role == role), None)
    if address is None:
        return None
    return NewSender(**{name: getattr(address, name) or None for name in NewSender.__struct_fields__})


def find_free_reference(order: Order, *, ending: str = REPLACEMENT) -> str:
    """Return a reference of its shop for an order that comes of it: "4711-R1", then "4711-R2". What comes of such an
    order counts on. The order has to be locked, so that no other takes the same.
    """
    came_of = order.complaint if ending == REPLACEMENT else order.split_from_id is not None
    base = re.sub(rf"-{ending}\d+$", "", order.reference) if came_of else order.reference
    number = 1
    taken = Order.objects.filter(shop=order.shop_id, is_test=order.is_test)
    while taken.filter(reference=(found := _numbered(base, ending, number))).exists():
        number += 1
    return found


def _numbered(base: str, letter: str, number: int) -> str:
    ending = f"-{letter}{number}"
    return base[: LONGEST_REFERENCE - len(ending)] + ending


def repeat_line(line: OrderLine, *, quantity: int, unit_price: str) -> NewLine:
    """Return so many pieces of the line at that net price, with its files, design and customs."""
    # A design of ours, and a custom product, say what they are now.
    is_known = bool(line.custom_product) or is_ours(line.design_id)
    return NewLine(
        sku=None if is_known else line.sku or None,
        design_id=line.design_id or None,
        custom_product=line.custom_product or None,
        quantity=quantity,
        unit_price=unit_price,
        tax_percent=None if line.tax_percent is None else f"{line.tax_percent:f}",
        reference=line.reference,
        name=line.name or None,
        files=[] if line.design_id else _repeat_files(line),
        customs=msgspec.convert(line.customs, NewCustoms) if line.customs else None,
        custom_properties=line.custom_properties,
    )


def _repeat_files(line: OrderLine) -> list[PrintFile]:
    """Return its files: those that we keep by their ids, so that their links are signed anew."""
    credentials = line.file_credentials or {}
    return [
        PrintFile(file_id=file["file_id"], type=file.get("type") or None)
        if file.get("file_id")
        else PrintFile(url=file["url"], type=file.get("type") or None, auth=repeat_auth(credentials.get(str(index))))
        for index, file in enumerate(line.files)
    ]


def repeat_auth(kept: Mapping[str, str] | None) -> Auth | None:
    """Return credentials that are kept (`sealed`) as they are given."""
    match kept:
        case {"scheme": "basic", "username": username, "password": password}:
            return Auth(basic=BasicAuth(username=username, password=password))
        case {"scheme": "header", "header": header}:
            return Auth(header=header)
    return None


def _repeat_address(address: Address) -> NewAddress:
    return NewAddress(**{name: getattr(address, name) or None for name in NewAddress.__struct_fields__})
