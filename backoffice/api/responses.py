"""What every answer of the API is made of, and the problems it may name."""

from decimal import Decimal
from typing import Annotated, Any, TypeVar

import msgspec
from django.utils.translation import gettext_lazy as _

Response = TypeVar("Response", bound=msgspec.Struct)

# Code -> title. The codes are promised to storefronts: they may be added to, not changed.
PROBLEMS = {
    "malformed": _("The request does not have the documented shape."),
    "parse_error": _("The body cannot be read."),
    "too_large": _("The body is too large."),
    "not_authenticated": _("No key was sent."),
    "authentication_failed": _("The key is not accepted."),
    "permission_denied": _("The key may not do that."),
    "not_allowed": _("That is not allowed."),
    "not_found": _("There is no such thing."),
    "method_not_allowed": _("The address does not know this method."),
    "not_acceptable": _("Answers are JSON."),
    "unsupported_media_type": _("The body is of a type that is not taken here."),
    "throttled": _("Too many requests for this key."),
    "invalid": _("The input breaks limits."),
    "idempotency_key_missing": _("The request needs an Idempotency-Key."),
    "idempotency_key_reused": _("The Idempotency-Key belongs to another request."),
    "still_running": _("The same request is still being worked on."),
    "reference_taken": _("The shop has an order with this reference."),
    "illegal_transition": _("The order's state does not allow that."),
    "conflict": _("Something else got there first."),
    "outdated": _("Somebody else has changed it meanwhile."),
    "precondition_required": _("The request needs the header If-Match."),
    "no_price": _("There is no price to quote."),
    "refused": _("That is not possible now."),
    "unavailable": _("Not available for the moment."),
    "no_room": _("There is no room for files at the moment."),
    "too_slow": _("The body did not arrive in time."),
    "server_error": _("An error of ours. It has been reported."),
}

# Texts rather than numbers: readers of JSON numbers round.
Money = Annotated[str, msgspec.Meta(pattern=r"^-?[0-9]+\.[0-9]{2,4}$", description="e.g. 1.29 or 0.0125")]
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
    `order` is the id of the order that is in the way.
    """

    type: str
    title: str
    status: int
    code: str
    detail: str
    errors: dict[str, list[str]] = {}
    suggestions: dict[str, Suggestion] = {}
    order: int | None = None


def read_fields(response: type[Response], row: object, **others: Any) -> Response:
    """Return the response with the row's fields of the same names, and the others as given."""
    names = (name for name in response.__struct_fields__ if name not in others)
    return response(**{name: getattr(row, name) for name in names}, **others)


def spell_money(value: Decimal) -> str:
    """Return a text with two decimals, and more only where they are significant: the database gives 1.2900 for 1.29."""
    whole, _point, decimals = f"{value:f}".partition(".")
    return f"{whole}.{decimals.rstrip('0').ljust(2, '0')}"
