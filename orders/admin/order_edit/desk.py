"""An order on the page where it is edited: its forms, what they change, and where a complaint belongs."""

import re
from collections.abc import Iterator, Mapping
from functools import cached_property
from typing import Any

from django.forms import BoundField
from django.http import QueryDict
from django.utils.datastructures import MultiValueDict

from backoffice.api.validation import read_struct
from backoffice.errors import Errors
from orders.admin.order_edit.forms import (
    ComparedForm,
    DocumentForm,
    EditedAddressForm,
    EditedCustomerForm,
    KeptDocumentsForm,
    LineForm,
    ShippingForm,
)
from orders.admin.order_edit.reading import read_address, read_documents, read_line, read_shipping
from orders.admin.order_page.address_context import SENT, longest_allowed
from orders.admin.order_page.correction import fields_of
from orders.models import Address, AddressRole, Order, OrderDocument, VendorOrderLine
from orders.services.editing.changes import OrderChanges
from orders.services.editing.parts import find_obstacles
from orders.services.editing.plan import SHARED
from orders.services.taking_back import may_be_taken_back

MOST_NEW = 50
_LINE = re.compile(r"lines(?:\.(?P<list>change|add))?\[(?P<index>\d+)\]\.?(?P<field>\w*)")
_NEW = re.compile(r"new-(\d{1,2})-quantity")


class EditDesk:
    """The forms, empty or with what was posted. `obstacles` say which parts cannot be changed any more."""

    def __init__(self, order: Order, *, data: QueryDict | None = None, files: Any = None) -> None:
        self.order, self.data, self.files = order, data, files
        self.lines = list(order.lines.order_by("position"))
        self.documents = [row for row in order.documents.all() if not row.made_by_us]
        parts = list(order.vendor_orders.all())
        self.obstacles = find_obstacles(parts)
        self.revocable = [part for part in parts if part.pk in self.obstacles and may_be_taken_back(part)]
        self.fixed = dict(
            VendorOrderLine.objects.filter(vendor_order__in=self.obstacles).values_list("line", "vendor_order")
        )
        self.errors: list[str] = []
        self.customer = EditedCustomerForm(data, prefix="customer", initial=EditedCustomerForm.values(order))
        self.shipping = ShippingForm(data, prefix="shipping", initial=ShippingForm.values(order))
        self.addresses = dict(self._address_forms())
        self.line_forms = [
            LineForm(data, files, prefix=f"line-{line.pk}", initial=LineForm.values(line), line=line)
            for line in self.lines
        ]
        self.new_lines = [LineForm(data, files, prefix=f"new-{place}") for place in self._new_places()]
        self.kept = KeptDocumentsForm(data, prefix="documents", initial={"keep": range(len(self.documents))})
        self.kept.fields["keep"].choices = list(enumerate(map(_title, self.documents)))  # type: ignore[attr-defined]
        self.document = DocumentForm(data, prefix="document", initial={"kind": "delivery_slip"})
        self._lock()

    @classmethod
    def posted(cls, order: Order, *, data: QueryDict, files: Any = None) -> "EditDesk":
        """Return the forms with what was posted. The page leaves out what nobody has touched: all fields of an order
        of a hundred lines are more than a request may have.
        """
        whole = data.copy()
        for form in cls(order).forms:
            for bound in form:
                names = (bound.html_initial_name, bound.html_name)
                if bound.field.show_hidden_initial and not any(name in data for name in names):
                    for name in names:
                        whole.setlist(name, _shown(bound))
        return cls(order, data=whole, files=files)

    @cached_property
    def blank_line(self) -> LineForm:
        """The form that the page copies for each line that is added."""
        return LineForm(prefix="new-__place__", initial={"quantity": 1})

    @property
    def forms(self) -> list[ComparedForm]:
        return [
            *(self.customer, self.shipping, *self.addresses.values(), *self.line_forms, *self.new_lines),
            *(self.kept, self.document),
        ]

    @property
    def obstacle_texts(self) -> list[str]:
        """Why parts of it cannot be changed, each once."""
        return list(dict.fromkeys(self.obstacles.values()))

    def is_valid(self) -> bool:
        """Validate all forms, so that each shows its complaints."""
        return not [form for form in self.forms if not form.is_valid()]

    def changes(self, *, keep_uploads: bool) -> OrderChanges:
        """Return what the person changed; uploads are stored only where the edit is to be saved. Raise InvalidInput."""
        given: dict[str, Any] = read_shipping(self.shipping)
        if customer := self.customer.changes():
            given["customer"] = customer
        for role, form in self.addresses.items():
            if form.has_changed():
                given[role.field] = read_address(form)
        lines = self._line_changes(keep_uploads=keep_uploads)
        if any(lines.values()):
            given["lines"] = lines
        if (documents := read_documents(self.kept, self.document, self.documents)) is not None:
            given["documents"] = documents
        return read_struct(given, OrderChanges)

    def _line_changes(self, *, keep_uploads: bool) -> dict[str, list[Any]]:
        shop = self.order.shop if keep_uploads else None
        kept = [form for form in self.line_forms if not form.cleaned_data.get("remove")]
        removed = [form.line.reference for form in self.line_forms if form not in kept and form.line]
        self._kept, self._changed = kept, [form for form in kept if form.has_changed()]
        return {
            "change": [read_line(form, shop=shop) for form in self._changed],
            "add": [read_line(form, shop=shop) for form in self.new_lines],
            "remove": removed,
        }

    def add_errors(self, errors: Errors) -> None:
        """Put each complaint to its field, or to the top of the page where there is none."""
        for path, texts in errors.items():
            form, name = self._place(path)
            if form is not None and name in form.fields:
                form.add_error(name, texts)
            else:
                self.errors += texts

    def places(self, errors: Errors) -> list[tuple[str, str]]:
        """Return (name of the input, complaint) for what can be marked at a field of the page."""
        found = [(*self._place(path), text) for path, texts in errors.items() for text in texts]
        return [(form.add_prefix(name), text) for form, name, text in found if form is not None and name in form.fields]

    def focus(self, path: str) -> None:
        """Let the page open at the field of that path."""
        form, name = self._place(path)
        if form is not None and name in form.fields:
            form.fields[name].widget.attrs["autofocus"] = True

    def _place(self, path: str) -> tuple[ComparedForm | None, str]:
        """Return the form and the name of the field that the path is about."""
        if match := _LINE.match(path):
            after_edit = [*getattr(self, "_kept", self.line_forms), *self.new_lines]
            forms = {"change": getattr(self, "_changed", []), "add": self.new_lines}.get(match["list"], after_edit)
            index = int(match["index"])
            name = {"files": "file_url", "design_id": "design_id"}.get(match["field"], match["field"]) or "sku"
            return (forms[index] if index < len(forms) else None), name
        head, __, name = path.partition(".")
        roles = {role.field: form for role, form in self.addresses.items()}
        if head in roles:
            return roles[head], name or "street"
        if head == "customer":
            return self.customer, name
        if head.startswith("documents"):
            return self.document, "url"
        return self.shipping, head

    def _address_forms(self) -> Iterator[tuple[AddressRole, EditedAddressForm]]:
        known = {address.role: address for address in self.order.addresses.all()}
        limits = longest_allowed({line.vendor for line in self.lines})
        for role in AddressRole:
            address = known.get(role) or Address()
            yield (
                role,
                EditedAddressForm(
                    self.data,
                    prefix=role.field,
                    role=role,
                    initial={name: getattr(address, name) for name in fields_of(role)},
                    limits=limits if role in SENT else {},
                    removable=role in known and role != AddressRole.RECIPIENT,
                ),
            )

    def _new_places(self) -> list[int]:
        names: Mapping[str, Any] = self.data or {}
        places = {int(match[1]) for name in names if (match := _NEW.fullmatch(name))}
        return sorted(places)[:MOST_NEW]

    def _lock(self) -> None:
        for form in self.line_forms:
            if form.line and form.line.pk in self.fixed:
                form.lock([name for name in form.fields if name != "unit_price"])
        if self.obstacles:
            self.shipping.lock(SHARED)
            self.kept.lock()
            self.document.lock()
            for role in SENT:
                self.addresses[role].lock()

    def rebased(self) -> "EditDesk":
        """Return the page with what the person changed, upon the order as it is now."""
        order = Order.objects.select_related("shop").get(pk=self.order.pk)
        fresh = EditDesk(order)
        merged: MultiValueDict[str, Any] = MultiValueDict(dict(self.data.lists()) if self.data else {})
        theirs = {form.prefix: set(form.changed_data) for form in self.forms}
        for form in fresh.forms:
            for bound in form:
                merged.setlist(bound.html_initial_name, _shown(bound))
                if bound.name not in theirs.get(form.prefix, ()):
                    merged.setlist(bound.html_name, _shown(bound))
        merged["revision"] = str(order.revision)
        return EditDesk(order, data=_as_query(merged))


def _shown(bound: BoundField) -> list[str]:
    """Return what the page sends of a field that nobody has touched."""
    shown = bound.field.prepare_value(bound.initial)
    values = [] if shown in (None, False) else list(shown) if isinstance(shown, list | range) else [shown]
    return [str(value) for value in values]


def _as_query(values: MultiValueDict[str, Any]) -> QueryDict:
    query = QueryDict(mutable=True)
    for name, items in values.lists():
        query.setlist(name, items)
    return query


def _title(document: OrderDocument) -> str:
    return f"{document.get_kind_display()}: {document.url}"
