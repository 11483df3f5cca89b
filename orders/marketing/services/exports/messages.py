"""Orders as they are exported, from our rows: a fixed number of queries whatever the number of orders."""

from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from backoffice.accounts.models import Shop
from backoffice.text.emails import usable_email
from backoffice.vendors.export_messages import ExportLine, OrderToExport
from backoffice.vendors.messages import PostalAddress
from catalog.models import CustomProduct, Variant
from catalog.models.custom_product import FIRST_CUSTOM_NUMBER
from orders.models import Address, AddressRole, Order, OrderLine
from orders.services.order_message import postal_address

LineKey = tuple[str, str]
# What catalogues call the maker's number of a thing.
_MPN = {"mpn", "manufacturer part number", "manufacturer_part_number"}


@dataclass(frozen=True)
class Sold:
    """What a line sold, under the number by which all vendors know it."""

    product_id: int
    gtin: str = ""
    category: str = ""
    category_id: str = ""
    mpn: str = ""


def orders_to_export(orders: Sequence[Order]) -> dict[int, OrderToExport]:
    """Return the messages by the order's key. The orders must have their shops; at most six queries."""
    addresses: dict[int, dict[str, PostalAddress]] = {}
    roles = [AddressRole.RECIPIENT, AddressRole.INVOICE, AddressRole.LETTER]
    for address in Address.objects.filter(order__in=orders, role__in=roles):
        addresses.setdefault(address.order_id, {})[address.role] = postal_address(address)
    lines: dict[int, list[OrderLine]] = {}
    for line in OrderLine.objects.filter(order__in=orders).order_by("order", "position"):
        lines.setdefault(line.order_id, []).append(line)
    sold = find_sold(line for some in lines.values() for line in some)
    return {
        order.pk: _message(order, addresses.get(order.pk, {}), lines=lines.get(order.pk, []), sold=sold)
        for order in orders
    }


def find_sold(lines: Iterable[OrderLine]) -> dict[LineKey, Sold]:
    """Return the things sold, by vendor and SKU: the catalogue's products by their own keys, custom ones by
    numbers far above. Three queries at most.

    The one place that knows of other kinds of things sold, each with a range of numbers of its own.
    """
    keys = {(line.vendor, line.sku) for line in lines if line.sku}
    variants = (
        Variant.objects.filter(vendor__in={vendor for vendor, _sku in keys}, sku__in={sku for _vendor, sku in keys})
        .select_related("product")
        .prefetch_related("product__categories")
        .only("vendor", "sku", "gtin", "properties", "product__id")
    )
    sold = {(row.vendor, row.sku): _sold(row) for row in variants if (row.vendor, row.sku) in keys}
    return sold | _find_custom(keys - sold.keys())


def _sold(variant: Variant) -> Sold:
    category = min(variant.product.categories.all(), key=lambda one: one.path, default=None)
    return Sold(
        product_id=variant.product_id,
        gtin=variant.gtin,
        category=category.path if category else "",
        category_id=str(category.pk) if category else "",
        mpn=next((str(row["value"]) for row in variant.properties if _is_mpn(row)), ""),
    )


def _is_mpn(row: Any) -> bool:
    """Return whether a property is the maker's number of the thing; fulfillers' own SKUs are nobody's business."""
    return isinstance(row, dict) and str(row.get("name")).casefold() in _MPN and bool(row.get("value"))


def _find_custom(keys: Collection[LineKey]) -> dict[LineKey, Sold]:
    """Return custom products, which lines name by the id we gave them. One query, none without keys."""
    if not keys:
        return {}
    found = CustomProduct.objects.filter(external_id__in={sku for _vendor, sku in keys})
    rows = found.values_list("vendor", "external_id", "pk")
    return {(vendor, sku): Sold(FIRST_CUSTOM_NUMBER + pk) for vendor, sku, pk in rows if (vendor, sku) in keys}


def _message(
    order: Order, addresses: Mapping[str, PostalAddress], *, lines: Iterable[OrderLine], sold: Mapping[LineKey, Sold]
) -> OrderToExport:
    recipient, invoice = addresses.get(AddressRole.RECIPIENT), addresses.get(AddressRole.INVOICE)
    shop = order.shop
    return OrderToExport(
        order_id=str(order.pk),
        number=order.number,
        reference=order.reference,
        shop=shop.code,
        shop_id=shop.letter_shop_id or shop.code,
        language=shop.language.upper(),
        time_zone=shop.time_zone,
        placed_at=order.placed_at,
        currency=order.currency,
        total=order.total,
        firstname=order.customer_firstname or (recipient.firstname if recipient else ""),
        lastname=order.customer_lastname or (recipient.lastname if recipient else ""),
        email=usable_email(order.customer_email) or usable_email(recipient.email if recipient else ""),
        recipient=recipient or PostalAddress(),
        invoice=invoice,
        letter=addresses.get(AddressRole.LETTER),
        lines=tuple(
            [_line(line, sold[line.vendor, line.sku], shop=shop) for line in lines if (line.vendor, line.sku) in sold]
        ),
    )


def _line(line: OrderLine, sold: Sold, *, shop: Shop) -> ExportLine:
    return ExportLine(
        product_id=sold.product_id,
        sku=line.sku,
        name=line.name or line.sku,
        quantity=line.quantity,
        unit_price_gross=line.unit_price_gross,
        gtin=sold.gtin,
        category=sold.category,
        category_id=sold.category_id,
        mpn=sold.mpn,
        url=shop.product_url(line.sku),
    )
