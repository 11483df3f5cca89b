"""A shop that sells signs, the vendor's calls as it signs them, and orders of what shoppers designed."""

import hmac
import json
import time
from decimal import Decimal
from typing import Any

from django.test import Client

from backoffice.accounts.models import Shop
from backoffice.vendors.sign_messages import DesignedPicture, DesignedProduct
from catalog.models import CustomProduct
from catalog.services.custom_products import take_product
from orders.models import Order
from orders.models.line import LineKind
from tests.orders.rows import make_order

SECRET, HOOK_SECRET = "an integration secret", "a webhook secret"
URL = "/callbacks/sign-customiser/{topic}/"


def make_shop(code: str = "WEB", **fields: Any) -> Shop:
    given = {"name": f"Shop {code}", "sign_integration_id": 42, "tax_percent": Decimal(19)}
    given |= {"duplicate_window_minutes": 0} | fields
    return Shop.objects.create(code=code, **given)


def signed(body: bytes, *, secret: str) -> dict[str, str]:
    timestamp = str(int(time.time()))
    signature = hmac.new(secret.encode(), timestamp.encode() + b"." + body, "sha256").hexdigest()
    return {"x-webhook-timestamp": timestamp, "x-webhook-signature": signature}


def tell(client: Client, topic: str, content: object, *, secret: str = "", tail: str = "") -> Any:
    """Return what the vendor's call is answered with; `content` is JSON unless it is bytes already."""
    body = content if isinstance(content, bytes) else json.dumps(content).encode()
    secret = secret or (SECRET if topic == "product-created" else HOOK_SECRET)
    url = URL.format(topic=topic) + tail
    return client.post(url, body, content_type="application/json", headers=signed(body, secret=secret))


def product_body(product_id: int = 1, **changes: Any) -> dict[str, Any]:
    given = {
        "product_id": product_id,
        "title": "Neon heart",
        "description": "Pink",
        "description_html": '<p onclick="x()">Pink <script>alert(1)</script><b>heart</b></p>',
        "external_data": {"font": "Yellowtail"},
        "price": 11900,
        "compare_price": 15000,
        "customiser_id": 7,
        "logo_upload_id": None,
        "product_image_url": "https://cdn.example.com/1.png",
        "uploads": [],
        "created_at": "2026-11-20T10:30:00.000000Z",
        "updated_at": "2026-11-20T10:30:00.000000Z",
    }
    return {"product": given | changes}


def design(shop: Shop, vendor_id: str = "1", **fields: Any) -> CustomProduct:
    """Return a product as the callback leaves it."""
    given: dict[str, Any] = {"title": "Neon heart", "price": 11900, "compare_price": 15000} | fields
    pictures = given.pop("pictures", (DesignedPicture(url="https://cdn.example.com/1.png"),))
    message = DesignedProduct(vendor="sign-customiser", vendor_id=vendor_id, pictures=pictures, **given)
    return take_product(message, shop=shop).product


def sign_line(product: CustomProduct, **changes: Any) -> dict[str, Any]:
    return {
        "kind": LineKind.SIGN,
        "vendor": "sign-customiser",
        "sku": product.external_id,
        "custom_product": product.external_id,
        "name": product.title,
        "quantity": 1,
        "unit_price": Decimal("100.0000"),
        "tax_percent": Decimal(19),
        "files": [],
    } | changes


def sign_order(*products: CustomProduct, **changes: Any) -> Order:
    """Return a new order of these, with all that the vendor wants to know."""
    given = {
        "customer_email": "jana@example.com", "customer_firstname": "Jana", "customer_lastname": "Größer",
    } | changes  # fmt: skip
    return make_order(*[sign_line(product) for product in products], **given)
