"""What the page of a customer shows of complaints: those about their orders, the newest first."""

from dataclasses import dataclass

from django.http import HttpRequest
from django.urls import reverse

from backoffice.states import Chip
from orders.complaints.admin.chips import case_chips, cause_chip
from orders.complaints.models import Complaint
from orders.customers.admin.context import CustomerContext
from orders.customers.admin.parts import CustomerPlace, register_customer_part

MOST_SHOWN = 10


@dataclass(frozen=True)
class CustomerComplaint:
    """One complaint, with the address of its page."""

    complaint: Complaint
    url: str
    cause: Chip
    chips: list[Chip]


def read_complaints(request: HttpRequest, customer: CustomerContext) -> list[CustomerComplaint]:
    """Return those about the newest orders; one query."""
    if not request.user.has_perm("complaints.view_complaint"):
        return []
    rows = Complaint.objects.filter(order__in=customer.order_keys).select_related("order").defer("order__search")
    return [
        CustomerComplaint(
            row, reverse("admin:complaints_complaint_change", args=[row.pk]), cause_chip(row), case_chips(row)
        )
        for row in rows.order_by("-pk")[:MOST_SHOWN]
    ]


register_customer_part(CustomerPlace.MAIN, "complaints/customer.html", read=read_complaints)
