"""An order once more: a draft with the same customer, addresses and things."""

from decimal import Decimal
from typing import Any

from backoffice.vendors.money import exponent_of
from orders.drafts.services.contents import DraftContent, DraftFile, DraftLine
from orders.models import Address, AddressRole, Order, OrderLine
from orders.models.line import LineKind
from orders.services.intake.input import NewAddress, NewCustomer, NewCustoms

_ADDRESS_FIELDS = NewAddress.__struct_fields__


def repeat_content(order: Order) -> DraftContent:
    """Return what has to be typed to order the same again, whatever became of the order.

    Prices are left to the catalogue, but for what it does not price. Not repeated is what belongs to that one order:
    its total, its documents, that it was a complaint, and what its customer agreed to.
    """
    customer, addresses = repeat_addresses(order)
    return DraftContent(
        customer=customer,
        recipient=addresses.get("recipient", NewAddress()),
        invoice_address=addresses.get("invoice_address"),
        shipper=addresses.get("shipper"),
        export=addresses.get("export"),
        lines=[_line(line, order) for line in order.lines.all()],
        shipping_method=order.shipping_method or None,
        express_shipping=order.express_shipping,
        express_production=order.express_production,
        gift_message=order.gift_message or None,
        custom_properties=dict(order.custom_properties),
    )


def repeat_addresses(order: Order) -> tuple[NewCustomer, dict[str, NewAddress]]:
    """Return who bought and the addresses by the names of an order's fields."""
    customer = NewCustomer(
        email=order.customer_email or None,
        firstname=order.customer_firstname or None,
        lastname=order.customer_lastname or None,
        phone=order.customer_phone or None,
    )
    return customer, {AddressRole(row.role).field: _address(row) for row in order.addresses.all()}


def _address(address: Address) -> NewAddress:
    return NewAddress(**{name: getattr(address, name) or None for name in _ADDRESS_FIELDS})


def _line(line: OrderLine, order: Order) -> DraftLine:
    is_sign = line.kind == LineKind.SIGN
    return DraftLine(
        reference=line.reference,
        sku=None if is_sign else line.sku or None,
        design_id=line.design_id or None,
        custom_product=line.custom_product or None,
        name=line.name or None,
        quantity=str(line.quantity),
        # The catalogue has no price of what a shopper designed.
        unit_price=_spell(line.unit_price, currency=order.currency) if is_sign else "",
        tax_percent="" if line.tax_percent in (None, order.shop.tax_percent) else f"{line.tax_percent:f}",
        files=[_file(file) for file in line.files],
        customs=NewCustoms(**line.customs) if line.customs else None,
        custom_properties=dict(line.custom_properties),
    )


def _file(file: dict[str, Any]) -> DraftFile:
    kind = file.get("type") or None
    if "file_id" in file:
        return DraftFile(file_id=file["file_id"], type=kind)
    return DraftFile(url=file["url"], type=kind)


def _spell(amount: Decimal, *, currency: str) -> str:
    """Return the amount without decimals that say nothing."""
    places = max(exponent_of(currency), -int(amount.normalize().as_tuple().exponent))
    return f"{amount:.{places}f}"
