"""The address that WooCommerce calls: verify, store once, respond at once. Nothing is parsed before it is stored."""

import logging
import re
import uuid

from django.db import InterfaceError, OperationalError
from django.http import HttpRequest, HttpResponse, JsonResponse, UnreadablePostError
from django.views.decorators.csrf import csrf_exempt
from django.views.decorators.http import require_POST

from backoffice.errors import Unavailable
from backoffice.web.client_address import client_address
from orders.connectors.woocommerce.models import WooConnection
from orders.connectors.woocommerce.services.receiving import is_signed, store_webhook

logger = logging.getLogger(__name__)

MAX_BODY_BYTES = 1024 * 1024
# Unsigned: WooCommerce tries the address with it when a webhook is saved.
_PING = re.compile(rb"webhook_id=\d{1,20}")


@csrf_exempt
@require_POST
def receive(request: HttpRequest, key: uuid.UUID) -> HttpResponse:
    """Respond 200 when stored (now or before), 401 where it is not signed, 413 over 1 MiB, 408 when it comes too
    slowly, 503 when it cannot be stored.
    """
    declared = request.headers.get("Content-Length") or "0"
    if not declared.isdigit() or int(declared) > MAX_BODY_BYTES:
        return JsonResponse({"message": f"The body may have {MAX_BODY_BYTES} bytes."}, status=413)
    try:
        connection = WooConnection.objects.filter(key=key).first()
        if connection is None:
            return JsonResponse({"message": "Not found."}, status=404)
        return _store(request, connection, request.read(MAX_BODY_BYTES))
    except UnreadablePostError:
        return JsonResponse({"message": "The body did not arrive in time."}, status=408)
    except (OperationalError, InterfaceError, Unavailable):
        logger.exception("A webhook of WooCommerce could not be stored.")
        return JsonResponse({"message": "Try again later."}, status=503)


def _store(request: HttpRequest, connection: WooConnection, body: bytes) -> HttpResponse:
    headers = request.headers
    if _PING.fullmatch(body):
        return JsonResponse({"message": "Received."})
    if not is_signed(connection, body=body, signature=headers.get("X-WC-Webhook-Signature", "")):
        logger.warning("Refused a webhook of WooCommerce for %s from %s.", connection.pk, client_address(request))
        return JsonResponse({"message": "The signature does not verify."}, status=401)
    topic, delivery = headers.get("X-WC-Webhook-Topic", ""), headers.get("X-WC-Webhook-Delivery-ID", "")
    store_webhook(connection, body=body, topic=topic, delivery=delivery)
    return JsonResponse({"message": "Received."})
