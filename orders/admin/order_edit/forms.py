"""The forms of the page. Each field carries what it showed, so that only what a person changed is changed: what a
colleague saved meanwhile stays.
"""

from collections.abc import Iterable, Mapping
from typing import Any

from django import forms
from django.utils.translation import gettext_lazy as _

from backoffice.files.types import PDF
from backoffice.staff.text_fields import CodeField, LineField, LinkField, ParagraphField, PartField
from backoffice.vendors.money import round_money
from orders.admin.order_page.correction import AddressForm
from orders.models import Order, OrderLine
from orders.models.document import DocumentKind
from orders.models.line import LineKind

CUSTOMS = ("description", "number", "origin", "currency", "amount")
CUSTOMER = ("firstname", "lastname", "email", "phone", "accepts_letters", "accepts_review_request")
SHIPPING = ("shipping_method", "express_shipping", "express_production", "generic_label", "gift_message")


class ComparedForm(forms.Form):
    """A form of which `changed_data` is what the person changed, whatever the row has become meanwhile."""

    def __init__(self, *arguments: Any, **named: Any) -> None:
        super().__init__(*arguments, **named)
        self.label_suffix = ""
        self.use_required_attribute = False
        for field in self.fields.values():
            field.show_hidden_initial = not isinstance(field, forms.FileField)

    def changes(self) -> dict[str, Any]:
        """Return the cleaned values that the person changed."""
        return {name: self.cleaned_data[name] for name in self.changed_data if name in self.cleaned_data}

    def lock(self, names: Iterable[str] | None = None) -> None:
        """Let these fields (all of them when left out) only be read."""
        for name in self.fields if names is None else names:
            if name in self.fields:
                self.fields[name].disabled = True


class EditedCustomerForm(ComparedForm):
    """Who bought."""

    firstname = PartField(label=_("First name"), required=False, max_length=100)
    lastname = PartField(label=_("Last name"), required=False, max_length=100)
    email = CodeField(label=_("E-mail"), required=False, max_length=255)
    phone = PartField(label=_("Telephone"), required=False, max_length=50)
    accepts_letters = forms.BooleanField(label=_("Accepts letters"), required=False)
    accepts_review_request = forms.BooleanField(label=_("Accepts a review request"), required=False)

    @staticmethod
    def values(order: Order) -> dict[str, Any]:
        """Return what the form shows of the order."""
        return {name: getattr(order, name if "accepts" in name else f"customer_{name}") for name in CUSTOMER}


class ShippingForm(ComparedForm):
    """How it travels, and what the customer pays."""

    shipping_method = PartField(label=_("Shipping method"), required=False, max_length=100)
    express_shipping = forms.BooleanField(label=_("Express shipping"), required=False)
    express_production = forms.BooleanField(label=_("Express production"), required=False)
    generic_label = forms.BooleanField(label=_("We supply the label on the day"), required=False)
    gift_message = ParagraphField(
        label=_("Gift message"), required=False, max_length=500, widget=forms.Textarea({"rows": 2})
    )
    total = forms.DecimalField(
        label=_("Total, gross"),
        required=False,
        min_value=0,
        max_digits=13,
        decimal_places=3,
        help_text=_("Follows the lines unless you change it."),
    )

    @staticmethod
    def values(order: Order) -> dict[str, Any]:
        """Return what the form shows of the order."""
        total = round_money(order.total, currency=order.currency)
        return {name: getattr(order, name) for name in SHIPPING} | {"total": total}


class EditedAddressForm(ComparedForm):
    """One address; the vendors' limits stand beside the fields."""

    remove = forms.BooleanField(label=_("Remove this address"), required=False)

    def __init__(self, *arguments: Any, role: str, limits: Mapping[str, int], removable: bool, **named: Any) -> None:
        super().__init__(*arguments, **named)
        for name, field in AddressForm(role=role, limits=dict(limits)).fields.items():
            self.fields[name] = field
            self.fields[name].show_hidden_initial = True
        if not removable:
            del self.fields["remove"]


class LineForm(ComparedForm):
    """One line, there already or new."""

    remove = forms.BooleanField(label=_("Remove"), required=False)
    sku = CodeField(label=_("SKU"), required=False, max_length=100)
    quantity = forms.IntegerField(label=_("Quantity"), min_value=1, max_value=2_147_483_647)
    unit_price = forms.DecimalField(label=_("Unit price"), min_value=0, max_digits=12, decimal_places=4)
    name = LineField(label=_("Name"), required=False, max_length=500)
    design_id = CodeField(label=_("Design"), required=False, max_length=64)
    keep_files = forms.TypedMultipleChoiceField(
        label=_("Print files"), required=False, coerce=int, widget=forms.CheckboxSelectMultiple
    )
    file_url = LinkField(label=_("Print file at this address"), required=False, max_length=2048)
    file_upload = forms.FileField(
        label=_("Upload a print file"), required=False, widget=forms.FileInput({"accept": PDF}), help_text=_("PDF")
    )
    file_type = CodeField(
        label=_("Type of the new file"), required=False, max_length=64, help_text=_("e.g. front or back")
    )
    customs_description = PartField(label=_("Description"), required=False, max_length=200)
    customs_number = PartField(label=_("Customs tariff number"), required=False, max_length=50)
    customs_origin = CodeField(label=_("Country of origin"), required=False, max_length=3)
    customs_currency = CodeField(label=_("Currency"), required=False, max_length=3)
    customs_amount = forms.DecimalField(label=_("Value"), required=False, min_value=0, max_digits=12, decimal_places=4)

    def __init__(self, *arguments: Any, line: OrderLine | None = None, **named: Any) -> None:
        self.line = line
        super().__init__(*arguments, **named)
        files = line.files if line else []
        keep = self.fields["keep_files"]
        keep.choices = [(index, file.get("type") or file["url"]) for index, file in enumerate(files)]  # type: ignore[attr-defined]
        if line is None:
            del self.fields["remove"], self.fields["keep_files"]
        elif line.kind == LineKind.SIGN:
            self.lock(["sku", "design_id", "file_url", "file_upload", "file_type"])
        if not files:
            self.fields.pop("keep_files", None)

    @staticmethod
    def values(line: OrderLine) -> dict[str, Any]:
        """Return what the form shows of the line."""
        customs = line.customs or {}
        return {
            **{name: getattr(line, name) for name in ("sku", "quantity", "name", "design_id")},
            "unit_price": line.unit_price.normalize() if line.unit_price else 0,
            "keep_files": list(range(len(line.files))),
            **{f"customs_{name}": customs.get(name, "") for name in CUSTOMS},
        }


class DocumentForm(ComparedForm):
    """A document to be enclosed or stuck on, in addition."""

    kind = forms.ChoiceField(label=_("Kind"), choices=DocumentKind)
    url = LinkField(label=_("Address of the PDF"), required=False, max_length=2048)
    carrier = CodeField(label=_("Carrier"), required=False, max_length=64)
    tracking_code = CodeField(label=_("Tracking code"), required=False, max_length=200)


class KeptDocumentsForm(ComparedForm):
    """Which of the documents that were supplied stay."""

    keep = forms.TypedMultipleChoiceField(
        label=_("Documents to keep"), required=False, coerce=int, widget=forms.CheckboxSelectMultiple
    )
