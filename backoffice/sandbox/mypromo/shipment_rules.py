"""What add_shipment accepts, and which refusal comes first.

The document gives three sentences of refusal; the other two are ours, in its style.
"""

from datetime import datetime, timedelta
from typing import Any

from backoffice.sandbox.clock import parse_iso
from backoffice.sandbox.mypromo.checking import Errors
from backoffice.sandbox.mypromo.production_store import ProductionOrder
from backoffice.sandbox.mypromo.reference import carriers
from backoffice.sandbox.mypromo.routing import Refusal
from backoffice.sandbox.options import Options
from backoffice.sandbox.wire import message

LABELS_FIRST = "Please use all supplied labels first before creating shipments with own carrier contracts."
DOWNLOAD_FIRST = "Please download label before creating a shipment for it."
TOO_MANY = "The given quantity for the item #{item} must not be greater than the remaining quantity '{remaining}'."
ITEMS_NEEDED = "Please provide production_order_items with a quantity for re-shipped packages."
REUSED = "The tracking code has already been used with this carrier within the last 3 months."
_REUSE_AFTER = timedelta(days=90)
_SIZES = ("height", "width", "depth", "weight")


def check_payload(asked: dict[str, Any], order: ProductionOrder, *, options: Options) -> dict[str, Any]:
    """Return carrier key, tracking_code, sizes, force and quantities by item (None: all). Raises Refusal with a 422."""
    errors = Errors()
    carrier = asked.get("carrier")
    known = {c["key"]: c["available"] for c in carriers()}
    if not carrier:
        errors.required("carrier")
    elif not isinstance(carrier, str) or not known.get(carrier.lower()):
        errors.selected("carrier")
    code_name = _code_name(asked, options)
    errors.text(code_name, asked.get(code_name), most=255, required=True)
    for name in _SIZES:
        value = asked.get(name)
        if value is not None and (isinstance(value, bool) or not isinstance(value, int | float) or value < 0):
            errors.add(name, f"The {name} must be a number of at least 0.")
    errors.flag("force", asked.get("force"))
    quantities = _quantities(errors, asked, order)
    errors.refuse()
    sizes = {name: asked.get(name) for name in _SIZES}
    data = {"carrier": str(carrier).lower(), "tracking_code": asked[code_name], "force": bool(asked.get("force"))}
    return {**data, **sizes, "quantities": quantities}


def check_rules(parcel: dict[str, Any], order: ProductionOrder) -> tuple[dict[int, int], dict[str, Any] | None]:
    """Return quantities by item and the label the parcel uses, if any. Raises Refusal with a 400."""
    label = _label(parcel, order)
    left = remaining(order)
    if parcel["quantities"] is None and order["shipments"]:
        raise Refusal(message(400, ITEMS_NEEDED))
    quantities: dict[int, int] = left if parcel["quantities"] is None else parcel["quantities"]
    for item, quantity in quantities.items():
        if quantity > left[item] and not parcel["force"]:
            raise Refusal(message(400, TOO_MANY.format(item=item, remaining=left[item])))
    return quantities, label


def check_reuse(parcel: dict[str, Any], orders: list[ProductionOrder], *, now: datetime) -> None:
    """Refuse a tracking code the account used with this carrier of late. Raises Refusal with a 400."""
    pair = (parcel["carrier"], parcel["tracking_code"])
    for shipment in (s for order in orders for s in order["shipments"]):
        recent = now - parse_iso(shipment["created_at"]) < _REUSE_AFTER
        if recent and (shipment["carrier"], shipment["tracking_code"]) == pair:
            raise Refusal(message(400, REUSED))


def remaining(order: ProductionOrder) -> dict[int, int]:
    """Return by item how many pieces are not shipped yet."""
    left = {item["id"]: item["quantity"] for item in order["items"]}
    for packed in (p for s in order["shipments"] for p in s["items"]):
        left[packed["id"]] = max(0, left[packed["id"]] - packed["quantity"])
    return left


def _label(parcel: dict[str, Any], order: ProductionOrder) -> dict[str, Any] | None:
    """Return the supplied label of this carrier and code; one without either fits any and is assigned."""
    unused = [f for f in order["files"] if f["type"] == "label" and f["used_by"] is None]
    unused.sort(key=lambda f: not (f["carrier"] and f["tracking_code"]))
    fits = (f for f in unused if all(f[name] in (None, parcel[name]) for name in ("carrier", "tracking_code")))
    label = next(fits, None)
    if label is None and unused and not parcel["force"]:
        raise Refusal(message(400, LABELS_FIRST))
    if label is not None and label["status"] != "DOWNLOADED":
        raise Refusal(message(400, DOWNLOAD_FIRST))
    return label


def _code_name(asked: dict[str, Any], options: Options) -> str:
    if options.tracking_name == "either":
        return "tracking_id" if asked.get("tracking_id") and not asked.get("tracking_code") else "tracking_code"
    return options.tracking_name


def _quantities(errors: Errors, asked: dict[str, Any], order: ProductionOrder) -> dict[int, int] | None:
    rows = errors.rows("production_order_items", asked.get("production_order_items"))
    own = {item["id"] for item in order["items"]}
    quantities: dict[int, int] = {}
    for n, row in enumerate(rows):
        key, quantity = row.get("id"), row.get("quantity")
        if isinstance(key, bool) or not isinstance(key, int) or key not in own:
            errors.selected(f"production_order_items.{n}.id")
        elif isinstance(quantity, bool) or not isinstance(quantity, int) or quantity < 1:
            errors.add(f"production_order_items.{n}.quantity", "The quantity must be at least 1.")
        else:
            quantities[key] = quantities.get(key, 0) + quantity
    return quantities or None
