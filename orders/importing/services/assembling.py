"""The rows of one reference become an order as a storefront would send it.

What is wrong is named by row and column, as the file calls them: {"12: Menge": ["..."]}.
"""

import re
from collections.abc import Mapping
from dataclasses import dataclass, field
from decimal import Decimal
from typing import Any

from django.utils import timezone

from backoffice.api.validation import MalformedInput, read_struct
from backoffice.errors import Errors, InvalidInput, add_error
from backoffice.text.translatable import gettext as _
from orders.importing.models import ImportedOrder, OrderImport
from orders.importing.services.amounts import reckon
from orders.importing.services.fields import FIELDS, PROPERTY, label_of
from orders.importing.services.formats import ReadingChoices, read_choices
from orders.importing.services.values import DOLLAR
from orders.services.intake.input import NewOrder

# What a shop calls an order that nothing is to be made of any more.
ENDED = frozenset({
    "cancelled", "canceled", "refunded", "voided", "failed", "trash", "storniert", "abgebrochen", "erstattet",
    "expired", "returned", "retourniert", "wc-cancelled", "wc-refunded", "wc-failed", "unfulfillable",
})  # fmt: skip
UNPAID = frozenset({
    "pending", "unpaid", "pending payment", "wc-pending", "on-hold", "wc-on-hold", "unbezahlt", "checkout-draft",
})  # fmt: skip
EXAMPLE = "EXAMPLE-1"
# What people write a "$" for.
DOLLARS = frozenset({
    "USD", "AUD", "BBD", "BMD", "BND", "BSD", "BZD", "CAD", "FJD", "GYD", "HKD", "JMD", "KYD", "LRD", "NAD", "NZD",
    "SBD", "SGD", "SRD", "TTD", "TWD", "XCD", "ARS", "BRL", "CLP", "COP", "DOP", "MXN", "NIO", "UYU",
})  # fmt: skip
_ADDRESS = re.compile(r"(recipient|invoice)_(\w+)")
_LINE_PATH = re.compile(r"lines\[(\d+)\](?:\.(\w+))?")
_OF_LINES = {"reference": "line_reference", "name": "product_name", "files": "print_files"}
_OF_ORDERS = {"placed_at": "ordered_at", "totals": "total"}


@dataclass(frozen=True)
class TableOfOrders:
    """What is the same for all orders of an import."""

    table: OrderImport
    choices: ReadingChoices
    # Field -> name of its column.
    names: Mapping[str, str]

    def column(self, name: str) -> str:
        """Return how the file calls the field's column; the field's own name where there is none."""
        return self.names.get(name) or (label_of(name) if name in FIELDS else name)


@dataclass
class AssembledOrder:
    """What the rows make: an order, or why there is none. `left_out` says why nothing is to be made of it."""

    new: NewOrder | None = None
    errors: Errors = field(default_factory=dict)
    left_out: str = ""
    note: str = ""
    tags: list[str] = field(default_factory=list)


def describe_table(table: OrderImport) -> TableOfOrders:
    """Return it for the orders of an import that was read."""
    named = {str(column["place"]): column["name"] for column in table.columns}
    names = {name: named.get(place, "") for place, name in table.mapping.items()}
    return TableOfOrders(table, read_choices(table.formats), names)


def assemble(imported: ImportedOrder, of: TableOfOrders) -> AssembledOrder:
    """Return the order of these rows."""
    made = AssembledOrder()
    if not imported.reference:
        add_error(made.errors, place_of(imported.position, of.column("reference")), _("The reference is missing."))
    for row in imported.rows:
        for column, text in row["problems"]:
            add_error(made.errors, place_of(row["row"], column), text)
    values = _common(imported, of, made.errors)
    made.left_out = _left_out(values)
    if imported.reference == EXAMPLE:
        made.left_out = _("This is the example from the template.")
    if made.left_out:
        made.errors = {}
        return made
    lines = [row for row in imported.rows if any(_is_of_line(name) for name in row["values"])]
    if not lines and not made.errors:
        add_error(made.errors, place_of(imported.position, of.column("sku")), _("The order has no lines."))
    given = _given(imported, values, lines, of, made.errors)
    made.note = values.get("note", "")
    made.tags = [tag.strip() for tag in values.get("tags", "").split(",") if tag.strip()]
    if made.errors or given is None:
        return made
    try:
        made.new = read_struct(given, NewOrder)
    except MalformedInput as error:
        made.errors = name_places(error.errors, imported, of)
    return made


def place_of(row: int, column: str) -> str:
    """Return how a complaint names a cell."""
    return f"{row}: {column}"


def name_places(errors: Errors, imported: ImportedOrder, of: TableOfOrders) -> Errors:
    """Return the complaints by row and column instead of by the paths of an order."""
    lines = [row for row in imported.rows if any(_is_of_line(name) for name in row["values"])]
    named: Errors = {}
    for path, texts in errors.items():
        row, name = imported.position, path
        if found := _LINE_PATH.match(path):
            place = int(found[1])
            row = lines[place]["row"] if place < len(lines) else imported.position
            name = _OF_LINES.get(found[2] or "", found[2] or "sku")
            if name == "unit_price" and not of.names.get(name):
                name = "line_total"
        elif path.startswith("customer."):
            name = path.replace(".", "_", 1)
        elif path.startswith(("recipient.", "invoice_address.")):
            name = path.replace("invoice_address.", "invoice_", 1).replace("recipient.", "recipient_", 1)
        else:
            name = _OF_ORDERS.get(path.partition(".")[0], path)
        named.setdefault(place_of(row, _address_column(name, of)), []).extend(texts)
    return named


def _address_column(name: str, of: TableOfOrders) -> str:
    """Return the column of the field; a name that stands in one column is that one."""
    found = _ADDRESS.fullmatch(name)
    if found and found[2] in ("firstname", "lastname", "company") and not of.names.get(name):
        whole = f"{found[1]}_name"
        return of.column(whole if of.names.get(whole) else name)
    return of.column(name)


def _is_of_line(name: str) -> bool:
    return name.startswith(f"{PROPERTY}:") or FIELDS[name].of_line


def _common(imported: ImportedOrder, of: TableOfOrders, errors: Errors) -> dict[str, str]:
    """Return what belongs to the whole order: each row says the same of it, or nothing."""
    values: dict[str, str] = {}
    rows: dict[str, int] = {}
    for row in imported.rows:
        for name, text in row["values"].items():
            if _is_of_line(name):
                continue
            if values.setdefault(name, text) != text:
                complaint = _("“%(value)s” differs from row %(row)d of the same order: “%(first)s”.")
                params = {"value": text[:60], "row": rows[name], "first": values[name][:60]}
                add_error(errors, place_of(row["row"], of.column(name)), complaint % params)
            rows.setdefault(name, row["row"])
    return values


def _left_out(values: Mapping[str, str]) -> str:
    state = values.get("status", "").casefold()
    if values.get("cancelled_at") or state in ENDED:
        return _("The order was cancelled or refunded in the shop.")
    return _("The order is not paid in the shop yet.") if state in UNPAID else ""


def _given(
    imported: ImportedOrder, values: Mapping[str, str], lines: list[dict[str, Any]], of: TableOfOrders, errors: Errors
) -> dict[str, Any] | None:
    """Return what the intake reads; None where something of it is missing."""
    shop = of.table.shop
    currency = values.get("currency", "").upper() or shop.currency
    _check_currencies(imported, currency, errors)
    built = [_line(row, of, errors) for row in lines]
    if errors:
        return None
    try:
        amounts = reckon(values, [row["values"] for row in lines], currency=currency, shop=shop, choices=of.choices)
    except InvalidInput as error:
        for path, texts in error.errors.items():
            which, _dot, name = path.rpartition(".")
            row = lines[int(which)]["row"] if which else imported.position
            errors[place_of(row, of.column(name))] = texts
        return None
    for line, price in zip(built, amounts.unit_prices, strict=True):
        line["unit_price"] = price
    return _of_the_order(values) | {
        "reference": imported.reference,
        "currency": currency,
        "total": amounts.total,
        "totals": amounts.totals,
        "lines": built,
    }


def _check_currencies(imported: ImportedOrder, currency: str, errors: Errors) -> None:
    """Complain of amounts beside which another currency stands: nothing is worth the same in two of them."""
    for row in imported.rows:
        for column, named in row.get("currencies", ()):
            is_own = currency in DOLLARS if named == DOLLAR else named == currency
            if not is_own:
                complaint = _("The order is in %(currency)s.") % {"currency": currency}
                add_error(errors, place_of(row["row"], column), complaint)


def _of_the_order(values: Mapping[str, str]) -> dict[str, Any]:
    """Return what belongs to the whole order, but for its amounts."""
    recipient, invoice = (_address(values, whose) for whose in ("recipient", "invoice"))
    firstname, lastname = _names(values, "customer")
    return {
        "placed_at": values.get("ordered_at") or timezone.now().isoformat(),
        "customer": {
            "email": values.get("customer_email") or recipient.get("email") or invoice.get("email"),
            "firstname": firstname or recipient.get("firstname"),
            "lastname": lastname or recipient.get("lastname"),
            "phone": values.get("customer_phone"),
        },
        "recipient": {"phone": values.get("customer_phone"), "email": values.get("customer_email")} | recipient,
        "invoice_address": invoice if _is_whole(invoice) else None,
        "shipping_method": values.get("shipping_method"),
        "express_shipping": values.get("express_shipping") == "yes",
        "express_production": values.get("express_production") == "yes",
        "gift_message": values.get("gift_message"),
    }


def _line(row: Mapping[str, Any], of: TableOfOrders, errors: Errors) -> dict[str, Any]:
    values = row["values"]
    named = {column for column, _text in row["problems"]}
    for name in ("sku", "quantity"):
        if not values.get(name) and of.column(name) not in named:
            add_error(errors, place_of(row["row"], of.column(name)), _("A value is missing."))
    quantity = values.get("quantity", "")
    return {
        "sku": values.get("sku"),
        "quantity": int(quantity) if quantity else 0,
        "tax_percent": values.get("tax_percent"),
        "reference": values.get("line_reference"),
        "name": values.get("product_name"),
        "files": [_file(text) for text in values.get("print_files", "").split("\n") if text],
        "custom_properties": {
            name.partition(":")[2]: text for name, text in values.items() if name.startswith(f"{PROPERTY}:")
        },
    }


def _file(text: str) -> dict[str, str]:
    kind, equals, url = text.partition("=")
    return {"url": url, "type": kind} if equals and "://" not in kind else {"url": text}


def _names(values: Mapping[str, str], whose: str) -> tuple[str, str]:
    """Return first and last name; of a whole name the last word is the last name."""
    first, last = values.get(f"{whose}_firstname", ""), values.get(f"{whose}_lastname", "")
    if first or last:
        return first, last
    first, _space, last = values.get(f"{whose}_name", "").rpartition(" ")
    return first, last


def _address(values: Mapping[str, str], whose: str) -> dict[str, str]:
    parts = {
        found[2]: text for name, text in values.items() if (found := _ADDRESS.fullmatch(name)) and found[1] == whose
    }
    parts["firstname"], parts["lastname"] = _names(values, whose)
    parts.pop("name", None)
    if number := parts.pop("house_number", ""):
        parts["street"] = f"{parts.get('street', '')} {number}".strip()
    return {name: text for name, text in parts.items() if text}


def _is_whole(address: Mapping[str, str]) -> bool:
    """Return whether it is an address: a country alone, as some exports fill it, is none."""
    return bool(address.keys() & {"street", "zip", "city"})


def total_of(new: NewOrder) -> Decimal:
    """Return what the customer pays."""
    return Decimal(new.total)
