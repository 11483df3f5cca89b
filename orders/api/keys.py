"""The `Idempotency-Key` of requests that do something."""

import re

from drf_spectacular.utils import OpenApiParameter
from rest_framework.request import Request

from backoffice.api.validation import MalformedInput
from backoffice.text.translatable import gettext as _

KEY = re.compile(r"[\x21-\x7e]{1,255}")
IDEMPOTENCY_KEY = OpenApiParameter(
    name="Idempotency-Key",
    location=OpenApiParameter.HEADER,
    type={"type": "string", "minLength": 1, "maxLength": 255, "pattern": r"^[\x21-\x7e]+$"},
    required=True,
    description="One for each order or design, e.g. a UUID. A repeated request gets the same answer for 30 days.",
)


def read_key(request: Request) -> str:
    """Return the key. Raise MalformedInput."""
    key = request.headers.get("Idempotency-Key", "")
    if KEY.fullmatch(key):
        return str(key)
    text = _("Send an Idempotency-Key of 1 to 255 visible characters, a new one for each order.")
    raise MalformedInput(text, errors={}, code="idempotency_key_missing")
