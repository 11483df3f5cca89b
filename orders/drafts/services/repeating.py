"""An order once more, to be typed on: as it would be placed again, in the shape of a draft."""

from decimal import Decimal

from backoffice.vendors.money import exponent_of
from orders.drafts.services.contents import DraftContent, DraftFile, DraftLine
from orders.models import AddressRole, Order, OrderLine
from orders.models.line import LineKind
from orders.services.intake.input import NewAddress
from orders.services.intake.repeating import repeat_addresses, repeat_customer, repeat_line, repeat_sender


def repeat_content(order: Order) -> DraftContent:
    """Return what has to be typed to order the same again, whatever became of the order.

    Prices are left to the catalogue, but for what it does not price. Not repeated is what belongs to that one order:
    its total, its documents, that it was a complaint, and what its customer agreed to.
    """
    addresses = repeat_addresses(order)
    return DraftContent(
        customer=repeat_customer(order),
        recipient=addresses.get("recipient", NewAddress()),
        invoice_address=addresses.get("invoice_address"),
        shipper=repeat_sender(order, AddressRole.SHIPPER),
        export=repeat_sender(order, AddressRole.EXPORT),
        letter_address=addresses.get("letter_address"),
        lines=[_line(line, order) for line in order.lines.all()],
        currency="" if order.currency == order.shop.currency else order.currency,
        shipping_method=order.shipping_method or None,
        express_shipping=order.express_shipping,
        express_production=order.express_production,
        gift_message=order.gift_message or None,
        custom_properties=dict(order.custom_properties),
    )


def _line(line: OrderLine, order: Order) -> DraftLine:
    is_sign = line.kind == LineKind.SIGN
    # The catalogue has no price of what a shopper designed.
    price = _spell(line.unit_price, currency=order.currency) if is_sign else ""
    again = repeat_line(line, quantity=line.quantity, unit_price=price)
    return DraftLine(
        reference=line.reference,
        # Also of a design: its price is that of the SKU.
        sku=None if is_sign else line.sku or None,
        design_id=again.design_id,
        custom_product=again.custom_product,
        name=again.name,
        quantity=str(line.quantity),
        unit_price=price,
        tax_percent="" if line.tax_percent == order.shop.tax_percent else again.tax_percent or "",
        files=[DraftFile(file_id=file.file_id, url=file.url, type=file.type) for file in again.files],
        customs=again.customs,
        custom_properties=dict(again.custom_properties),
    )


def _spell(amount: Decimal, *, currency: str) -> str:
    """Return the amount without decimals that say nothing."""
    places = max(exponent_of(currency), -int(amount.normalize().as_tuple().exponent))
    return f"{amount:.{places}f}"
