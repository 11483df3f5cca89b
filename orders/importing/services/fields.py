"""What a table may say of an order: one field is one column of the template.

A row is a line of an order; rows with the same reference are one order. What belongs to the whole order may stand in
its first row only, or in all of them.
"""

from collections.abc import Iterator
from dataclasses import dataclass
from enum import StrEnum

from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _


class CellKind(StrEnum):
    """How a cell is read."""

    CODE = "code"
    LINE = "line"
    PART = "part"
    PARAGRAPH = "paragraph"
    WHOLE = "whole"
    MONEY = "money"
    PERCENT = "percent"
    TIME = "time"
    FLAG = "flag"
    COUNTRY = "country"
    FILES = "files"


class FieldGroup(StrEnum):
    """Where fields stand together in a list."""

    ORDER = "order"
    LINE = "line"
    CUSTOMER = "customer"
    RECIPIENT = "recipient"
    INVOICE = "invoice"


GROUP_LABELS: dict[FieldGroup, Promise] = {
    FieldGroup.ORDER: _("Order"),
    FieldGroup.LINE: _("Line"),
    FieldGroup.CUSTOMER: _("Customer"),
    FieldGroup.RECIPIENT: _("Recipient"),
    FieldGroup.INVOICE: _("Invoice address"),
}


@dataclass(frozen=True)
class ImportField:
    """One thing that a column can hold. `in_template`: it is a column of the template, and of an export."""

    name: str
    label: Promise
    group: FieldGroup
    kind: CellKind = CellKind.PART
    in_template: bool = True

    @property
    def of_line(self) -> bool:
        """Return whether each row has its own."""
        return self.group == FieldGroup.LINE


_ADDRESS: tuple[tuple[str, Promise, CellKind, bool], ...] = (
    ("company", _("Company"), CellKind.PART, True),
    ("department", _("Department"), CellKind.PART, True),
    ("name", _("Full name"), CellKind.PART, False),
    ("firstname", _("First name"), CellKind.PART, True),
    ("lastname", _("Last name"), CellKind.PART, True),
    ("street", _("Street and number"), CellKind.PART, True),
    ("house_number", _("House number"), CellKind.PART, False),
    ("care_of", _("Address line 2"), CellKind.PART, True),
    ("zip", _("Postcode"), CellKind.LINE, True),
    ("city", _("City"), CellKind.PART, True),
    ("state_code", _("State"), CellKind.PART, True),
    ("country_code", _("Country"), CellKind.COUNTRY, True),
    ("phone", _("Telephone"), CellKind.PART, True),
    ("email", _("E-mail"), CellKind.CODE, True),
    ("vat_id", _("VAT ID"), CellKind.PART, False),
)


def _addresses() -> Iterator[ImportField]:
    for group in (FieldGroup.RECIPIENT, FieldGroup.INVOICE):
        prefix = "recipient" if group == FieldGroup.RECIPIENT else "invoice"
        for name, label, kind, in_template in _ADDRESS:
            yield ImportField(f"{prefix}_{name}", label, group, kind, in_template)


PROPERTY = "property"
FIELDS: dict[str, ImportField] = {
    field.name: field
    for field in (
        ImportField("reference", _("Order reference"), FieldGroup.ORDER, CellKind.CODE),
        ImportField("ordered_at", _("Ordered at"), FieldGroup.ORDER, CellKind.TIME),
        ImportField("currency", _("Currency"), FieldGroup.ORDER, CellKind.CODE),
        ImportField("total", _("Total, including tax"), FieldGroup.ORDER, CellKind.MONEY),
        ImportField("shipping", _("Order shipping costs"), FieldGroup.ORDER, CellKind.MONEY),
        ImportField("discount", _("Order discount"), FieldGroup.ORDER, CellKind.MONEY),
        ImportField("tax", _("Order tax"), FieldGroup.ORDER, CellKind.MONEY),
        ImportField("sku", _("SKU"), FieldGroup.LINE, CellKind.CODE),
        ImportField("quantity", _("Quantity"), FieldGroup.LINE, CellKind.WHOLE),
        ImportField("unit_price", _("Price per piece"), FieldGroup.LINE, CellKind.MONEY),
        ImportField("line_total", _("Price of the whole line"), FieldGroup.LINE, CellKind.MONEY, in_template=False),
        ImportField("tax_percent", _("Tax rate in percent"), FieldGroup.LINE, CellKind.PERCENT),
        ImportField("line_reference", _("Line reference"), FieldGroup.LINE, CellKind.CODE),
        ImportField("product_name", _("Product name"), FieldGroup.LINE, CellKind.LINE),
        ImportField("print_files", _("Print files"), FieldGroup.LINE, CellKind.FILES),
        ImportField("line_shipping", _("Line shipping costs"), FieldGroup.LINE, CellKind.MONEY, in_template=False),
        ImportField("line_discount", _("Line discount"), FieldGroup.LINE, CellKind.MONEY, in_template=False),
        ImportField("line_tax", _("Line tax"), FieldGroup.LINE, CellKind.MONEY, in_template=False),
        ImportField(PROPERTY, _("Line property, named after the column"), FieldGroup.LINE, CellKind.PARAGRAPH, False),
        ImportField("customer_email", _("E-mail"), FieldGroup.CUSTOMER, CellKind.CODE),
        ImportField("customer_firstname", _("First name"), FieldGroup.CUSTOMER),
        ImportField("customer_lastname", _("Last name"), FieldGroup.CUSTOMER),
        ImportField("customer_name", _("Full name"), FieldGroup.CUSTOMER, in_template=False),
        ImportField("customer_phone", _("Telephone"), FieldGroup.CUSTOMER),
        *_addresses(),
        ImportField("shipping_method", _("Shipping method"), FieldGroup.ORDER),
        ImportField("express_shipping", _("Express shipping"), FieldGroup.ORDER, CellKind.FLAG),
        ImportField("express_production", _("Express production"), FieldGroup.ORDER, CellKind.FLAG),
        ImportField("note", _("Note"), FieldGroup.ORDER, CellKind.PARAGRAPH),
        ImportField("gift_message", _("Gift message"), FieldGroup.ORDER, CellKind.PARAGRAPH),
        ImportField("tags", _("Tags"), FieldGroup.ORDER, CellKind.LINE),
        ImportField("status", _("State in the shop"), FieldGroup.ORDER, CellKind.LINE, in_template=False),
        ImportField("cancelled_at", _("Cancelled at"), FieldGroup.ORDER, CellKind.LINE, in_template=False),
    )
}
TEMPLATE = tuple(field.name for field in FIELDS.values() if field.in_template)
# Without a column for each of these no row is an order; of those with "|" one is enough.
NEEDED = (
    "reference", "sku", "quantity", "unit_price|line_total", "recipient_zip", "recipient_city",
    "recipient_country_code", "recipient_name|recipient_lastname|recipient_company",
)  # fmt: skip
# Each column is a property of its own.
REPEATABLE = frozenset({PROPERTY})


def label_of(name: str) -> str:
    """Return how people call the field, with whose it is where another has the same name."""
    field = FIELDS[name]
    if field.group in (FieldGroup.CUSTOMER, FieldGroup.RECIPIENT, FieldGroup.INVOICE):
        return f"{GROUP_LABELS[field.group]}: {field.label}"
    return str(field.label)


def missing_fields(mapped: set[str]) -> list[str]:
    """Return the labels of the fields that no column holds and every order needs."""
    missing = [options.split("|") for options in NEEDED if not mapped & set(options.split("|"))]
    return [" / ".join(label_of(name) for name in options) for options in missing]
