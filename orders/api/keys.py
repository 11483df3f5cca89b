"""The `Idempotency-Key` of requests that do something."""

import re
from typing import cast

from drf_spectacular.utils import OpenApiParameter
from rest_framework.request import Request

from backoffice.accounts.models import ApiKey
from backoffice.api.schema import LOCATION
from backoffice.api.validation import MalformedInput
from backoffice.text.translatable import gettext as _

# Before a key of a test: a live one has no space.
_OF_TESTS = "test "
KEY = re.compile(r"[\x21-\x7e]{1,255}")
IDEMPOTENCY_KEY = OpenApiParameter(
    name="Idempotency-Key",
    location=OpenApiParameter.HEADER,
    type={"type": "string", "minLength": 1, "maxLength": 255, "pattern": r"^[\x21-\x7e]+$"},
    required=True,
    description="One for each order or design, e.g. a UUID. A repeated request gets the same answer for 30 days.",
)
REPLAYED = OpenApiParameter(
    name="Idempotent-Replayed",
    location=OpenApiParameter.HEADER,
    type={"type": "string", "enum": ["true"]},
    description="There when the same request came before under this key: nothing was done again.",
    response=[201],
)
MAKING = [IDEMPOTENCY_KEY, LOCATION, REPLAYED]


def read_key(request: Request) -> str:
    """Return the key, of the mode of whoever asks. Raise MalformedInput."""
    key = request.headers.get("Idempotency-Key", "")
    if KEY.fullmatch(key):
        return key_in_mode(key, is_test=cast(ApiKey, request.auth).is_test)
    text = _("Send an Idempotency-Key of 1 to 255 visible characters, a new one for each order.")
    raise MalformedInput(text, errors={}, code="idempotency_key_missing")


def key_in_mode(key: str, *, is_test: bool) -> str:
    """Return the key as it is kept: a shop may use one for a test and for a live order, and they stay two."""
    return f"{_OF_TESTS}{key}" if is_test else key
