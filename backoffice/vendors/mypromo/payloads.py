"""From our words to mypromo's: the bodies of "create order" and "add item", and what all bodies share.

What is not given is sent as null where their examples show null, and left out where they leave it out. Texts with
a minimum of two characters are never sent shorter: mypromo refuses "" there.
"""

from collections.abc import Mapping
from typing import Any

from msgspec.structs import asdict, replace

from backoffice.vendors.messages import (
    Credentials,
    DocumentLink,
    FileLink,
    LineToPlace,
    OrderToPlace,
    PostalAddress,
    RemoteLineKind,
)
from backoffice.vendors.mypromo.limits import ADDRESS_LIMITS

_OF_EXPORT = ("iban", "bic_or_swift", "account_holder", "eori_number")
_OF_KEPT = ("address_id", "address_key")
EXPORT_FIELDS = tuple(name for name in PostalAddress.__struct_fields__ if name not in _OF_KEPT)
ADDRESS_FIELDS = tuple(name for name in EXPORT_FIELDS if name not in _OF_EXPORT)
DOCUMENT_TYPES = {"delivery_slip": "deliverySlip", "label": "label"}


def order_payload(
    order: OrderToPlace,
    *,
    callback: dict[str, Any] | None,
    faked: Mapping[str, bool] | None = None,
    with_contact: bool = False,
) -> dict[str, Any]:
    """Return the body of "create order". `faked` are the flags of their sandbox with their values, which the live
    system must never see; `with_contact` a recipient without e-mail or telephone gets the customer's.

    `invoice` is left out on purpose: their SDK's notes say that it does not work. Without `shipper` and `export`
    mypromo takes the addresses assigned to the client.
    """
    payload: dict[str, Any] = {
        "reference": order.reference,
        "reference2": order.reference2 or None,
        "complaint": order.complaint,
        "express_production": order.express_production,
        "express_shipping": order.express_shipping,
        "recipient": _address(_reachable(order) if with_contact else order.recipient, ADDRESS_FIELDS),
    }
    optional = {
        "callback": callback,
        "generic_label": _label(order.generic_label),
        "custom_properties": _properties(order.custom_properties),
        "shipper": _own_address(order.shipper, ADDRESS_FIELDS),
        "export": _own_address(order.export, EXPORT_FIELDS),
        "files": [_document(document) for document in order.documents],
    }
    payload |= {name: value for name, value in optional.items() if value}
    return payload | dict(faked or {})


def line_payload(line: LineToPlace) -> dict[str, Any]:
    """Return the body of "add item", whose kind follows from the keys: `files`, `designs`, or neither for stock."""
    payload: dict[str, Any] = {"reference": line.reference, "quantity": line.quantity}
    if line.kind is RemoteLineKind.DESIGN:
        payload["designs"] = [{"id": line.design_id}]
    else:
        payload["sku"] = line.sku
    optional = {
        "custom_properties": _properties(line.custom_properties),
        "files": [_file(file) for file in line.files] if line.kind is RemoteLineKind.FILES else [],
        "customs": line.customs and asdict(line.customs),
    }
    return payload | {name: value for name, value in optional.items() if value}


def amazon_line_payload(line: LineToPlace, *, urls: tuple[str, ...]) -> dict[str, Any]:
    """Return the body of "add item from amazon custom"; `urls` name the configurations."""
    return line_payload(line) | {"amazon_custom": [{"url": url} for url in urls]}


def _reachable(order: OrderToPlace) -> PostalAddress:
    """Return the recipient with the customer's e-mail and telephone where there is none, and they fit."""
    recipient, sale = order.recipient, order.sale
    if sale is None:
        return recipient
    phone = "" if recipient.mobile or len(sale.phone) > ADDRESS_LIMITS["phone"][1] else sale.phone
    return replace(recipient, email=recipient.email or sale.email, phone=recipient.phone or phone)


def _address(address: PostalAddress, names: tuple[str, ...]) -> dict[str, str | None]:
    given = {name: getattr(address, name) for name in names}
    return {name: value if len(value) >= _least(name) else None for name, value in given.items()}


def _least(name: str) -> int:
    return max(1, ADDRESS_LIMITS.get(name, (0, 0))[0])


def _own_address(address: PostalAddress | None, names: tuple[str, ...]) -> dict[str, Any] | None:
    """Return shipper or export. Of one that is kept at mypromo no field is emptied: only what is given goes along."""
    if address is None:
        return None
    number = address.address_id
    kept: dict[str, Any] = {
        "address_id": int(number) if number.isdecimal() else number or None,
        "address_key": address.address_key or None,
    }
    given = _address(address, names)
    if address.is_kept_at_vendor:
        given = {name: value for name, value in given.items() if value is not None}
    return {**kept, **given}


def _properties(properties: dict[str, str]) -> list[dict[str, str]]:
    return [{"key": key, "value": value} for key, value in properties.items()]


def _file(file: FileLink) -> dict[str, Any]:
    return {"url": file.url} | ({"type": file.type} if file.type else {}) | _auth(file.credentials)


def _document(document: DocumentLink) -> dict[str, Any]:
    given = {"carrier": document.carrier.lower(), "tracking_code": document.tracking_code}
    return {
        "url": document.url,
        "type": DOCUMENT_TYPES[document.kind],
        **{name: value for name, value in given.items() if value},
        **_auth(document.credentials),
    }


def _label(link: FileLink | None) -> dict[str, Any] | None:
    return None if link is None else {"url": link.url, **_auth(link.credentials)}


def _auth(credentials: Credentials | None) -> dict[str, Any]:
    if credentials is None or credentials.scheme == "none":
        return {}
    if credentials.scheme == "header":
        return {"auth": {"header": credentials.header}}
    return {"auth": {"basic": {"username": credentials.username, "password": credentials.password}}}
