"""An order of WooCommerce as a storefront of ours would send it."""

from collections.abc import Mapping
from decimal import Decimal
from typing import Any

from backoffice.api.validation import read_struct
from backoffice.vendors.money import round_money
from orders.connectors.woocommerce.models import WooConnection
from orders.connectors.woocommerce.services.contents import WooAddress, WooContent, WooLine
from orders.connectors.woocommerce.services.mapping import Key
from orders.services.intake.input import NewOrder

_PRICE = Decimal("0.0001")


def build_new_order(content: WooContent, *, connection: WooConnection, skus: Mapping[Key, str]) -> NewOrder:
    """Return what the intake takes. Raise MalformedInput, naming fields and limits, for what cannot be kept."""
    billing, shipping = content.billing, content.shipping
    recipient = shipping if shipping.address_1 or shipping.postcode else billing
    lines = [_line(line, content, connection=connection, sku=skus[_key(line)]) for line in content.line_items]
    placed = content.placed or content.modified
    given = {
        "reference": content.number or str(content.id),
        "placed_at": placed and placed.isoformat(),
        "currency": content.currency,
        "total": _amount(content.total, content),
        "totals": _totals(content, lines),
        "customer": {
            "email": billing.email or None,
            "firstname": billing.first_name or None,
            "lastname": billing.last_name or None,
            "phone": billing.phone or None,
        },
        "recipient": address(recipient, email=billing.email, phone=billing.phone),
        "invoice_address": None if billing == recipient else address(billing, email=billing.email),
        "shipping_method": next((line.method_title for line in content.shipping_lines if line.method_title), None),
        "lines": lines,
    }
    return read_struct(given, NewOrder)


def address(given: WooAddress, *, email: str = "", phone: str = "") -> dict[str, str | None]:
    """Return the fields of an address; the second line of a street is an addition to it."""
    fields = {
        "company": given.company,
        "firstname": given.first_name,
        "lastname": given.last_name,
        "street": given.address_1,
        "care_of": given.address_2,
        "zip": given.postcode,
        "city": given.city,
        "state_code": given.state,
        "country_code": given.country,
        "phone": given.phone or phone,
        "email": given.email or email,
    }
    return {name: value or None for name, value in fields.items()}


def _key(line: WooLine) -> Key:
    return line.product_id, line.variation_id


def _line(line: WooLine, content: WooContent, *, connection: WooConnection, sku: str) -> dict[str, Any]:
    files, properties = _personalisation(line, connection)
    return {
        "reference": str(line.id),
        "sku": sku,
        "quantity": line.quantity,
        "unit_price": f"{(line.subtotal / max(line.quantity, 1)).quantize(_PRICE).normalize():f}",
        "tax_percent": _tax_percent(line, content),
        "name": line.name or None,
        "files": files,
        "custom_properties": properties,
    }


def _tax_percent(line: WooLine, content: WooContent) -> str | None:
    rates = {tax.rate_id: tax.rate_percent for tax in content.tax_lines}
    percent = sum((rates.get(tax.id, Decimal(0)) for tax in line.taxes if tax.total), Decimal(0))
    return f"{percent.quantize(Decimal('0.01')).normalize():f}" if percent else None


def _personalisation(line: WooLine, connection: WooConnection) -> tuple[list[dict[str, str]], dict[str, str]]:
    """Return the print files, and what else the customer chose. Names with a leading underscore are WordPress's own."""
    files, properties = [], {}
    for meta in line.meta_data:
        kind = _file_kind(meta.key, connection.file_keys)
        if kind is not None:
            urls = meta.value if isinstance(meta.value, list) else [meta.value]
            found = ({"url": url} | ({"type": kind} if kind else {}) for url in urls if isinstance(url, str) and url)
            files += list(found)
        elif meta.key and not meta.key.startswith("_"):
            value = meta.display_value if isinstance(meta.display_value, str) else meta.value
            if isinstance(value, str | int | float):
                properties[str(meta.display_key or meta.key)] = str(value)
    return files, properties


def _file_kind(key: str, file_keys: list[str]) -> str | None:
    """Return what the file of that field is printed on: "front" of print_file_front, empty where the name says
    nothing, None where the field holds no file.
    """
    for name in file_keys:
        if key == name:
            return ""
        if key.startswith(f"{name}_"):
            return key[len(name) + 1 :]
    return None


def _totals(content: WooContent, lines: list[dict[str, Any]]) -> dict[str, Any]:
    """Return what the total is made of. A fee counts as shipping, one less than nothing as a discount; what rounding
    each line leaves between them and the total is the rounding.
    """
    goods = sum((Decimal(line["unit_price"]) * line["quantity"] for line in lines), Decimal(0))
    discount = sum((line.subtotal - line.total for line in content.line_items), Decimal(0))
    fees = [fee.total for fee in content.fee_lines]
    discount += sum((-fee for fee in fees if fee < 0), Decimal(0))
    shipping = sum((line.total for line in content.shipping_lines), Decimal(0))
    shipping += sum((fee for fee in fees if fee > 0), Decimal(0))
    taxes = [
        {
            "name": tax.label or None,
            "percent": f"{tax.rate_percent.quantize(Decimal('0.01')).normalize():f}",
            "amount": _amount(tax.tax_total + tax.shipping_tax_total, content),
        }
        for tax in content.tax_lines
    ]
    parts = {"lines": goods, "discount": discount, "shipping": shipping}
    amounts = {name: _amount(amount, content) for name, amount in parts.items()}
    taxed = sum((Decimal(tax["amount"] or 0) for tax in taxes), Decimal(0))
    made = Decimal(amounts["lines"]) - Decimal(amounts["discount"]) + Decimal(amounts["shipping"]) + taxed
    return {**amounts, "taxes": taxes, "rounding": _amount(content.total - made, content)}


def _amount(amount: Decimal, content: WooContent) -> str:
    return f"{round_money(amount, currency=content.currency):f}"
