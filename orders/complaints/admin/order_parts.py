"""What the page of an order shows of complaints: a button, what is open, and what replaces what."""

from dataclasses import dataclass

from django.http import HttpRequest

from backoffice.states import Chip
from orders.admin.parts import Place, register_part
from orders.complaints.admin.chips import case_chips
from orders.complaints.admin.frame import CHANGE, VIEW
from orders.complaints.models import Complaint, Replacement
from orders.complaints.services.opening import can_complain
from orders.models import Order


@dataclass(frozen=True)
class OrderComplaints:
    """Complaints about an order with their chips and replacements, and what the order itself replaces."""

    complaints: list[tuple[Complaint, list[Chip], list[Order]]]
    replaces: Replacement | None


def read_complaints(request: HttpRequest, order: Order | None) -> OrderComplaints | None:
    """Return what there is; three queries at most, nothing for who may not see complaints."""
    if order is None or not request.user.has_perm(VIEW):
        return None
    rows = Complaint.objects.filter(order=order).prefetch_related("lines__line", "replacements__order").order_by("-pk")
    found = [(row, case_chips(row), [made.order for made in row.replacements.all()]) for row in rows]
    replaces = None
    if order.complaint:
        replaces = Replacement.objects.filter(order=order).select_related("complaint__order").first()
    return OrderComplaints(found, replaces) if found or replaces else None


def may_complain(request: HttpRequest, order: Order | None) -> bool:
    return order is not None and request.user.has_perms([VIEW, CHANGE]) and bool(can_complain(order))


register_part(Place.BUTTONS, "complaints/order_button.html", read=may_complain)
register_part(Place.SIDE, "complaints/order_side.html", read=read_complaints)
