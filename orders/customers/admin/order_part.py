"""What the page of an order shows of its customer."""

from dataclasses import dataclass

from django.http import HttpRequest

from backoffice.sight import PERSONAL_DATA
from orders.admin.parts import Place, register_part
from orders.customers.admin.context import CustomerContext, customer_url, read_customer
from orders.models import Order


@dataclass(frozen=True)
class CustomerOfOrder:
    """The customer, with the address of their page."""

    context: CustomerContext
    url: str


def read_customer_part(request: HttpRequest, order: Order | None) -> CustomerOfOrder | None:
    """Return who ordered; None where no e-mail is known."""
    if (
        order is None
        or not order.customer_email
        or not request.user.has_perms(["customers.view_customer", PERSONAL_DATA])
    ):
        return None
    return CustomerOfOrder(read_customer(order.customer_email), customer_url(order.customer_email))


register_part(Place.CUSTOMER, "customers/order_part.html", read=read_customer_part)
