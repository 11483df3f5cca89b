"""What AutoLetter says of one order that it is sent: strict, from the article's tables and example."""

import re
from typing import Any

_MOMENT = re.compile(r"\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d(\.\d+)?(Z|[+-]\d\d:\d\d)")
_TEXTS = ("OrderNumber", "OrderId", "Date")
_OPTIONAL_TEXTS = ("ExternalId", "ShopId")
_ADDRESSES = ("Address", "InvoiceAddress", "LetterAddress")
_ADDRESS_FIELDS = {
    "FirstName", "LastName", "Company", "Email", "Street", "HouseNumber", "ZIP", "City", "Country",
}  # fmt: skip
_FIELDS = {*_TEXTS, *_OPTIONAL_TEXTS, *_ADDRESSES, "Total", "Products"}


def find_faults(order: Any, *, needs_house_number: bool) -> list[str]:
    """Return every fault of one order, each naming its field."""
    if not isinstance(order, dict):
        return ["The order has to be an object."]
    faults = [f"{name}: unknown field" for name in order if name not in _FIELDS]
    faults += [f"{name}: a text is required" for name in _TEXTS if not _is_text(order.get(name))]
    faults += [f"{name}: has to be a text" for name in _OPTIONAL_TEXTS if name in order and not _is_text(order[name])]
    if _is_text(order.get("Date")) and not _MOMENT.fullmatch(order["Date"]):
        faults.append("Date: has to be ISO 8601 with a zone")
    total = order.get("Total")
    if isinstance(total, bool) or not isinstance(total, (int, float)):
        faults.append("Total: a number is required")
    elif total < 0 or round(total, 2) != total:
        faults.append("Total: at least 0, with two decimals")
    if "Products" in order and not isinstance(order["Products"], list):
        faults.append("Products: has to be an array")
    for name in _ADDRESSES:
        if name == "Address" or name in order:
            faults += _address_faults(name, order.get(name), needs_house_number=needs_house_number)
    return faults


def _address_faults(name: str, address: Any, *, needs_house_number: bool) -> list[str]:
    if not isinstance(address, dict):
        return [f"{name}: an object is required"]
    faults = [f"{name}.{field}: unknown field" for field in address if field not in _ADDRESS_FIELDS]
    faults += [f"{name}.{field}: has to be a text" for field, value in address.items() if not _is_text(value)]
    if not (address.get("FirstName") or address.get("LastName")):
        faults.append(f"{name}: a name is required")
    needed = ["Street", "ZIP", "City", "Country", *(["HouseNumber"] if needs_house_number else [])]
    faults += [f"{name}.{field}: is required" for field in needed if not address.get(field)]
    if _is_text(address.get("Country")) and not re.fullmatch(r"[A-Z]{2}", address["Country"]):
        faults.append(f"{name}.Country: has to be two capital letters")
    return faults


def _is_text(value: Any) -> bool:
    return isinstance(value, str) and value != ""
