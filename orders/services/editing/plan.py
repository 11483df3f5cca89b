"""An order as it would be after an edit, beside the order as it is: in copies, nothing is written."""

import copy
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field
from decimal import Decimal
from typing import Any

import msgspec
from msgspec import UNSET, UnsetType

from backoffice.errors import Errors, InvalidInput, add_error
from backoffice.text.regions import address_codes
from backoffice.text.translatable import gettext as _
from orders.models import Address, AddressRole, Order, OrderDocument, OrderLine
from orders.services.editing.amounts import follow_lines
from orders.services.editing.changes import AddressChanges, LineChange, OrderChanges
from orders.services.intake.input import NewDocument, NewLine, NewTotals, PrintFile, sealed
from orders.services.intake.new_rows import build_document, build_file, build_line, keep_totals
from orders.services.order_message import OrderRows
from orders.services.totals import read_totals, spell_totals

# Columns that every vendor of the order is sent, by the name in `OrderChanges`.
SHARED = ("express_shipping", "express_production", "custom_properties", "generic_label", "gift_message")
_PLAIN = ("shipping_method", *SHARED)
SENT_ADDRESSES = (AddressRole.RECIPIENT, AddressRole.SHIPPER, AddressRole.EXPORT)
# Whatever only these change of a line is between the customer and the shop.
PRICES = frozenset({"unit_price", "tax_percent"})
MOST_LINES = 200


@dataclass(frozen=True)
class FieldChange:
    """One field that changes, by its path in the order as it was (new lines: as it is then); as texts for people."""

    path: str
    before: Any
    after: Any


@dataclass
class EditPlan:
    """`before` and `after` are the order's rows; those of `after` are copies. Lines are told apart by their keys, new
    ones have none yet. `changed` has the names of a line's columns that differ.
    """

    before: OrderRows
    after: OrderRows
    fields: dict[str, FieldChange] = field(default_factory=dict)
    addresses: dict[AddressRole, list[FieldChange]] = field(default_factory=dict)
    removed_addresses: list[AddressRole] = field(default_factory=list)
    changed: dict[int, set[str]] = field(default_factory=dict)
    removed: list[OrderLine] = field(default_factory=list)
    documents_change: bool = False
    # What somebody says is right now, changed or not.
    confirmed: AddressRole | None = None

    @property
    def touched_roles(self) -> set[AddressRole]:
        """Roles of the addresses that are changed or confirmed."""
        return {*self.addresses, *([self.confirmed] if self.confirmed else [])}

    @property
    def added(self) -> list[OrderLine]:
        return [line for line in self.after.lines if line.pk is None]

    @property
    def touched_lines(self) -> list[OrderLine]:
        """Those of `after` that are new or changed."""
        return [line for line in self.after.lines if line.pk is None or line.pk in self.changed]

    @property
    def remade(self) -> set[int]:
        """Lines of which something else is made or that are gone, by key."""
        return {pk for pk, names in self.changed.items() if names - PRICES} | {line.pk for line in self.removed}

    @property
    def changes_lines(self) -> bool:
        return bool(self.changed or self.removed or self.added)

    @property
    def concerns_all_vendors(self) -> bool:
        """Whether every vendor of the order would be sent something else."""
        addresses = self.addresses.keys() & set(SENT_ADDRESSES)
        return bool(addresses or self.documents_change or self.fields.keys() & set(SHARED))

    @property
    def concerns_sale(self) -> bool:
        """Whether a vendor would be sent something else that is told about the sale."""
        prices = any(names & PRICES for names in self.changed.values())
        others = self.fields.keys() - set(SHARED) - {"total", "totals"}
        return bool(others or prices or AddressRole.INVOICE in self.addresses)


def build_plan(order: Order, changes: OrderChanges) -> EditPlan:
    """Return the order beside what the changes make of it. Raise InvalidInput for what is not there to be changed."""
    lines, addresses = list(order.lines.order_by("position")), list(order.addresses.all())
    documents = list(order.documents.all())
    before = OrderRows(order, lines, addresses, documents)
    after = OrderRows(
        copy.copy(order),
        [copy.copy(line) for line in lines],
        [copy.copy(address) for address in addresses],
        list(documents),
    )
    plan = EditPlan(before, after)
    errors: Errors = {}
    _change_fields(plan, changes)
    for role in AddressRole:
        _change_address(plan, role, getattr(changes, role.field))
    if changes.lines is not UNSET:
        for place, change in enumerate(changes.lines.change):
            _change_line(plan, change, path=f"lines.change[{place}]", errors=errors)
        _remove_lines(plan, changes.lines.remove, errors=errors)
        _add_lines(plan, changes.lines.add, errors=errors)
    if changes.documents is not UNSET:
        _change_documents(plan, changes.documents)
    if errors:
        raise InvalidInput(_("The order cannot be changed this way."), errors=errors)
    _set_totals(plan, changes.totals)
    _set_total(plan, changes)
    return plan


def _change_fields(plan: EditPlan, changes: OrderChanges) -> None:
    given = {name: getattr(changes, name) for name in _PLAIN}
    if changes.customer is not UNSET:
        customer = msgspec.structs.asdict(changes.customer)
        consents = ("accepts_letters", "accepts_review_request")
        given |= {name if name in consents else f"customer_{name}": value for name, value in customer.items()}
    for name, value in given.items():
        _set_field(plan, name, value)


def _set_field(plan: EditPlan, name: str, value: Any) -> None:
    if value is UNSET:
        return
    value = "" if value is None else value
    before = getattr(plan.before.order, name)
    if before != value:
        setattr(plan.after.order, name, value)
        plan.fields[name] = FieldChange(name, before, value)


def _change_address(plan: EditPlan, role: AddressRole, changes: AddressChanges | UnsetType | None) -> None:
    if changes is UNSET:
        return
    address = next((one for one in plan.after.addresses if one.role == role), None)
    if changes is None:
        if address is not None:
            plan.after.addresses.remove(address)
            plan.removed_addresses.append(role)
            plan.addresses[role] = [FieldChange(role.field, str(address), "")]
        return
    given = msgspec.structs.asdict(changes)
    values = {name: value or "" for name, value in given.items() if value is not UNSET}
    if address is None:
        if not any(values.values()):
            return
        address = Address(order=plan.after.order, role=role)
        plan.after.addresses.append(address)
    country, state = (values.get(name, getattr(address, name)) for name in ("country_code", "state_code"))
    values |= dict(zip(("country_code", "state_code"), address_codes(country, state), strict=True))
    differing = {name: value for name, value in values.items() if getattr(address, name) != value}
    if differing:
        plan.addresses[role] = [
            FieldChange(f"{role.field}.{name}", getattr(address, name), value) for name, value in differing.items()
        ]
    for name, value in differing.items():
        setattr(address, name, value)


def _change_line(plan: EditPlan, change: LineChange, *, path: str, errors: Errors) -> None:
    line = _find(plan, change.reference)
    if line is None:
        add_error(errors, f"{path}.reference", _no_line(change.reference))
        return
    values = _line_values(line, change)
    differing = {name for name, value in values.items() if getattr(line, name) != value}
    for name in differing:
        setattr(line, name, values[name])
    if differing & {"sku", "design_id", "custom_product"}:
        line.vendor = ""  # whoever has the new one
        line.name = line.name if "name" in values else ""  # of the new one, by the catalogue
    if differing:
        plan.changed[line.pk] = plan.changed.get(line.pk, set()) | differing


def _line_values(line: OrderLine, change: LineChange) -> dict[str, Any]:
    given = {name: value for name, value in msgspec.structs.asdict(change).items() if value is not UNSET}
    del given["reference"]
    for name in {"unit_price", "tax_percent"} & given.keys():
        given[name] = None if given[name] is None else Decimal(given[name])
    for name in {"name", "design_id"} & given.keys():
        given[name] = "" if given[name] is None else str(given[name])
    if "customs" in given:
        given["customs"] = msgspec.to_builtins(given["customs"])
    if change.files is not UNSET:
        given["files"], given["file_credentials"] = _files(line, change.files)
    if given.get("design_id"):
        given = {"files": [], "file_credentials": None} | given
    return given


def _files(line: OrderLine, files: Sequence[PrintFile]) -> tuple[list[dict[str, str]], dict[str, Any] | None]:
    """Return the files, and their credentials: those of an address that stays are kept."""
    kept = dict(line.file_credentials or {})
    known = {old["url"]: kept[str(index)] for index, old in enumerate(line.files) if str(index) in kept}
    stays = {old["file_id"]: old for old in line.files if "file_id" in old}
    built = [build_file(file) for file in files]
    built = [file | {"url": stays[file["file_id"]]["url"]} if file.get("file_id") in stays else file for file in built]
    own = {
        str(index): credentials
        for index, (file, row) in enumerate(zip(files, built, strict=True))
        if (credentials := sealed(file.auth) or known.get(row["url"]))
    }
    return built, own or None


def _remove_lines(plan: EditPlan, references: Iterable[str], *, errors: Errors) -> None:
    for place, reference in enumerate(references):
        line = _find(plan, reference)
        if line is None:
            add_error(errors, f"lines.remove[{place}]", _no_line(reference))
            continue
        plan.after.lines.remove(line)
        plan.changed.pop(line.pk, None)
        plan.removed.append(next(one for one in plan.before.lines if one.pk == line.pk))


def _add_lines(plan: EditPlan, lines: Sequence[NewLine], *, errors: Errors) -> None:
    taken = {line.reference for line in plan.after.lines}
    for place, new in enumerate(lines):
        reference = new.reference or _free_reference(taken)
        if reference in taken:
            text = _("The order already has a line %(reference)s.")
            add_error(errors, f"lines.add[{place}].reference", text % {"reference": reference})
        taken.add(reference)
        new.reference = reference
        plan.after.lines.append(build_line(new, plan.after.order, position=0))
    if not plan.after.lines:
        add_error(errors, "lines", _("An order needs at least one line. Cancel the order instead."))
    if len(plan.after.lines) > MOST_LINES:
        add_error(errors, "lines", _("An order can have at most %(most)d lines.") % {"most": MOST_LINES})
    for position, line in enumerate(plan.after.lines, start=1):
        line.position = position


def _free_reference(taken: set[str]) -> str:
    return next(str(number) for number in range(1, len(taken) + 2) if str(number) not in taken)


def _change_documents(plan: EditPlan, documents: Sequence[NewDocument]) -> None:
    order, before = plan.after.order, plan.before.documents
    supplied = [document for document in before if not document.made_by_us]
    known = {document.url: document.credentials for document in supplied}
    new = [build_document(document, order, credentials=known.get(document.url)) for document in documents]
    if [_compared(document) for document in supplied] == [_compared(document) for document in new]:
        return
    plan.documents_change = True
    own = [document for document in before if document.made_by_us]
    brings_slip = any(document.kind == "delivery_slip" for document in new)
    plan.after.documents[:] = new + ([] if brings_slip else own)
    names = (", ".join(map(_spell_document, documents)) for documents in (supplied, new))
    plan.fields["documents"] = FieldChange("documents", *names)


def _compared(document: OrderDocument) -> tuple[Any, ...]:
    names = ("kind", "url", "carrier", "tracking_code", "credentials")
    return tuple(getattr(document, name) for name in names)


def _spell_document(document: OrderDocument) -> str:
    return " ".join(filter(None, (document.kind, document.url, document.carrier, document.tracking_code)))


def _set_totals(plan: EditPlan, given: NewTotals | UnsetType | None) -> None:
    """Take over what the total is made of; it never follows the lines, since only the shop knows its taxes."""
    before, after = plan.before.order, plan.after.order
    if given is UNSET or before.totals == (kept := keep_totals(given)):
        return
    after.totals = kept
    plan.fields["totals"] = FieldChange("totals", spell_totals(before), spell_totals(after))


def _set_total(plan: EditPlan, changes: OrderChanges) -> None:
    """Let the total follow its parts or the lines unless it is given."""
    before, totals = plan.before.order.total, read_totals(plan.after.order)
    if changes.total is not UNSET:
        total = Decimal(changes.total)
    elif changes.totals is not UNSET and totals is not None:
        total = totals.sum
    else:
        total = follow_lines(before, plan.before.lines, plan.after.lines, currency=plan.before.order.currency)
    _set_field(plan, "total", total)


def _find(plan: EditPlan, reference: str) -> OrderLine | None:
    return next((line for line in plan.after.lines if line.pk and line.reference == reference), None)


def _no_line(reference: str) -> str:
    return _("The order has no line %(reference)s.") % {"reference": reference}
