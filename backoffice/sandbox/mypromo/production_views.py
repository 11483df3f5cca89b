"""How production orders are written: list, by id and callbacks show the same.

A shipment is written in two ways: the answer to add_shipment has `tracking_code` and null where later reads have
`tracking_id` and false.
"""

from typing import Any

from backoffice.sandbox.options import Options

Json = dict[str, Any]

_HEAD = (
    "id", "order_id", "reference", "reference2", "complaint", "express_production", "express_shipping",
    "shipping_earliest", "shipping_latest",
)  # fmt: skip
_ITEM = (
    "id", "order_item_id", "reference", "quantity", "sku", "sku_fulfiller", "name", "type", "shipping_earliest",
    "shipping_latest", "shipping_late", "status", "custom_properties", "configuration",
)  # fmt: skip
_TAIL = (
    "tracking_url", "delivered", "delivery_earliest", "delivery_latest", "delivery_late", "delivered_date", "height",
    "width", "depth", "weight", "status", "force",
)  # fmt: skip


def production_order(order: Json, *, base_url: str, options: Options) -> Json:
    """Write a production order; `shipping_late` is the number 0 or 1 here."""
    clients = [{**c, "id": "id" if options.client_id_is_word else c["id"]} for c in order["clients"]]
    return {
        **{name: order[name] for name in _HEAD},
        "shipping_late": int(order["shipping_late"]),
        "status": order["status"],
        "comment": order["comment"],
        "generic_label": order["generic_label"],
        "clients": clients,
        "custom_properties": order["custom_properties"],
        "shipper": order["shipper"],
        "recipient": order["recipient"],
        "export": order["export"],
        "production_order_items": [_item(i, base_url=base_url) for i in order["items"]],
        "histories": list(order["histories"]),
        "files": [document(f, order, base_url=base_url) for f in order["files"]],
        "shipments": [_shipment(s, code_name="tracking_id", unknown=False) for s in order["shipments"]],
        "created_at": order["created_at"],
        "updated_at": order["updated_at"],
    }


def document(file: Json, order: Json, *, base_url: str) -> Json:
    """Write a delivery slip or label with its protected link."""
    path = f"{order['id']}/{file['code']}" if file["code"] else f"download/{file['id']}/p/{order['id']}"
    shown = {name: file[name] for name in ("type", "carrier", "tracking_code", "status")}
    return {"id": file["id"], "url": f"{base_url}v1/{path}", **shown}


def created_shipment(shipment: Json) -> Json:
    """Write a shipment as the call that made it is answered."""
    return _shipment(shipment, code_name="tracking_code", unknown=None)


def _shipment(shipment: Json, *, code_name: str, unknown: bool | None) -> Json:
    view = {name: shipment[name] for name in ("id", "carrier", "carrier_name")}
    view |= {code_name: shipment["tracking_code"], **{name: shipment[name] for name in _TAIL}}
    view |= {name: unknown for name in ("delivered", "delivery_late") if shipment[name] is None}
    return {**view, "production_order_items": [dict(item) for item in shipment["items"]]}


def _item(item: Json, *, base_url: str) -> Json:
    return {
        **{name: item[name] for name in _ITEM},
        "files": [
            {
                "id": f["id"],
                "url": f"{base_url}v1/download/{f['id']}/poi/{item['id']}",
                "type": f["type"],
                "status": "PREFLIGHT_FINISHED",
            }
            for f in item["files"]
        ],
        "designs": [
            {
                "id": d["id"],
                "editor_start_url": d["editor_start_url"],
                "preview_url": f"{base_url}v1/designs/{d['id']}/preview",
                "status": "PREFLIGHT_FINISHED",
            }
            for d in item["designs"]
        ],
        "customs": item["customs"],
    }
