"""Reads single values of LettrLabs' answers: what is not understood counts as not given, never as a guess."""

from collections.abc import Mapping
from decimal import Decimal
from functools import partial
from typing import Any

from backoffice.vendors import reading
from backoffice.vendors.card_messages import CardAddress, DeliveryState, RemoteCardState
from backoffice.vendors.errors import VendorProtocolError

text = partial(reading.text, most=255)
ORDER_STATES = {
    "draft": RemoteCardState.DRAFT,
    "editsneeded": RemoteCardState.DRAFT,
    "paymentneeded": RemoteCardState.PAYMENT_NEEDED,
    "paid": RemoteCardState.PAID,
    "readyforproduction": RemoteCardState.PAID,
    "inproduction": RemoteCardState.PAID,
    "inqa": RemoteCardState.PAID,
    "inshipping": RemoteCardState.PAID,
    "mailed": RemoteCardState.MAILED,
    "refunded": RemoteCardState.REFUNDED,
    "cancelled": RemoteCardState.CANCELLED,
    "canceled": RemoteCardState.CANCELLED,
    "deleted": RemoteCardState.CANCELLED,
    "error": RemoteCardState.FAILED,
}
DELIVERY_STATES = {
    "": DeliveryState.NONE,
    "waitingonuspsinfo": DeliveryState.WAITING,
    "mailed": DeliveryState.MAILED,
    "intransit": DeliveryState.IN_TRANSIT,
    "atlocalfacility": DeliveryState.LOCAL,
    "localfacility": DeliveryState.LOCAL,
    "delivered": DeliveryState.DELIVERED,
    "undeliverable": DeliveryState.UNDELIVERABLE,
    "notrackingavailable": DeliveryState.UNTRACKED,
}


def order_state(word: Any) -> RemoteCardState:
    """Compare without case and spaces; a word we do not know is UNKNOWN."""
    return ORDER_STATES.get(_plain(word), RemoteCardState.UNKNOWN)


def delivery_state(word: Any) -> DeliveryState:
    return DELIVERY_STATES.get(_plain(word), DeliveryState.UNKNOWN)


def _plain(word: Any) -> str:
    return "".join(letter for letter in text(word).casefold() if letter.isalnum())


def amount(value: Any) -> Decimal | None:
    """Return a number, or a text with one, such as "$1,234.50"; None for what is none or beyond what is kept."""
    if isinstance(value, str):
        value = value.replace("$", "").replace(",", "").strip()
    return reading.signed_number(value)


def whole(value: Any) -> int | None:
    """Return a count, were it a text; None for what is none."""
    read = amount(value)
    return int(read) if read is not None and read >= 0 and read == read.to_integral_value() else None


def address(row: Mapping[str, Any]) -> CardAddress:
    """Return a recipient of either shape: nested as it is written, flat as orders show it."""
    place = _part(row, "address")
    person = _part(row, "personal")
    code, _separator, plus = text(place.get("zipCode") or place.get("zip") or place.get("zipcode")).partition("-")
    return CardAddress(
        firstname=text(person.get("firstName")),
        lastname=text(person.get("lastName")),
        organisation=text(person.get("toOrganization") or person.get("organization") or person.get("businessName")),
        address1=text(place.get("address1")),
        address2=text(place.get("address2")),
        city=text(place.get("city")),
        state_code=text(place.get("state")),
        zip5=code,
        zip4=text(place.get("zip4")) or plus,
    )


def _part(row: Mapping[str, Any], name: str) -> Mapping[str, Any]:
    part = row.get(name)
    return part if isinstance(part, Mapping) else row


def rows_of(payload: Any, *names: str) -> list[Mapping[str, Any]]:
    """Return the objects that a response lists, bare or under one of these names."""
    found = payload
    if isinstance(payload, Mapping):
        found = next((payload[name] for name in names if isinstance(payload.get(name), list)), None)
    return [row for row in found if isinstance(row, Mapping)] if isinstance(found, list) else []


def listed_rows(payload: Any, *names: str) -> list[Mapping[str, Any]]:
    """Return `rows_of` a list that must be there: a renamed list must not look like one without rows.
    Raises VendorProtocolError for anything else but nothing at all.
    """
    known = isinstance(payload, list) or (isinstance(payload, Mapping) and any(name in payload for name in names))
    if payload is not None and not known:
        raise VendorProtocolError("LettrLabs answered another thing than a list.")
    return rows_of(payload, *names)
