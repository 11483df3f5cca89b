"""The order that makes a complaint good: it takes the one way in, and the customer pays nothing for it."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from decimal import Decimal
from typing import Any

from django.db import transaction

from backoffice.errors import Eligibility, InvalidInput, ineligible, merge
from backoffice.text.translatable import gettext as _
from backoffice.vendors.money import round_money
from catalog.services.orderable_variants import OrderableVariant, find_variants
from catalog.services.quotes import check_quantity
from orders.complaints.models import Complaint, ComplaintLine, Replacement
from orders.complaints.services.ending import Remedies, find_remedies, settle_if_done
from orders.models import Address, AddressRole, Order, OrderLine, OrderState
from orders.services.intake.input import NewOrder
from orders.services.intake.new_rows import build_rows
from orders.services.intake.repeating import find_free_reference, repeat_lines, repeat_order
from orders.services.intake.taking import place_order, refusing_taken_reference
from orders.services.lifecycle import release_order
from orders.services.preflight.order_checks import Findings, check_order


@dataclass(frozen=True)
class RequestedReplacement:
    """What is sent once more. `quantities`: pieces by the key of the order's line; left out: `propose_quantities`.
    `recipient`: fields of the address that are others than at first.
    """

    quantities: Mapping[int, int] | None = None
    recipient: Mapping[str, Any] = field(default_factory=dict)
    is_express: bool = False


@dataclass(frozen=True)
class CheckedReplacement:
    """What the order would be: its lines with the vendor's price, what that makes, and what stands against it."""

    lines: list[OrderLine]
    cost: Decimal | None
    findings: Findings

    @property
    def errors(self) -> dict[str, list[str]]:
        return merge(self.findings.errors, self.findings.doubts, self.findings.stock, self.findings.prices)


def can_replace(complaint: Complaint, remedies: Remedies) -> Eligibility:
    """Return whether a replacement may be ordered: the complaint is open and has none that goes on."""
    if remedies.replacement is not None:
        text = _("Order %(number)s already replaces the goods.") % {"number": remedies.replacement.order.number}
        return ineligible(text, code="replaced")
    return complaint.can_change()


def propose_quantities(complaint: Complaint) -> dict[int, int]:
    """Return so many pieces of each line as are complained of, or the next number that its vendor makes."""
    rows = list(complaint.lines.select_related("line"))
    variants = find_variants({row.line.sku for row in rows if row.line.sku})
    return {row.line_id: _fitting(row, variants.get(row.line.sku)) for row in rows}


def _fitting(row: ComplaintLine, variant: OrderableVariant | None) -> int:
    if variant is None:
        return row.quantity
    possible = {row.quantity, variant.order_min_qty, row.line.quantity, *(tier.quantity for tier in variant.tiers)}
    fitting = (each for each in possible if not check_quantity(variant, variant.tiers, quantity=each))
    return min((each for each in fitting if each >= row.quantity), default=row.quantity)


def check_replacement(complaint: Complaint, requested: RequestedReplacement) -> CheckedReplacement:
    """Return what the order would be and what its vendor would refuse. Nothing is kept.

    Raise InvalidInput where nothing is to be sent.
    """
    new = _build(complaint, requested)
    rows = build_rows(new, shop=complaint.order.shop, is_test=complaint.order.is_test)
    with transaction.atomic():  # to its end, no other takes of the same stock
        findings = check_order(rows)
    return CheckedReplacement(rows.lines, _cost_of(rows.lines, currency=new.currency), findings)


def order_replacement(complaint: Complaint, requested: RequestedReplacement, *, actor: str) -> Replacement:
    """Place the order that replaces these pieces, released unless something stands against it that a person decides.
    Pressed twice it is one order.

    Raise IllegalTransition for an ended complaint, OrderRefused with errors by field where the vendor would refuse it;
    Conflict, where its shop has just taken the reference.
    """
    new = _build(complaint, requested)
    shop = complaint.order.shop
    is_test = complaint.order.is_test
    with refusing_taken_reference(new, shop=shop, is_test=is_test), transaction.atomic():
        order = Order.objects.locked(complaint.order_id)
        complaint = Complaint.objects.locked(complaint.pk)
        remedies = find_remedies(complaint)
        if remedies.replacement is not None:
            return remedies.replacement
        can_replace(complaint, remedies).ensure()
        new.reference = find_free_reference(order)
        placed = place_order(new, shop=shop, actor=actor, is_test=is_test)
        cost = _cost_of(placed.lines, currency=new.currency)
        made = Replacement.objects.create(complaint=complaint, order=placed.order, cost=cost, made_by=actor)
        _note(complaint, order, placed.order, actor=actor)
        if placed.order.state == OrderState.NEW:
            made.order = release_order(placed.order, actor=actor)
        settle_if_done(complaint, actor=actor)
        return made


def _build(complaint: Complaint, requested: RequestedReplacement) -> NewOrder:
    order = complaint.order
    proposed = propose_quantities(complaint)
    quantities = proposed if requested.quantities is None else requested.quantities
    lines = repeat_lines(order, quantities={key: quantities.get(key, 0) for key in proposed}, unit_price="0")
    if not lines:
        text = _("Enter how many pieces to send again.")
        raise InvalidInput(text, errors={"lines": [text]})
    new = repeat_order(
        order, lines=lines, total="0", reference=order.reference, recipient=_recipient(order, requested.recipient)
    )
    new.complaint = True
    new.express_shipping = new.express_production = requested.is_express
    return new


def _recipient(order: Order, changed: Mapping[str, Any]) -> Address:
    """Return the recipient of the order with these fields, unsaved."""
    address = order.addresses.get(role=AddressRole.RECIPIENT)
    for name, value in changed.items():
        setattr(address, name, value)
    return address


def _cost_of(lines: list[OrderLine], *, currency: str) -> Decimal | None:
    """Return what the vendor asks for them; None where it is not known of each."""
    total = Decimal(0)
    for line in lines:
        if line.unit_cost is None:
            return None
        total += round_money(line.unit_cost * line.quantity, currency=currency)
    return total


def _note(complaint: Complaint, order: Order, replacement: Order, *, actor: str) -> None:
    """Write both timelines, so that each order leads to the other."""
    params = {"complaint": complaint.pk, "number": replacement.number, "order": replacement.pk}
    order.events.create(actor=actor, kind="complaint.replaced", params=params)
    back = {"complaint": complaint.pk, "number": order.number, "order": order.pk, "cause": complaint.cause}
    replacement.events.create(actor=actor, kind="complaint.replaces", params=back)
