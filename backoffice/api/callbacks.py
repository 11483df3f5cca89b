"""The addresses that vendors call: verify, store once, answer at once. What a callback means is worked off by a task.

Nothing is parsed here, and the size is checked before the credentials, those before the database.
"""

import logging

from django.db import OperationalError
from django.http import HttpRequest, HttpResponse, JsonResponse
from django.views.decorators.csrf import csrf_exempt
from django.views.decorators.http import require_POST

from backoffice.services.callbacks import store_callback
from backoffice.vendors.base import CallbackRequest
from backoffice.vendors.registry import UnknownVendor, vendor_class

logger = logging.getLogger(__name__)

MAX_BODY_BYTES = 1024 * 1024


class Refused(Exception):
    """Not to be stored: the status and the words to answer."""

    def __init__(self, status: int, text: str) -> None:
        super().__init__(text)
        self.status = status


@csrf_exempt
@require_POST
def receive(request: HttpRequest, vendor: str, topic: str, token: str = "") -> HttpResponse:
    """200 when stored (now or before), 401 when it is not the vendor, 413 over 1 MiB, 503 when it cannot be stored."""
    try:
        callback = _verified(request, vendor, topic, token)
        store_callback(vendor, callback, source_ip=request.META.get("REMOTE_ADDR") or None)
    except Refused as refusal:
        return JsonResponse({"message": str(refusal)}, status=refusal.status)
    except OperationalError:
        logger.exception("A callback of %s could not be stored.", vendor)
        return JsonResponse({"message": "Try again later."}, status=503)
    return JsonResponse({"message": "OK"})


def _verified(request: HttpRequest, vendor: str, topic: str, token: str) -> CallbackRequest:
    """What the vendor sent, proved to be from it. Raises Refused."""
    try:
        adapter = vendor_class(vendor)
    except UnknownVendor:
        raise Refused(404, "Not found.") from None
    headers = {name.lower(): value for name, value in request.headers.items()}
    callback = CallbackRequest(topic=topic, headers=headers, body=_body(request))
    if not (adapter.is_callback_path(token) and adapter.verify_callback(callback)):
        logger.warning("Refused a callback for %s/%s from %s.", vendor, topic, request.META.get("REMOTE_ADDR"))
        raise Refused(401, "Unauthenticated.")
    return callback


def _body(request: HttpRequest) -> bytes:
    """The body as it came. Raises Refused when it is larger than allowed, before reading more of it."""
    declared = request.headers.get("Content-Length") or "0"
    if not declared.isdigit():
        raise Refused(400, "Content-Length is not a number.")
    if int(declared) > MAX_BODY_BYTES:
        raise Refused(413, f"The body may have {MAX_BODY_BYTES} bytes.")
    return request.read(MAX_BODY_BYTES)
