"""Recipients: which are complete, how they are kept, and how they are shown."""

import json
import re
from typing import Any

from backoffice.sandbox.lettrlabs.envelope import Refused
from backoffice.sandbox.wire import BadBody, Request

_WORDS = (
    "AL AK AZ AR CA CO CT DE DC FL GA HI ID IL IN IA KS KY LA ME MD MA MI MN MS MO MT NE NV NH NJ NM NY NC ND OH OK OR "
    "PA RI SC SD TN TX UT VT VA WA WV WI WY AS GU MP PR VI AA AE AP"
)
STATES = frozenset(_WORDS.split())
ADDRESS = ("address1", "address2", "city", "state", "zipCode", "zip4", "zip2", "country")
PERSONAL = ("firstName", "lastName", "toOrganization", "salutation")


class BadRecipient(ValueError):
    """The shape is wrong as a whole: that is an HTTP error, unlike an incomplete address."""


def given_recipients(request: Request, *, shape: str) -> list[Any]:
    """Return the recipients of a request in the one shape that is taken, "object" or "array". Raises Refused."""
    try:
        given = json.loads(request.body) if shape == "array" else request.json().get("recipients")
    except ValueError as error:
        raise BadBody("Syntax error.") from error
    if not isinstance(given, list):
        raise Refused(400, "The request has to be a list." if shape == "array" else "recipients is required.")
    if not given:
        raise Refused(400, "recipients is required.")
    return given


def read_recipient(value: Any) -> dict[str, Any]:
    """Take over the nested shape. Raises BadRecipient."""
    if not isinstance(value, dict) or not isinstance(value.get("address"), dict):
        raise BadRecipient("A recipient needs an address object.")
    personal = value.get("personal") or {}
    if not isinstance(personal, dict):
        raise BadRecipient("personal has to be an object.")
    for part in (value["address"], personal):
        if wrong := [name for name, text in part.items() if text is not None and not isinstance(text, str)]:
            raise BadRecipient(f"{wrong[0]} has to be a string.")
    return {
        "address": {name: value["address"].get(name) or "" for name in ADDRESS},
        "personal": {name: personal.get(name) or "" for name in PERSONAL},
        "metadata": value.get("metadata") or {},
    }


def why_undeliverable(recipient: dict[str, Any], *, bad_zips: list[str]) -> str:
    """Return why nobody would bring a letter there; empty when somebody would."""
    address, personal = recipient["address"], recipient["personal"]
    if missing := [name for name in ("address1", "city", "state", "zipCode") if not address[name].strip()]:
        return f"{missing[0]} is missing"
    if address["state"] not in STATES:
        return "state is not a US state"
    if not re.fullmatch(r"[0-9]{5}", address["zipCode"]):
        return "zipCode is not a 5-digit ZIP code"
    if address["country"] not in ("", "US", "USA"):
        return "country is not US"
    if not (personal["firstName"] or personal["lastName"] or personal["toOrganization"]):
        return "a name or an organization is missing"
    return "Address not found by USPS" if address["zipCode"] in bad_zips else ""


def spelled(recipient: dict[str, Any]) -> dict[str, Any]:
    """Return it as a post office writes it."""
    address = {name: text.upper() for name, text in recipient["address"].items()}
    address["address1"] = re.sub(r"\bSTREET\b", "ST", re.sub(r"\bAVENUE\b", "AVE", address["address1"]))
    return {**recipient, "address": address}


def flat(recipient: dict[str, Any]) -> dict[str, Any]:
    """Show it as orders do."""
    return {"id": recipient["id"], **recipient["personal"], **recipient["address"]}
