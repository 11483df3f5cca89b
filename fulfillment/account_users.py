"""What fulfillment registers with the accounts at vendors: which production orders still need one."""

from backoffice.text.translatable import gettext as _
from backoffice.vendor_accounts.hooks import traces, uses
from fulfillment.models import ProductionOrder
from fulfillment.models.production_order import ProductionOrderState

_ENDED = (ProductionOrderState.DONE, ProductionOrderState.CANCELLED)


def _unfinished(account: str) -> str:
    row = ProductionOrder.objects.filter(vendor=account).exclude(state__in=_ENDED).first()
    return _("Production order %(number)s is not finished there.") % {"number": row.reference} if row else ""


def _has_production(account: str) -> bool:
    return ProductionOrder.objects.filter(vendor=account).exists()


uses.append(_unfinished)
traces.append(_has_production)
