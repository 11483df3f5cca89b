"""What every answer of the API is made of, and the problems it may name."""

from decimal import Decimal
from typing import Annotated, Any, TypeVar

import msgspec
from django.utils.translation import gettext_lazy as _

from backoffice.api.schema_parts import ENUM_NAME

Response = TypeVar("Response", bound=msgspec.Struct)

# Code -> title. The codes are promised to storefronts: they may be added to, not changed.
PROBLEMS = {
    "malformed": _("The request does not match the documented format."),
    "parse_error": _("The body cannot be parsed."),
    "too_large": _("The body is too large."),
    "not_authenticated": _("No API key was sent."),
    "authentication_failed": _("The API key is not valid."),
    "permission_denied": _("The API key lacks the required permission."),
    "not_allowed": _("This is not allowed."),
    "not_found": _("Not found."),
    "method_not_allowed": _("This URL does not support the method."),
    "not_acceptable": _("Responses are JSON."),
    "unsupported_media_type": _("The media type of the body is not supported."),
    "throttled": _("Too many requests with this key."),
    "invalid": _("The input exceeds limits."),
    "idempotency_key_missing": _("The request requires an Idempotency-Key."),
    "idempotency_key_reused": _("The Idempotency-Key was used for another request."),
    "still_running": _("The same request is still being processed."),
    "reference_taken": _("The shop already has an order with this reference."),
    "illegal_transition": _("The current state does not allow this."),
    "cancel_requested": _("Cancellation requested."),
    "conflict": _("The request conflicts with existing data."),
    "outdated": _("Someone else has changed it in the meantime."),
    "precondition_required": _("The request requires the If-Match header."),
    "parts_missing": _("Parts of the upload are missing."),
    "no_price": _("No price is available."),
    "refused": _("This is not possible at the moment."),
    "unavailable": _("Temporarily unavailable."),
    "no_room": _("There is currently no storage space for files."),
    "too_slow": _("The body did not arrive in time."),
    "server_error": _("Internal server error. It has been reported."),
}

# Texts rather than numbers: readers of JSON numbers round.
Money = Annotated[
    str, msgspec.Meta(pattern=r"^-?[0-9]+\.[0-9]{2,4}$", description="e.g. 1.29 or 0.0125", examples=["1.29"])
]
# With the decimal places of its currency: 189.00 EUR, 1999 JPY, 12.345 KWD.
TotalMoney = Annotated[
    str,
    msgspec.Meta(pattern=r"^-?[0-9]+(\.[0-9]{1,4})?$", description="With its currency's decimal places, e.g. 189.00"),
]


class Suggestion(msgspec.Struct, omit_defaults=True):
    """New values with which an address fits: abbreviated, or what is too long divided between two fields."""

    street: str = ""
    care_of: str = ""
    company: str = ""
    department: str = ""


class Problem(msgspec.Struct, omit_defaults=True):
    """Problem details (RFC 9457). `code` is stable and for programs, `detail` is for people.

    `errors` maps the path of a field to its complaints. `suggestions` maps an address to new values of its fields.
    `order` is the id of the order that is in the way. `reasons` are what an order would have been held for.
    """

    type: str
    title: str
    status: int
    code: Annotated[str, msgspec.Meta(extra_json_schema={"enum": list(PROBLEMS), ENUM_NAME: "ProblemCode"})]
    detail: str
    errors: dict[str, list[str]] = {}
    suggestions: dict[str, Suggestion] = {}
    order: int | None = None
    reasons: list[str] = []


def read_fields(response: type[Response], row: object, **others: Any) -> Response:
    """Return the response with the row's fields of the same names, and the others as given."""
    names = (name for name in response.__struct_fields__ if name not in others)
    return response(**{name: getattr(row, name) for name in names}, **others)


def spell_money(value: Decimal) -> str:
    """Return a text with two decimals, and more only where they are significant: the database gives 1.2900 for 1.29."""
    whole, _point, decimals = f"{value:f}".partition(".")
    return f"{whole}.{decimals.rstrip('0').ljust(2, '0')}"
