"""What was sent to the vendor about one production order and what came back, masked."""

from django.db.models import Q
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404
from django.template.response import TemplateResponse

from backoffice.models import Push
from fulfillment.admin.production_guard import find_order, require_view
from fulfillment.models import Label, ProductionShipment

ATTEMPTS_SHOWN = 60


def exchange(request: HttpRequest, pk: int, push_pk: int) -> HttpResponse:
    """A fragment of the page: the attempts of one of its pushes."""
    require_view(request)
    order = find_order(pk)
    labels = Q(subject_type=Label._meta.label_lower, subject_id__in=order.labels.values("pk"))
    parcels = Q(subject_type=ProductionShipment._meta.label_lower, subject_id__in=order.shipments.values("pk"))
    push = get_object_or_404(Push.objects.filter(labels | parcels), pk=push_pk)
    attempts = list(push.attempt_rows.order_by("-pk")[:ATTEMPTS_SHOWN])[::-1]
    return TemplateResponse(request, "fulfillment/exchange.html", {"push": push, "attempts": attempts})
