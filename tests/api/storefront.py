"""A storefront's side of the API, what it finds in the catalogue, and an order that would be taken."""

import copy
import uuid
from decimal import Decimal
from typing import Any

from django.test import Client
from django.utils import timezone

from backoffice.accounts.models import ApiKey, ApiKeyUse, Shop
from catalog.models import PriceTier, Product, Variant, VariantText
from fulfillment.models import Country, State

CARD, PEN, SIGN = "MP-F1-C0000003", "MP-S1-P0000001", "MP-F1-N0000009"

ORDER = {
    "reference": "WEB-1001",
    "placed_at": "2026-11-20T10:30:00Z",
    "currency": "EUR",
    "total": "189.00",
    "customer": {
        "email": "jana@example.com",
        "firstname": "Jana",
        "lastname": "Größer",
        "phone": None,
        "accepts_letters": True,
        "accepts_review_request": True,
    },
    "recipient": {
        "company": None,
        "firstname": "Jana",
        "lastname": "Größer",
        "street": "Hauptstraße 42",
        "care_of": None,
        "zip": "10115",
        "city": "Berlin",
        "state_code": None,
        "country_code": "DE",
        "phone": None,
        "email": None,
    },
    "invoice_address": None,
    "shipper": None,
    "export": None,
    "shipping_method": "Standard",
    "express_shipping": False,
    "express_production": False,
    "complaint": False,
    "custom_properties": {"campaign": "autumn"},
    "lines": [
        {
            "reference": "1",
            "sku": CARD,
            "quantity": 100,
            "unit_price": "1.29",
            "files": [
                {
                    "url": "https://files.example.com/a4.pdf",
                    "type": "front",
                    "auth": {"basic": {"username": "u", "password": "canary-pass"}},
                }
            ],
            "customs": {
                "description": "Printed matter",
                "number": "49119900",
                "origin": "DE",
                "currency": "EUR",
                "amount": "10.50",
            },
        },
        {"reference": "2", "design_id": 9, "quantity": 50, "unit_price": "1.20"},
    ],
    "documents": [],
}


class Storefront:
    """A shop's side of the API: JSON in, JSON out."""

    def __init__(self, shop: Shop, key: str) -> None:
        self.shop = shop
        self.key = key
        self.client = Client(headers={"Authorization": f"Bearer {key}"})

    def get(self, path: str, query: dict[str, Any] | None = None) -> Any:
        return self.client.get(f"/api/v1/{path}", query or {})

    def post(self, path: str, body: object, **headers: str) -> Any:
        return self.client.post(f"/api/v1/{path}", body, content_type="application/json", headers=headers)

    def patch(self, path: str, body: object, **headers: str) -> Any:
        return self.client.patch(f"/api/v1/{path}", body, content_type="application/json", headers=headers)

    def place(self, body: object, *, key: str = "", query: str = "") -> Any:
        return self.post(f"orders/{query}", body, **{"Idempotency-Key": key or uuid.uuid4().hex})


def make_test_storefront(storefront: "Storefront") -> "Storefront":
    """Return the same shop with a test key."""
    _row, key = ApiKey.objects.create_key(name="sandbox", shop=storefront.shop, is_test=True)
    return Storefront(storefront.shop, key)


def make_storefront(code: str = "WEB", **fields: Any) -> Storefront:
    # Most tests place one body many times.
    shop = Shop.objects.create(code=code, name=f"Shop {code}", **{"duplicate_window_minutes": 0} | fields)
    row, key = ApiKey.objects.create_key(name="tests", shop=shop)
    # Its use was noted just now, so that no request counts the note that is made once a minute.
    ApiKeyUse.objects.create(key=row, used_at=timezone.now())
    return Storefront(shop, key)


def build_order(**changes: Any) -> dict[str, Any]:
    """Return an order body; `build_order(**{"recipient.street": "..."})` sets fields by paths, dots and numbers. Other
    lines bring their total with them.
    """
    body = copy.deepcopy(ORDER)
    if lines := changes.get("lines"):
        body["total"] = _total_of(lines)
    for path, value in changes.items():
        *parents, last = path.split(".")
        place: Any = body
        for name in parents:
            place = place[int(name) if name.isdecimal() else name]
        place[last] = value
    return body


def _total_of(lines: list[dict[str, Any]]) -> str:
    """Return the net total, as the shops of tests have no tax; the usual total where the lines are wrong on purpose."""
    try:
        total = sum(Decimal(line["unit_price"]) * int(line["quantity"]) for line in lines)
    except (ArithmeticError, KeyError, TypeError, ValueError):
        return str(ORDER["total"])
    return f"{total:.2f}"


def make_variant(sku: str, **fields: Any) -> Variant:
    """Make a variant with purchase tiers from 1, 100 and 500, and sales and recommended tiers from 1 and 100."""
    now = timezone.now()
    product = Product.objects.create(
        vendor="mypromo", vendor_id=f"G{sku}", name=f"Group {sku}", changed_at=now, created_at=now
    )
    known = {"name": f"Variant {sku}", "personalized": True, "order_max_qty": 200_000} | fields
    variant = Variant.objects.create(
        product=product, vendor="mypromo", vendor_id=f"V{sku}", sku=sku, changed_at=now, created_at=now, **known
    )
    for price_list, tiers in {
        "purchase": {1: "0.90", 100: "0.70", 500: "0.50"},
        "sales": {1: "1.50", 100: "1.29"},
        "recommended": {1: "1.60", 100: "1.40"},
    }.items():
        PriceTier.objects.bulk_create(
            PriceTier(variant=variant, price_list=price_list, quantity=quantity, price=price)
            for quantity, price in tiers.items()
        )
    VariantText.objects.create(variant=variant, language="DE", name=f"Variante {sku}", description="<p>Gut</p>")
    return variant


def make_catalog() -> dict[str, Variant]:
    """Make something printed, from stock, and in tier quantities only; Germany and the United States."""
    germany = Country.objects.create(iso2="DE", iso3="DEU", name="Germany")
    State.objects.create(country=germany, iso2="BE", name="Berlin")
    states = Country.objects.create(iso2="US", iso3="USA", name="United States", state_mandatory=True)
    State.objects.create(country=states, iso2="CA", name="California")
    return {
        CARD: make_variant(CARD),
        PEN: make_variant(PEN, personalized=False, order_min_qty=10, order_max_qty=1000),
        SIGN: make_variant(SIGN, tier_price_qty_only=True),
    }
