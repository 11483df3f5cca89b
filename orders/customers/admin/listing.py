"""The list of customers: who ordered last stands first; a search finds them by whatever finds one of their orders."""

from dataclasses import dataclass

from django.db.models import QuerySet
from django.utils.translation import gettext_lazy as _

from backoffice.staff.list_page import ListPage
from backoffice.states import Chip
from orders.admin.order_page.chips import status_chips
from orders.customers.admin.context import customer_url
from orders.customers.services.finding import (
    MOST_COUNTED,
    count_orders,
    find_customers,
    newest_of_customers,
    others_of,
)
from orders.models import Order


@dataclass(frozen=True)
class CustomerRow:
    """A customer by their newest order, or the newest that was found; `count` says how many came with that e-mail."""

    order: Order
    url: str
    count: str
    chips: list[Chip]
    others: list[str]


class CustomerList(ListPage[Order]):
    title = _("Customers")
    template_name = "customers/list.html"
    queryset = Order.objects.none()
    search_words = _("Name, e-mail, telephone, street, order number …")
    empty_icon = "group"

    def get_queryset(self) -> QuerySet[Order]:
        text = self.filters.values.get("q", "")
        rows = find_customers(text) if text else newest_of_customers()
        return rows.select_related("shop").defer("search", "custom_properties")

    def get_rows(self, found: list[Order]) -> list[CustomerRow]:
        counts = count_orders(found)
        others = others_of(email.lower() for email in counts)
        rows: dict[str, CustomerRow] = {}
        for order in found:
            email = order.customer_email.lower()
            together = others.get(email, [])
            if not rows.keys() & {email, *together}:  # whom a newer order stands for already
                count = counts.get(email, 0)
                text = f"{count}+" if count == MOST_COUNTED else str(count)
                rows[email] = CustomerRow(order, customer_url(email), text, status_chips(order, reasons=[]), together)
        return list(rows.values())
