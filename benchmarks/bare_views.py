"""The least that could do the work: what the measured views are compared with."""

import uuid

from django.http import HttpRequest, JsonResponse
from django.urls import path
from django.views.decorators.csrf import csrf_exempt

from backoffice.engine.models import Callback
from benchmarks.bare_orders import PlaceBareOrder


@csrf_exempt
def receive_callback(request: HttpRequest) -> JsonResponse:
    """Insert one row and do nothing else."""
    Callback.objects.create(vendor="bare", topic="orders", key=uuid.uuid4().hex, body=request.body)
    return JsonResponse({"message": "OK"})


urlpatterns = [path("callbacks/", receive_callback), path("orders/", PlaceBareOrder.as_view())]
