"""From our words to theirs: the body of "create order"."""

from typing import Any

from backoffice.vendors.messages import LineToPlace, OrderToPlace, PostalAddress


def order_payload(order: OrderToPlace) -> dict[str, Any]:
    """Return the draft with all its items."""
    return {
        "external_id": order.reference,
        "recipient": _recipient(order.recipient),
        "items": [item_payload(line) for line in order.lines],
    }


def _recipient(address: PostalAddress) -> dict[str, str]:
    """Return one line beside the street, and one name: a company without a person stands in it."""
    person = f"{address.firstname} {address.lastname}".strip()
    beside = (address.care_of, address.department, address.district)
    return {
        "name": person or address.company,
        "company": address.company,
        "address1": address.street,
        "address2": ", ".join(text for text in beside if text),
        "city": address.city,
        "zip": address.zip,
        "state_code": address.state_code,
        "country_code": address.country_code,
        "phone": address.phone or address.mobile,
        "email": address.email,
    }


def item_payload(line: LineToPlace) -> dict[str, Any]:
    files = [{"url": file.url, "type": file.type} for file in line.files]
    return {"external_id": line.reference, "sku": line.sku, "quantity": line.quantity, "files": files}
