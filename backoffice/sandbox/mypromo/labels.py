"""Shipping labels and the other files of production orders: where their bytes come from.

A file lies at an address of the merchant's. The sandbox calls loopback addresses only, and print files, slips and
supplied labels only when it fetches files at all (`fetch_files`); everything else is drawn here.
"""

import http.client
import json
from typing import Any
from urllib.parse import urlsplit

from backoffice.sandbox.mypromo.callbacks import auth_headers
from backoffice.sandbox.mypromo.pdf import A4, A6, pdf
from backoffice.sandbox.mypromo.production_store import ProductionOrder, document
from backoffice.sandbox.mypromo.reference import carriers
from backoffice.sandbox.mypromo.routing import Refusal
from backoffice.sandbox.options import Options
from backoffice.sandbox.outgoing import LOOPBACK, send
from backoffice.sandbox.wire import message

NO_LABEL = "The generic label could not be retrieved."
NO_FILE = "The file could not be retrieved."


def ask_generic_label(file: dict[str, Any], order: ProductionOrder, *, key: int) -> dict[str, Any]:
    """Return the label the merchant answers with, numbered `key`. Raises Refusal with a 400.

    A merchant that is not on loopback is taken to answer with a parcel of DHL.
    """
    if not _is_near(file["source"]):
        data = {"carrier": "dhl", "tracking_code": f"0034{order['id']:016d}", "source": ""}
    else:
        data = _read_label(_fetched(file, refusal=NO_LABEL))
    return document(key, kind="label", status="DOWNLOADED", auth=file["auth"], **data)


def content_of(file: dict[str, Any], order: ProductionOrder, *, options: Options) -> bytes:
    """Return a file's PDF; the same file always has the same bytes. Raises Refusal with a 400."""
    is_generic = file.get("type") == "label" and order["generic_label"]
    if file["source"] and _is_near(file["source"]) and (options.fetch_files or is_generic):
        return _fetched(file, refusal=NO_FILE)
    about = f"Production order {order['id']}, {order['reference'] or 'without reference'}"
    if file.get("type") == "label":
        to = order["recipient"]
        name = to["company"] or f"{to['firstname'] or ''} {to['lastname'] or ''}"
        carrier, code = file["carrier"] or "label", file["tracking_code"] or "no code"
        place = f"{to['country_code']}-{to['zip']} {to['city']}"
        return pdf(carrier.upper(), code, name, to["street"] or "", place, about, size=A6)
    title = "Delivery slip" if file.get("type") == "deliverySlip" else "Print file"
    return pdf(f"{title} {file['id']}", about, size=A4)


def _read_label(body: bytes) -> dict[str, str]:
    try:
        answer = json.loads(body)
        data = {"carrier": str(answer["carrier"]).lower(), "tracking_code": str(answer["tracking_code"])}
        data["source"] = str(answer["url"])
    except (ValueError, KeyError, TypeError) as error:
        raise Refusal(message(400, NO_LABEL)) from error
    if data["carrier"] not in {c["key"] for c in carriers()}:
        raise Refusal(message(400, NO_LABEL))
    return data


def _fetched(file: dict[str, Any], *, refusal: str) -> bytes:
    try:
        status, body = send("GET", file["source"], headers=auth_headers(file["auth"]), timeout=10)
    except (OSError, http.client.HTTPException, ValueError) as error:
        raise Refusal(message(400, refusal)) from error
    if status != 200:
        raise Refusal(message(400, refusal))
    return body


def _is_near(url: str) -> bool:
    parts = urlsplit(url)
    return parts.scheme in ("http", "https") and parts.hostname in LOOPBACK
