"""Where vendors ask for a label on the day of dispatch: a signed address and a password, and the documented JSON."""

import base64
import binascii
import logging
import secrets

from django.conf import settings
from django.db import OperationalError
from django.http import HttpRequest, HttpResponse, JsonResponse
from django.views.decorators.http import require_GET

from backoffice.web.client_address import client_address
from orders.services.files.generic_labels import find_label
from orders.services.order_message import LABEL_USER

logger = logging.getLogger(__name__)


@require_GET
def label_response(request: HttpRequest, token: str) -> HttpResponse:
    """Return `url`, `carrier` and `tracking_code`, always the same; 401, 404 when there is none, 503 to ask again."""
    if not _is_vendor(request):
        logger.warning("Refused a label to %s.", client_address(request))
        challenge = {"WWW-Authenticate": 'Basic realm="labels"'}
        return JsonResponse({"message": "Unauthenticated."}, status=401, headers=challenge)
    try:
        label = find_label(token)
    except OperationalError:
        logger.exception("A label could not be looked up.")
        return JsonResponse({"message": "Try again later."}, status=503)
    if label is None:
        return JsonResponse({"message": "There is no label for this order."}, status=404)
    body = {"url": label.url, "carrier": label.carrier, "tracking_code": label.tracking_code}
    return JsonResponse(body, headers={"Cache-Control": "no-store"})


def _is_vendor(request: HttpRequest) -> bool:
    """Return whether name and password are those we handed out, in constant time. Never without a secret."""
    scheme, _space, value = request.headers.get("Authorization", "").partition(" ")
    try:
        given = base64.b64decode(value.strip(), validate=True)
    except (binascii.Error, ValueError):
        return False
    expected = f"{LABEL_USER}:{settings.LABEL_SECRET}".encode()
    return bool(settings.LABEL_SECRET) and scheme.lower() == "basic" and secrets.compare_digest(given, expected)
