"""What is written into an order there: read first, so that what is there already is not written again.

A parcel is a note and an entry in `_wc_shipment_tracking_items`, as shipment tracking plug-ins read it. Of ours go
carrier, tracking code and link, and nothing else: no vendor, no cost, no comment.
"""

from typing import Any

from backoffice.text.translatable import gettext as _
from fulfillment.models import Shipment
from orders.connectors.woocommerce.services.client import WooClient, WooUnavailable

TRACKING_META = "_wc_shipment_tracking_items"
# An order that stands like this is not moved by us.
ENDS = frozenset({"cancelled", "refunded", "trash"})


def write_parcel(client: WooClient, woo_id: int, shipment: Shipment, *, is_mailed: bool) -> bool:
    """Have the parcel in the order, once. Raise WooRefused, WooUnavailable."""
    if shipment.tracking_code:
        _write_meta(client, woo_id, shipment)
    notes = client.rows(f"orders/{woo_id}/notes")
    if not any(isinstance(note, dict) and _mark(shipment) in str(note.get("note")) for note in notes):
        client.post(f"orders/{woo_id}/notes", {"note": note_of(shipment), "customer_note": is_mailed})
    return True


def write_status(client: WooClient, woo_id: int, status: str) -> bool:
    """Set the status of the order; return False where it has ended there, and is left alone."""
    current = _read(client, woo_id).get("status")
    if current in ENDS or current == "completed" != status:
        return False
    if current != status:
        client.put(f"orders/{woo_id}", {"status": status})
    return True


def note_of(shipment: Shipment) -> str:
    """Return the note about a parcel; its number at the end is how it is known again. In English, whoever works here:
    WooCommerce keeps it for the shop.
    """
    words = ["Shipped"]
    if shipment.carrier:
        words.append(f"with {shipment.carrier}")
    if shipment.tracking_code:
        words.append(f"tracking code {shipment.tracking_code}")
    if shipment.tracking_url:
        words.append(shipment.tracking_url)
    return f"{', '.join(words)} {_mark(shipment)}"


def _mark(shipment: Shipment) -> str:
    return f"(parcel {shipment.pk})"


def _write_meta(client: WooClient, woo_id: int, shipment: Shipment) -> None:
    metas = _read(client, woo_id).get("meta_data") or []
    kept = next((meta for meta in metas if isinstance(meta, dict) and meta.get("key") == TRACKING_META), {})
    value = kept.get("value")
    items = list(value.values()) if isinstance(value, dict) else list(value) if isinstance(value, list) else []
    if any(isinstance(item, dict) and item.get("tracking_number") == shipment.tracking_code for item in items):
        return
    meta: dict[str, Any] = {"key": TRACKING_META, "value": [*items, _item(shipment)]}
    if kept.get("id"):
        meta["id"] = kept["id"]
    client.put(f"orders/{woo_id}", {"meta_data": [meta]})


def _item(shipment: Shipment) -> dict[str, str]:
    return {
        "tracking_provider": "",
        "custom_tracking_provider": shipment.carrier,
        "custom_tracking_link": shipment.tracking_url,
        "tracking_number": shipment.tracking_code,
        "date_shipped": str(int(shipment.created_at.timestamp())),
        "tracking_id": f"parcel-{shipment.pk}",
    }


def _read(client: WooClient, woo_id: int) -> dict[str, Any]:
    found = client.get(f"orders/{woo_id}")
    if not isinstance(found, dict):
        raise WooUnavailable(_("WooCommerce did not return an order."))
    return found
