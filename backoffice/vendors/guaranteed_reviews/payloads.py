"""Our messages in the vendor's words, and the two ways to put them into a request's body."""

import secrets
from collections.abc import Sequence
from decimal import Decimal
from zoneinfo import ZoneInfo

import msgspec

from backoffice.vendors.export_messages import ExportLine, OrderToExport
from backoffice.vendors.guaranteed_reviews.schemas import SentOrder, SentProduct
from backoffice.vendors.money import round_money

# Characters; the vendor names no limit.
LONGEST = 255


def sent_order(order: OrderToExport) -> SentOrder:
    """Return the order as the vendor wants it. What is not known is left out."""
    products = (sent_product(line, currency=order.currency) for line in order.lines)
    return SentOrder(
        id_order=order.order_id,
        order_date=order_date(order),
        firstname=_text(order.firstname),
        lastname=_text(order.lastname),
        email=order.email.strip(),
        reference=order.number,
        products=tuple(product for product in products if product.name),
    )


def order_date(order: OrderToExport) -> str:
    """Return when it was placed, in the shop's own time; the vendor takes no offset."""
    return order.placed_at.astimezone(ZoneInfo(order.time_zone)).strftime("%Y-%m-%d %H:%M:%S")


def sent_product(line: ExportLine, *, currency: str) -> SentProduct:
    """Return a line with its number, not its SKU, as id. The price is gross, with the currency's decimals."""
    codes = {13: "ean13", 12: "upc"}
    gtin = {codes[len(line.gtin)]: line.gtin} if line.gtin.isdecimal() and len(line.gtin) in codes else {}
    return SentProduct(
        id=line.product_id,
        name=_text(line.name) or _text(line.sku),
        category_id=_text(line.category_id),
        category_name=_text(line.category),
        qty=line.quantity,
        unit_price=None if line.unit_price_gross is None else _price(line.unit_price_gross, currency=currency),
        mpn=_text(line.mpn),
        sku=_text(line.sku),
        url=line.url or None,
        **gtin,
    )


def _price(amount: Decimal, *, currency: str) -> msgspec.Raw:
    return msgspec.Raw(f"{round_money(amount, currency=currency):f}".encode())


def _text(value: str) -> str:
    return value.strip()[:LONGEST]


def json_body(key: str, orders: Sequence[SentOrder]) -> tuple[bytes, str]:
    """Return body and content type as the vendor's own modules send them."""
    return msgspec.json.encode({"api_key": key, "orders": list(orders)}), "application/json"


def form_body(key: str, orders: Sequence[SentOrder]) -> tuple[bytes, str]:
    """Return body and content type as PHP's cURL sends an array: two parts, `orders` is JSON text."""
    boundary = secrets.token_hex(16)
    parts = (("api_key", key.encode()), ("orders", msgspec.json.encode(list(orders))))
    body = b"".join(
        b'--%b\r\nContent-Disposition: form-data; name="%b"\r\n\r\n%b\r\n' % (boundary.encode(), name.encode(), value)
        for name, value in parts
    )
    return body + f"--{boundary}--\r\n".encode(), f"multipart/form-data; boundary={boundary}"
