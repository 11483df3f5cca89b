"""The five ways an order is written in answers; they differ in which keys are missing.

| | create, list | by id, callbacks | submit | cancel |
|---|---|---|---|---|
| `callback` | url, authType | url | url | – |
| `generic_label` | url, authType | url, authType | – | – |
| `custom_properties` | yes | yes | yes | – |
| item `type` | yes | yes | – | – |
| item file `authType` | yes | – | – | – |
| order file `authType` | yes | yes | – | – |
| shipment `force` | – | yes | – | – |
"""

from typing import Any

Json = dict[str, Any]

_HEAD = (
    "id", "reference", "reference2", "complaint", "express_production", "express_shipping", "shipping_earliest",
    "shipping_latest", "shipping_late", "status", "comment",
)  # fmt: skip
_ITEM = (
    "id",
    "reference",
    "quantity",
    "sku",
    "type",
    "shipping_earliest",
    "shipping_latest",
    "shipping_late",
    "status",
)
_DOCUMENT = ("id", "url", "type", "carrier", "tracking_code", "status")


def listed(order: Json) -> Json:
    """Write an order as create and list show it."""
    view = _head(order)
    view["callback"] = _endpoint(order["callback"], auth=True)
    view["generic_label"] = _endpoint(order["generic_label"], auth=True)
    view["custom_properties"] = order["custom_properties"]
    items = [_item(i, typed=True, auth=True) for i in order["items"]]
    shipments = [{k: v for k, v in s.items() if k != "force"} for s in order["shipments"]]
    return _finish(view, order, items=items, document_auth=True, shipments=shipments)


def by_id(order: Json) -> Json:
    """Write an order as `GET v1/orders/{id}` and callbacks show it."""
    view = _head(order)
    view["callback"] = _endpoint(order["callback"], auth=False)
    view["generic_label"] = _endpoint(order["generic_label"], auth=True)
    view["custom_properties"] = order["custom_properties"]
    items = [_item(i, typed=True, auth=False) for i in order["items"]]
    return _finish(view, order, items=items, document_auth=True, shipments=order["shipments"])


def submitted(order: Json) -> Json:
    """Write an order as submit answers it."""
    view = _head(order)
    view["callback"] = _endpoint(order["callback"], auth=False)
    view["custom_properties"] = order["custom_properties"]
    items = [_item(i, typed=False, auth=False) for i in order["items"]]
    return _finish(view, order, items=items, document_auth=False, shipments=order["shipments"])


def canceled(order: Json) -> Json:
    """Write an order as cancel answers it."""
    items = [_item(i, typed=False, auth=False) for i in order["items"]]
    return _finish(_head(order), order, items=items, document_auth=False, shipments=order["shipments"])


def created_item(item: Json) -> Json:
    """Write an item as its creation answers it: its files have no type yet."""
    view = _item(item, typed=True, auth=False)
    view["files"] = [{"id": f["id"], "url": f["url"], "status": f["status"]} for f in item["files"]]
    return view


def _head(order: Json) -> Json:
    return {name: order[name] for name in _HEAD}


def _finish(view: Json, order: Json, *, items: list[Json], document_auth: bool, shipments: list[Json]) -> Json:
    return {
        **view,
        "shipper": order["shipper"],
        "recipient": order["recipient"],
        "export": order["export"],
        "items": items,
        "histories": list(order["histories"]),
        "files": [_file(f, _DOCUMENT, auth=document_auth) for f in order["files"]],
        "shipments": [dict(s) for s in shipments],
        "created_at": order["created_at"],
        "updated_at": order["updated_at"],
    }


def _item(item: Json, *, typed: bool, auth: bool) -> Json:
    view = {name: item[name] for name in _ITEM if typed or name != "type"}
    view["custom_properties"] = item["custom_properties"]
    view["files"] = [_file(f, ("id", "url", "type", "status"), auth=auth) for f in item["files"]]
    view["designs"] = [dict(d) for d in item["designs"]]
    view["customs"] = item["customs"]
    return view


def _file(file: Json, names: tuple[str, ...], *, auth: bool) -> Json:
    view = {name: file[name] for name in names}
    return {**view, "authType": auth_type(file["auth"])} if auth else view


def _endpoint(endpoint: Json | None, *, auth: bool) -> Json | None:
    if endpoint is None:
        return None
    view = {"url": endpoint["url"]}
    return {**view, "authType": auth_type(endpoint.get("auth"))} if auth else view


def auth_type(auth: Json | None) -> str | None:
    """Return the name of an auth object's kind; credentials are never echoed."""
    return next(iter(auth)) if auth else None
