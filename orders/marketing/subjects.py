"""What pushes of marketing are about: batches of exported orders, and campaigns."""

from collections.abc import Iterable

from backoffice.engine.services.subjects import register_subject
from backoffice.vendors.abilities import SendsCards
from backoffice.vendors.registry import live_accounts
from orders.marketing.models import ExportBatch, MailCampaign, OrderExport
from orders.services.search import MOST_QUOTED, find_quoted_orders


def _quoted_batches(text: str) -> Iterable[int]:
    """Return the batches that hold the orders meant."""
    told = OrderExport.objects.filter(order__in=find_quoted_orders(text), batch__isnull=False)
    return told.values_list("batch_id", flat=True)[:MOST_QUOTED]


def _quoted_campaigns(text: str) -> Iterable[int]:
    """Return campaigns by the vendor's id of the order of cards."""
    rows = MailCampaign.objects.filter(vendor__in=live_accounts(SendsCards), vendor_id=text)
    return rows.values_list("pk", flat=True)[:MOST_QUOTED]


register_subject("marketing.exportbatch", shown=ExportBatch.objects.in_bulk, found=_quoted_batches)
register_subject("marketing.mailcampaign", shown=MailCampaign.objects.in_bulk, found=_quoted_campaigns)
