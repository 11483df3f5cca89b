"""What `POST v1/orders` and its items accept: the limits of the document, nothing looser."""

from typing import Any

from backoffice.sandbox.mypromo.catalog import Catalogue, Variant
from backoffice.sandbox.mypromo.checking import Errors
from backoffice.sandbox.mypromo.reference import carriers, country_by_code, state_codes
from backoffice.sandbox.mypromo.routing import Refusal
from backoffice.sandbox.options import Options
from backoffice.sandbox.wire import message

MOST_ITEMS = 50
MOST_ITEMS_WITH_DOCUMENTS = 1
NO_CONTRACT = "You have no contract with this client. You can see your current contracts in the dashboard."
PROCESSED = "You cannot edit a processed order."

# field: shortest and longest text
ADDRESS_TEXTS: dict[str, tuple[int, int]] = {
    "reference": (2, 50),
    "firstname": (0, 30),
    "lastname": (0, 30),
    "company": (0, 30),
    "street": (0, 30),
    "care_of": (0, 30),
    "district": (0, 30),
    "phone": (0, 30),
    "fax": (0, 30),
    "mobile": (0, 30),
    "vat_id": (0, 30),
    "commercial_register_entry": (2, 50),
}
_AUTHS = ("basic", "header", "oauth1", "oauth2")
_FILE_AUTHS = ("basic", "header", "oauth1", "oauth2")
_FLAGS = ("complaint", "express_production", "express_shipping", "fake_preflight", "fake_shipment")


def check_order(order: dict[str, Any], *, options: Options) -> None:
    """Check a new order. Raises Refusal with a 422 that names every field."""
    errors = Errors()
    # the document gives no length for the order's own references; 50 is that of an address's reference
    for name in ("reference", "reference2"):
        errors.text(name, order.get(name), most=50)
    for name in _FLAGS:
        errors.flag(name, order.get(name))
        if options.live and name.startswith("fake_") and order.get(name) is not None:
            errors.add(name, f"The {name} option is available in the sandbox only.")
    for name in ("callback", "generic_label"):
        check_endpoint(errors, name, order.get(name))
    errors.properties("custom_properties", order.get("custom_properties"))
    _check_address(errors, "recipient", order.get("recipient"), required=True)
    for name in ("shipper", "export"):
        _check_address(errors, name, order.get(name), required=False)
    for n, row in enumerate(errors.rows("files", order.get("files"))):
        _check_document(errors, f"files.{n}", row)
    errors.refuse()


def check_item(
    item: dict[str, Any], *, order: dict[str, Any], catalogue: Catalogue, sku: str | None, least: int
) -> Variant:
    """Check a new item and return its variant; `sku` is the design's when it has one, `least` the characters that its
    reference needs. Raises Refusal: 400 or 422.
    """
    errors = Errors()
    _check_room(errors, order)
    errors.text("reference", item.get("reference"), least=least, most=50)
    errors.properties("custom_properties", item.get("custom_properties"))
    _check_customs(errors, item.get("customs"))
    if item.get("amazon_custom") is not None:
        errors.add("amazon_custom", "Amazon custom items are not available yet.")
    if item.get("files") and item.get("designs"):
        errors.add("files", "The files and designs fields cannot be combined.")
    for n, row in enumerate(errors.rows("files", item.get("files"))):
        errors.address_of_file(f"files.{n}.url", row.get("url"), schemes=("https", "sftp"))
        errors.text(f"files.{n}.type", row.get("type"), most=50)
        errors.auth(f"files.{n}.auth", row.get("auth"), kinds=_FILE_AUTHS)
    requested = sku if sku is not None else item.get("sku")
    if not requested:
        errors.required("sku")
        errors.refuse()
    variant = catalogue.find(requested) if isinstance(requested, str) else None
    if variant is None or (sku is not None and item.get("sku") not in (None, sku)):
        errors.selected("sku")
        errors.refuse()
    assert variant is not None
    _check_variant(errors, item, variant)
    errors.refuse()
    if not variant.orderable():
        raise Refusal(message(400, NO_CONTRACT))
    return variant


def check_endpoint(errors: Errors, path: str, value: Any) -> None:
    """Check an optional address with credentials, such as that of a callback."""
    if value is None:
        return
    if not isinstance(value, dict):
        errors.add(path, f"The {path} must be an array.")
        return
    errors.address_of_file(f"{path}.url", value.get("url"), schemes=("https", "http"))
    errors.auth(f"{path}.auth", value.get("auth"), kinds=_AUTHS)


def _check_address(errors: Errors, path: str, value: Any, *, required: bool) -> None:
    if value is None:
        if required:
            errors.required(path)
        return
    if not isinstance(value, dict):
        errors.add(path, f"The {path} must be an array.")
        return
    if not required and (value.get("address_id") or value.get("address_key")):
        return  # an address kept at the client
    for name, (least, most) in ADDRESS_TEXTS.items():
        errors.text(f"{path}.{name}", value.get(name), least=least, most=most)
    if not value.get("lastname") and not value.get("company"):
        errors.add(f"{path}.lastname", f"The {path}.lastname field is required when {path}.company is not present.")
    errors.text(f"{path}.zip", value.get("zip"), least=3, most=10, required=True)
    errors.text(f"{path}.city", value.get("city"), least=2, most=30, required=True)
    errors.email(f"{path}.email", value.get("email"))
    _check_country(errors, path, value)


def _check_country(errors: Errors, path: str, address: dict[str, Any]) -> None:
    code = address.get("country_code")
    if not code:
        errors.required(f"{path}.country_code")
        return
    country = country_by_code().get(code) if isinstance(code, str) else None
    if country is None:
        errors.selected(f"{path}.country_code")
        return
    state = address.get("state_code")
    if country["state_mandatory"] and not state:
        errors.required(f"{path}.state_code")
    elif country["state_mandatory"] and state not in state_codes(country["iso2"]):
        errors.selected(f"{path}.state_code")


def _check_document(errors: Errors, path: str, row: dict[str, Any]) -> None:
    errors.address_of_file(f"{path}.url", row.get("url"), schemes=("https", "sftp"))
    errors.auth(f"{path}.auth", row.get("auth"), kinds=_FILE_AUTHS)
    if row.get("type") not in ("deliverySlip", "label"):
        errors.selected(f"{path}.type")
    carrier = row.get("carrier")
    if carrier is not None and str(carrier).lower() not in {c["key"] for c in carriers()}:
        errors.selected(f"{path}.carrier")


def _check_room(errors: Errors, order: dict[str, Any]) -> None:
    most = MOST_ITEMS_WITH_DOCUMENTS if order["files"] or order["generic_label"] else MOST_ITEMS
    if len(order["items"]) >= most:
        errors.add("items", f"The order may not have more than {most} items.")


def _check_customs(errors: Errors, value: Any) -> None:
    if value is None:
        return
    if not isinstance(value, dict):
        errors.add("customs", "The customs must be an array.")
        return
    errors.text("customs.description", value.get("description"), most=255)
    errors.text("customs.number", value.get("number"), most=50)
    origin = value.get("origin")
    if origin and origin not in country_by_code():
        errors.selected("customs.origin")
    errors.text("customs.currency", value.get("currency"), least=3, most=3)
    amount = value.get("amount")
    if amount is not None and (isinstance(amount, bool) or not isinstance(amount, int | float)):
        errors.add("customs.amount", "The customs.amount must be a number.")


def _check_variant(errors: Errors, item: dict[str, Any], variant: Variant) -> None:
    if not variant.active:
        errors.add("sku", "The product is not available.")
    if variant.personalized and not item.get("files") and not item.get("designs") and not item.get("amazon_custom"):
        errors.required("files")
    quantity = item.get("quantity")
    if quantity is None:
        errors.required("quantity")
    elif isinstance(quantity, bool) or not isinstance(quantity, int):
        errors.add("quantity", "The quantity must be an integer.")
    else:
        _check_quantity(errors, quantity, variant)


def _check_quantity(errors: Errors, quantity: int, variant: Variant) -> None:
    if variant.tier_only and quantity not in variant.quantities:
        errors.selected("quantity")
    elif quantity < variant.quantities[0]:
        errors.add("quantity", f"The quantity must be at least {variant.quantities[0]}.")
    elif quantity > variant.max_qty:
        errors.add("quantity", f"The quantity may not be greater than {variant.max_qty}.")
    elif variant.stock is not None and quantity > variant.stock:
        errors.add("quantity", "The quantity is not in stock.")
