"""What an order has to have. Types are loose, as in the document's example: a number may be text."""

import re
from datetime import datetime
from typing import Any

_REQUIRED = ("id_order", "order_date", "firstname", "lastname", "email")
_TEXTS = ("category_id", "category_name", "mpn", "ean13", "sku", "upc", "url")
_DATE = re.compile(r"\d{4}-\d\d-\d\d \d\d:\d\d:\d\d")


def find_fault(order: Any) -> str:
    """Return the first field that is missing or wrong, "" when all is well."""
    if not isinstance(order, dict):
        return "order"
    for name in _REQUIRED:
        if not _is_text(order.get(name)):
            return name
    if not _is_date(order["order_date"]):
        return "order_date"
    if order.get("reference") is not None and not _is_text(order["reference"]):
        return "reference"
    products = order.get("products", [])
    if not isinstance(products, list):
        return "products"
    return next((fault for product in products if (fault := _product_fault(product))), "")


def _product_fault(product: Any) -> str:
    if not isinstance(product, dict):
        return "products"
    if not _is_whole(product.get("id")):
        return "products.id"
    if not _is_text(product.get("name")):
        return "products.name"
    if product.get("qty") is not None and not _is_whole(product["qty"]):
        return "products.qty"
    if product.get("unit_price") is not None and not _is_number(product["unit_price"]):
        return "products.unit_price"
    wrong = (name for name in _TEXTS if product.get(name) is not None and not isinstance(product[name], str | int))
    return next((f"products.{name}" for name in wrong), "")


def _is_text(value: Any) -> bool:
    return isinstance(value, str | int) and not isinstance(value, bool) and str(value).strip() != ""


def _is_whole(value: Any) -> bool:
    return not isinstance(value, bool) and (isinstance(value, int) or (isinstance(value, str) and value.isdecimal()))


def _is_number(value: Any) -> bool:
    if isinstance(value, bool) or not isinstance(value, str | int | float):
        return False
    return re.fullmatch(r"\d+(\.\d+)?", str(value)) is not None


def _is_date(value: Any) -> bool:
    if not isinstance(value, str) or not _DATE.fullmatch(value):
        return False
    try:
        datetime.strptime(value, "%Y-%m-%d %H:%M:%S")  # noqa: DTZ007 - the vendor takes no offset
    except ValueError:
        return False
    return True
