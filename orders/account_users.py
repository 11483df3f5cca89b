"""What orders register with the accounts at vendors: which of them still need one."""

from backoffice.text.translatable import gettext as _
from backoffice.vendor_accounts.hooks import traces, uses
from orders.models import VendorOrder
from orders.models.vendor_order import IN_PROGRESS, UNSUBMITTED


def _unfinished(account: str) -> str:
    rows = VendorOrder.objects.filter(vendor=account, state__in=(*UNSUBMITTED, *IN_PROGRESS))
    row = rows.select_related("order").first()
    if row is None:
        return ""
    return _("Order %(number)s is not finished there yet; there may be others.") % {"number": row.order.number}


def _has_orders(account: str) -> bool:
    return VendorOrder.objects.filter(vendor=account).exists()


uses.append(_unfinished)
traces.append(_has_orders)
