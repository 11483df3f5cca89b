"""What stands between the lines of an order and its total, on the order's page."""

from dataclasses import dataclass
from decimal import Decimal

from backoffice.text.translatable import gettext as _
from orders.models import Order
from orders.services.totals import Tax, read_totals


@dataclass(frozen=True)
class TotalRow:
    """An amount between the lines and the total, less than 0 where it is taken off; `margin` as far as it is ours."""

    label: str
    amount: Decimal
    margin: Decimal | None = None


def total_rows(order: Order) -> list[TotalRow]:
    """Return what the shop sent of the total without parts of 0, and what these leave open: since an edit, or ever."""
    totals = read_totals(order)
    if totals is None:
        return []
    rows = [
        TotalRow(_("Discount, net"), -totals.discount, -totals.discount),
        TotalRow(_("Shipping, net"), totals.shipping),
        *(TotalRow(_label(tax), tax.amount) for tax in totals.taxes),
        TotalRow(_("Rounding"), totals.rounding),
        TotalRow(_("Difference from the total"), order.total - totals.sum),
    ]
    return [row for row in rows if row.amount]


def _label(tax: Tax) -> str:
    if tax.percent is None:
        return tax.name or _("Tax")
    params = {"name": tax.name or _("Tax"), "percent": f"{tax.percent.normalize():f}"}
    return _("%(name)s, %(percent)s%%") % params
