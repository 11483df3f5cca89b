"""Whose rows of marketing are whose."""

from django.db.models import Exists, OuterRef, Q
from django.db.models.functions import Lower

from backoffice.visibility import register, register_condition, register_subjects
from orders.marketing.models import (
    CampaignEvent,
    CardConversion,
    CardRecipient,
    ExportBatch,
    MailCampaign,
    OptOut,
    OrderExport,
)
from orders.models import Order


def _whole_batches(shops: frozenset[int]) -> Q:
    """Return the condition of batches that hold orders of these shops and no others: they go out in one request."""
    exports = OrderExport.objects.filter(batch=OuterRef("pk"))
    return Q(Exists(exports)) & ~Q(Exists(exports.exclude(order__shop__in=shops)))


def _customers(shops: frozenset[int]) -> Q:
    orders = Order.objects.alias(folded=Lower("customer_email")).filter(shop__in=shops)
    return Q(Exists(orders.filter(folded=OuterRef("email"))))


register(MailCampaign, "shop")
for _model in (CampaignEvent, CardConversion, CardRecipient):
    register(_model, "campaign__shop")
register(OrderExport, "order__shop")
register_condition(ExportBatch, _whole_batches)
# It holds for all shops, and is shown where the customer has ordered.
register_condition(OptOut, _customers)
register_subjects(MailCampaign, ExportBatch)
