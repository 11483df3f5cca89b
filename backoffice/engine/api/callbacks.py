"""The addresses that vendors call: verify, store once, respond at once. What a callback means is worked off by a task,
except where the vendor waits for more than a receipt.

Nothing is parsed before it is stored, and the size is checked before the credentials.
"""

import logging

from django.db import InterfaceError, OperationalError
from django.http import HttpRequest, HttpResponse, JsonResponse, UnreadablePostError
from django.views.decorators.csrf import csrf_exempt
from django.views.decorators.http import require_POST

from backoffice.engine.services.callbacks import respond_to_callback, store_callback
from backoffice.engine.services.handlers import waits_for_answer
from backoffice.engine.services.webhook_subscriptions import kept_secrets
from backoffice.errors import DomainError, Unavailable
from backoffice.vendors.abilities import CallsUs, ManagesWebhooks
from backoffice.vendors.base import CallbackRequest, InvalidCallback
from backoffice.vendors.registry import MissingAbility, UnknownVendor, has_ability, vendor_type
from backoffice.web.client_address import client_address

logger = logging.getLogger(__name__)

MAX_BODY_BYTES = 1024 * 1024
LONGEST_REFUSAL = 300


class Refused(Exception):
    """Not to be stored: the status and the text to respond with."""

    def __init__(self, status: int, text: str) -> None:
        super().__init__(text)
        self.status = status


@csrf_exempt
@require_POST
def receive(request: HttpRequest, vendor: str, topic: str, token: str = "") -> HttpResponse:
    """Respond 200 when stored (now or before), 401 when it is not the vendor, 413 over 1 MiB, 408 when it comes too
    slowly, 503 when it cannot be stored; 422 where the vendor waits for a response that we cannot give.
    """
    try:
        callback = _verified(request, vendor, topic, token)
        callback_id, _is_new = store_callback(vendor, callback, source_ip=client_address(request))
        body = respond_to_callback(callback_id) if waits_for_answer(vendor, topic) else None
    except Refused as refusal:
        return JsonResponse({"message": str(refusal)}, status=refusal.status)
    except (OperationalError, InterfaceError, Unavailable):
        logger.exception("A callback of %s could not be stored or answered.", vendor)
        return JsonResponse({"message": "Try again later."}, status=503)
    except UnreadablePostError:
        return JsonResponse({"message": "The body did not arrive in time."}, status=408)
    except (InvalidCallback, DomainError) as refusal:
        return JsonResponse({"message": str(refusal)[:LONGEST_REFUSAL]}, status=422)
    return JsonResponse(body or vendor_type(vendor, CallsUs).CALLBACK_ANSWER)


def _verified(request: HttpRequest, vendor: str, topic: str, token: str) -> CallbackRequest:
    """Return what the vendor sent, proved to be from it. Raises Refused."""
    try:
        vendor_class = vendor_type(vendor, CallsUs)
    except MissingAbility:
        raise Refused(401, "Unauthenticated.") from None
    except UnknownVendor:
        raise Refused(404, "Not found.") from None
    callback = CallbackRequest(
        topic=topic,
        headers={name.lower(): value for name, value in request.headers.items()},
        body=_body(request),
        recipient=token if vendor_class.ADDRESSED_BY_SHOP else "",
        secrets=kept_secrets(vendor, topic) if has_ability(vendor, ManagesWebhooks) else (),
    )
    if not (vendor_class.is_callback_path(token) and vendor_class.verify_callback(callback)):
        logger.warning("Refused a callback for %s/%s from %s.", vendor, topic, client_address(request))
        raise Refused(401, "Unauthenticated.")
    return callback


def _body(request: HttpRequest) -> bytes:
    """Return the body as it came. Raises Refused when it is larger than allowed, before reading more of it."""
    declared = request.headers.get("Content-Length") or "0"
    if not declared.isdigit():
        raise Refused(400, "Content-Length is not a number.")
    if int(declared) > MAX_BODY_BYTES:
        raise Refused(413, f"The body may have {MAX_BODY_BYTES} bytes.")
    return request.read(MAX_BODY_BYTES)
