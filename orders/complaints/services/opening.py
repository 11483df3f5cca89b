"""Noting a complaint, and correcting what was noted."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from django.db import transaction
from django.db.models import Sum
from django.utils.translation import ngettext

from backoffice.engine.services.changes import set_changed
from backoffice.errors import ELIGIBLE, Eligibility, Errors, InvalidInput, add_error, ineligible
from backoffice.text.translatable import gettext as _
from backoffice.vendors.registry import vendor_title
from fulfillment.models import Shipment
from orders.complaints.models import Bearer, ClaimState, Complaint, ComplaintCause, ComplaintLine, ComplaintState
from orders.complaints.models.choices import USUAL_BEARER
from orders.complaints.models.complaint import LONGEST_TEXT
from orders.complaints.services.deadlines import find_deadline
from orders.complaints.services.ending import settle_if_done
from orders.models import Order, OrderLine, OrderState, ProductionState, ShipmentState

_MADE = (ProductionState.IN_PRODUCTION, ProductionState.DONE)


@dataclass(frozen=True)
class NewComplaint:
    """What a person notes. `quantities`: pieces by the key of the line. Without a bearer it is who usually bears it."""

    cause: ComplaintCause
    quantities: Mapping[int, int]
    token: str
    text: str = ""
    bearer: Bearer | None = None
    parcel: int | None = None


def can_complain(order: Order) -> Eligibility:
    """Return whether there can be a complaint: something of it is made. What is not can still be changed."""
    is_made = order.production in _MADE or order.shipment != ShipmentState.NONE
    if is_made or order.state == OrderState.CLOSED:
        return ELIGIBLE
    return ineligible(_("None of it has been made yet: change or cancel the order instead."))


def keep_whole(orders: Sequence[Order], *, merging: bool) -> Eligibility:
    """Return whether these orders may be split or merged: a complaint is about lines that stay where they are."""
    complaint = Complaint.objects.filter(order__in=orders).select_related("order").first()
    if complaint is None:
        return ELIGIBLE
    text = _("There is a complaint about %(number)s, so it cannot be split or merged.")
    return ineligible(text % {"number": complaint.order.number})


def find_remaining(order: Order) -> dict[int, int]:
    """Return how many pieces of each line no complaint is about yet, by the line's key; two queries."""
    counted = ComplaintLine.objects.filter(complaint__order=order).exclude(complaint__state=ComplaintState.WITHDRAWN)
    taken = dict(counted.order_by().values_list("line").annotate(Sum("quantity")))
    return {line.pk: max(line.quantity - taken.get(line.pk, 0), 0) for line in order.lines.all()}


@transaction.atomic
def open_complaint(order: Order, new: NewComplaint, *, actor: str) -> Complaint:
    """Note the complaint. The same form sent again is the same complaint.

    Raise IllegalTransition while nothing of the order is made; InvalidInput, by field, for lines of two vendors, more
    pieces than are left, a foreign parcel.
    """
    order = Order.objects.locked(order.pk)
    if known := Complaint.objects.filter(token=new.token, order=order).first():
        return known
    can_complain(order).ensure()
    lines = list(order.lines.all())
    chosen = {line.pk: quantity for line in lines if (quantity := new.quantities.get(line.pk, 0))}
    parcel = order.shipments.filter(pk=new.parcel).first() if new.parcel else None
    _ensure_valid(order, new, lines=lines, chosen=chosen, parcel=parcel)
    affected = [line for line in lines if line.pk in chosen]
    bearer = new.bearer or USUAL_BEARER[new.cause]
    complaint = Complaint(
        order=order,
        vendor=affected[0].vendor,
        cause=new.cause,
        text=new.text,
        bearer=bearer,
        parcel=parcel,
        deadline=find_deadline(order, vendor=affected[0].vendor, lines=affected, parcel=parcel),
        opened_by=actor,
        token=new.token,
    )
    complaint.claim = ClaimState.DUE if complaint.usually_claimed else ClaimState.NONE
    complaint.save(force_insert=True)
    ComplaintLine.objects.bulk_create(
        ComplaintLine(complaint=complaint, line=line, quantity=chosen[line.pk]) for line in affected
    )
    pieces = ", ".join(f"{chosen[line.pk]} × {line.sku or line.name}" for line in affected)
    params = {"complaint": complaint.pk, "cause": new.cause, "bearer": bearer, "pieces": pieces, "text": new.text}
    order.events.create(actor=actor, kind="complaint.opened", params=params)
    return complaint


@transaction.atomic
def change_complaint(complaint: Complaint, *, cause: str, text: str, bearer: str, actor: str) -> Complaint:
    """Correct cause, description and who bears the cost; the claim follows it until it is sent.

    Raise IllegalTransition for one that is settled or withdrawn.
    """
    order = Order.objects.locked(complaint.order_id)
    complaint = Complaint.objects.locked(complaint.pk)
    complaint.can_change().ensure()
    _ensure_short(text)
    before = {name: getattr(complaint, name) for name in ("cause", "text", "bearer")}
    changed = set_changed(complaint, {"cause": cause, "text": text, "bearer": bearer})
    if not changed:
        return complaint
    if "bearer" in changed and complaint.claim in (ClaimState.NONE, ClaimState.DUE):
        complaint.claim = ClaimState.DUE if complaint.usually_claimed else ClaimState.NONE
    complaint.save(update_fields=[*changed, "claim", "updated_at"])
    params = {"complaint": complaint.pk, "cause": complaint.cause, "bearer": complaint.bearer, "text": complaint.text}
    params["changed"] = {name: [before[name], getattr(complaint, name)] for name in changed}
    order.events.create(actor=actor, kind="complaint.changed", params=params)
    return settle_if_done(complaint, actor=actor)


def _ensure_valid(
    order: Order,
    new: NewComplaint,
    *,
    lines: list[OrderLine],
    chosen: Mapping[int, int],
    parcel: Shipment | None,
) -> None:
    errors: Errors = {}
    if not chosen or new.quantities.keys() - {line.pk for line in lines}:
        add_error(errors, "lines", _("Enter how many pieces are affected."))
    vendors = sorted({vendor_title(line.vendor) for line in lines if line.pk in chosen})
    if len(vendors) > 1:
        text = _("The pieces come from %(vendors)s. Record one complaint per vendor: each has its own deadline.")
        add_error(errors, "lines", text % {"vendors": ", ".join(vendors)})
    remaining = find_remaining(order)
    for line in lines:
        quantity = chosen.get(line.pk, 0)
        if quantity < 0 or quantity > remaining[line.pk]:
            text = ngettext(
                "Line %(line)s: a complaint is still possible for %(left)d of %(quantity)d piece.",
                "Line %(line)s: a complaint is still possible for %(left)d of %(quantity)d pieces.",
                line.quantity,
            )
            params = {"line": line.reference, "left": remaining[line.pk], "quantity": line.quantity}
            add_error(errors, "lines", text % params)
    if new.parcel and parcel is None:
        add_error(errors, "parcel", _("Parcel not found in this order."))
    _ensure_short(new.text, errors=errors)


def _ensure_short(text: str, *, errors: Errors | None = None) -> None:
    errors = {} if errors is None else errors
    if len(text) > LONGEST_TEXT:
        add_error(errors, "text", _("A description may have at most %(most)d characters.") % {"most": LONGEST_TEXT})
    if errors:
        raise InvalidInput(_("The complaint cannot be recorded with this data."), errors=errors)
