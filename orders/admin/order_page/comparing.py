"""Two orders that may be one, side by side, with the decision below: keep both, or cancel the second."""

from collections.abc import Callable
from dataclasses import dataclass

from django.http import HttpRequest, HttpResponse
from django.utils import timezone
from django.utils.formats import date_format

from backoffice.amounts import money
from backoffice.sight import PERSONAL_DATA, require_sight
from backoffice.staff.pages import get_visible_or_404
from backoffice.text.translatable import gettext as _
from orders.admin.order_page.frame import Pages, find_order, render
from orders.admin.order_page.postal import postal_lines
from orders.models import Address, AddressRole, Hold, HoldReason, Order, OrderLine

_Read = Callable[[Order], str]


@dataclass(frozen=True)
class ComparedRow:
    """What both orders have of one thing; lines of text."""

    label: str
    first: str
    second: str
    # Another one with every order, and no sign of anything.
    is_own: bool = False

    @property
    def differs(self) -> bool:
        return not self.is_own and self.first != self.second


def compare(request: HttpRequest, pk: int, hold_pk: int) -> HttpResponse:
    """Show the order beside the one that it may repeat."""
    require_sight(PERSONAL_DATA)
    order = find_order(request, pk)
    hold = get_visible_or_404(Hold, pk=hold_pk, order=order, reason=HoldReason.POSSIBLE_DUPLICATE)
    both = Order.objects.select_related("shop").prefetch_related("lines", "addresses")
    other = get_visible_or_404(both, pk=hold.duplicate_of_id or 0)
    this = both.get(pk=order.pk)
    return render(
        request,
        "orders/compare.html",
        this,
        title=_("Is %(number)s a duplicate?") % {"number": this.number},
        hold=hold,
        other=other,
        rows=compared_rows(other, this),
        refusal="" if hold.released_at is None else _("This hold has already been released."),
        reason=_("Duplicate of %(number)s.") % {"number": other.number},
        cannot_cancel=this.can_cancel(vendor_orders=this.vendor_orders.all()).reason,
    )


def compared_rows(first: Order, second: Order) -> list[ComparedRow]:
    """Return what tells two orders apart or shows that they are one; what both lack is left out."""
    own: list[tuple[str, _Read]] = [
        (_("Shop's reference"), lambda order: order.reference),
        (_("Received"), lambda order: date_format(timezone.localtime(order.created_at), "DATETIME_FORMAT")),
        (_("State"), lambda order: str(order.get_state_display())),
    ]
    compared: list[tuple[str, _Read]] = [
        (_("Customer"), lambda order: order.customer_name),
        (_("E-mail"), lambda order: order.customer_email),
        (_("Telephone"), lambda order: order.customer_phone),
        (_("Recipient"), _recipient),
        (_("Lines"), lambda order: "\n".join(_line(line) for line in order.lines.all())),
        (_("Shipping method"), lambda order: order.shipping_method),
        (_("Gift message"), lambda order: order.gift_message),
        (_("Total, gross"), lambda order: money(order.total, order.currency)),
    ]
    rows = [ComparedRow(label, read(first), read(second), is_own=True) for label, read in own]
    rows += [ComparedRow(label, read(first), read(second)) for label, read in compared]
    return [row for row in rows if row.first or row.second]


def _recipient(order: Order) -> str:
    found: list[Address] = [one for one in order.addresses.all() if one.role == AddressRole.RECIPIENT]
    return "\n".join(line for address in found for line in postal_lines(address, countries={}))


def _line(line: OrderLine) -> str:
    made = [line.sku or line.name, *(file.get("url", "").rpartition("/")[2] for file in line.files), line.design_id]
    return " · ".join([f"{line.quantity} × {made[0]}", *filter(None, made[1:])])


PAGES: Pages = [("<int:pk>/holds/<int:hold_pk>/compare/", "compare", compare)]
