"""What is sent to LettrLabs: bodies as their documents describe them."""

from collections.abc import Sequence
from typing import Any

from backoffice.vendors.card_messages import CardAddress, ConversionToReport, Mailing

LONGEST_CONVERSION_TEXT = 255
# What a checkout without a body is assumed to choose: the first of each list of values, and false for what is left out.
WITHOUT_CHOICES = Mailing(postage="Standard", speed="Normal", hold_until=None, auto_bill=False)


def recipients_bodies(cards: Sequence[CardAddress]) -> dict[str, Any]:
    """Return the same recipients in each shape that a document shows, the likeliest first; either appends."""
    rows = [recipient(card) for card in cards]
    return {"object": {"recipients": rows}, "array": rows}


def recipient(card: CardAddress) -> dict[str, Any]:
    """Return a nested recipient, without what is empty."""
    address = {
        "address1": card.address1,
        "address2": card.address2,
        "city": card.city,
        "state": card.state_code,
        "zipCode": card.zip5,
        "zip4": card.zip4,
        "country": "US",
    }
    personal = {"firstName": card.firstname, "lastName": card.lastname, "toOrganization": card.organisation}
    return {"address": _filled(address), "personal": _filled(personal)}


def checkout_body(mailing: Mailing) -> dict[str, Any]:
    """Return the checkout with all that can be chosen: how to mail, and how to pay."""
    return {
        "postageType": mailing.postage,
        "productionSpeed": mailing.speed,
        "holdUntilDate": mailing.hold_until.isoformat() if mailing.hold_until else None,
        "autoBill": mailing.auto_bill,
    }


def preview_params(mailing: Mailing | None) -> dict[str, str]:
    """Return the query of a price; without a `mailing` that of a checkout without a body."""
    if mailing is None:
        return {}
    hold = {"holdUntilDate": mailing.hold_until.isoformat()} if mailing.hold_until else {}
    return {"postage": mailing.postage, "production": mailing.speed, **hold}


def conversion(row: ConversionToReport) -> dict[str, Any]:
    """Return one sale. `orderId` is what LettrLabs tells repeats by."""
    buyer = row.buyer
    place = {
        "address1": buyer.address1,
        "address2": buyer.address2,
        "city": buyer.city,
        "state": buyer.state_code,
        "zipCode": f"{buyer.zip5}-{buyer.zip4}" if buyer.zip4 else buyer.zip5,
        "country": "US" if buyer.zip5 else "",
    }
    values = {
        "firstName": buyer.firstname[:LONGEST_CONVERSION_TEXT],
        "lastName": buyer.lastname[:LONGEST_CONVERSION_TEXT],
        "businessName": buyer.organisation[:LONGEST_CONVERSION_TEXT],
        "primaryAddress": _filled(place),
        "primaryEmail": buyer.email[:LONGEST_CONVERSION_TEXT],
        "orderId": row.order_id,
        "eventDate": row.at.strftime("%Y-%m-%dT%H:%M:%SZ"),
    }
    return {**_filled(values), "revenue": row.revenue}


def _filled(values: dict[str, Any]) -> dict[str, Any]:
    return {name: value for name, value in values.items() if value not in ("", {}, None)}
