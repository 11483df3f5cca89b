"""The demo's second shop runs on WooCommerce: connected, half of its products mapped, and customers buy there."""

import time
from collections.abc import Callable
from decimal import Decimal
from itertools import cycle
from typing import Any
from urllib.parse import urljoin

from django.db.models import Prefetch

from backoffice.accounts.models import Shop
from backoffice.demo.sandbox import Sandbox
from catalog.models import PriceList, PriceTier, Variant
from orders.connectors.woocommerce.models import WooConnection, WooProduct
from orders.connectors.woocommerce.services.connections import ConnectionValues, add_connection, set_up
from orders.connectors.woocommerce.services.mapping import map_products
from orders.connectors.woocommerce.services.shop_products import read_products_due

ACTOR = "demo"
# How many goods it sells, how many of these under a SKU of its own, and how many of those are mapped by hand.
GOODS, RENAMED = 8, 4
MOST_ORDERS, SECONDS = 10, 45
TAX = Decimal("0.19")
SHIPPING = Decimal("4.90")
_CENT = Decimal("0.01")
_BUYERS = (
    ("Nora", "Lindqvist", "Sonnenallee 12", "12047", "Berlin"),
    ("Emil", "Brandt", "Deichstraße 3", "20459", "Hamburg"),
    ("Aylin", "Yıldız", "Rosenweg 8", "50667", "Köln"),
    ("Marek", "Nowak", "Am Anger 21", "99084", "Erfurt"),
    ("Giulia", "Conti", "Lindenstraße 40", "80331", "München"),
)


class WooShop:
    """What customers find there: each good with its number, our SKU, a quantity that can be ordered, and its price."""

    def __init__(self, sandbox: Sandbox, goods: list[dict[str, Any]]) -> None:
        self._sandbox, self._goods = sandbox, goods

    def keep_buying(self, *, most: int = MOST_ORDERS, seconds: float = SECONDS) -> None:
        """Have a customer buy now and then."""
        goods = cycle(self._goods[:RENAMED])
        for buyer in _BUYERS * (most // len(_BUYERS)):
            self.buy(next(goods), buyer)
            time.sleep(seconds)

    def buy_unmapped(self) -> None:
        """Have a customer buy what is not mapped yet: the order waits until it is."""
        self.buy(self._goods[-1], _BUYERS[-1])

    def buy(self, good: dict[str, Any], buyer: tuple[str, ...]) -> None:
        net = (good["price"] * good["quantity"]).quantize(_CENT)
        taxes = (net * TAX).quantize(_CENT), (SHIPPING * TAX).quantize(_CENT)
        address = dict(zip(("first_name", "last_name", "address_1", "postcode", "city"), buyer, strict=True))
        address |= {"country": "DE", "email": f"{buyer[0].lower()}@example.com"}
        self._sandbox.buy_at_woocommerce(
            total=str(net + SHIPPING + sum(taxes)),
            billing=address,
            shipping=address,
            line_items=[_line(good, net=net, tax=taxes[0])],
            tax_lines=[
                {
                    "rate_id": 3,
                    "label": "MwSt.",
                    "rate_percent": 19,
                    "tax_total": str(taxes[0]),
                    "shipping_tax_total": str(taxes[1]),
                }
            ],
        )


def open_woo_shop(*, sandbox_url: str, say: Callable[[str], None]) -> WooShop | None:
    """Connect the shop, put goods on sale there and map half of them; safe to repeat. None without goods."""
    sandbox, goods = Sandbox(sandbox_url), _goods()
    if not goods:
        return None
    sandbox.offer_at_woocommerce([_product(good) for good in goods])
    shop, _ = Shop.objects.get_or_create(code="PINE", defaults={"name": "Paper & Pine", "tax_percent": 19})
    connection = WooConnection.objects.filter(shop=shop).first() or add_connection(
        shop,
        ConnectionValues(
            urljoin(sandbox_url, "/woocommerce/"),
            "ck_sandbox",
            "cs_sandbox",
            paid_statuses=["processing", "completed"],
            hold_status="on-hold",
            send_stock=True,
        ),
        actor=ACTOR,
    )
    set_up(connection)
    read_products_due(seconds=20)
    named = {good["id"]: good["our_sku"] for good in goods[:RENAMED]}
    products = WooProduct.objects.filter(connection=connection, product_id__in=named, sku="")
    map_products(connection, {product.pk: named[product.product_id] for product in products}, actor=ACTOR)
    say(f"{shop.name} runs on WooCommerce: its orders come in by themselves, see WooCommerce in the staff pages.")
    return WooShop(sandbox, goods)


def _goods() -> list[dict[str, Any]]:
    """Return goods of the catalogue that need no print files; there they cost half as much again as we pay."""
    tiers = PriceTier.objects.filter(price_list=PriceList.PURCHASE).order_by("quantity")
    variants = Variant.objects.filter(
        personalized=False, active=True, available=True, orderable=True, test_product=False, gone_at=None
    ).prefetch_related(Prefetch("tiers", tiers))
    found = [variant for variant in variants.order_by("pk")[:200] if variant.tiers.all()]
    return [_good(place, variant) for place, variant in enumerate(found[:GOODS])]


def _good(place: int, variant: Variant) -> dict[str, Any]:
    tier = variant.tiers.all()[0]
    return {
        "id": 101 + place,
        "our_sku": variant.sku,
        "sku": f"PINE-{101 + place}" if place < RENAMED else variant.sku,
        "name": variant.name or variant.sku,
        "quantity": max(variant.order_min_qty, tier.quantity),
        "price": (tier.price * Decimal("1.5")).quantize(_CENT),
    }


def _product(good: dict[str, Any]) -> dict[str, Any]:
    return {"id": good["id"], "name": good["name"], "sku": good["sku"], "manage_stock": True, "stock_quantity": 100}


def _line(good: dict[str, Any], *, net: Decimal, tax: Decimal) -> dict[str, Any]:
    return {
        "id": good["id"],
        "name": good["name"],
        "product_id": good["id"],
        "variation_id": 0,
        "sku": good["sku"],
        "quantity": good["quantity"],
        "subtotal": str(net),
        "total": str(net),
        "total_tax": str(tax),
        "taxes": [{"id": 3, "total": str(tax), "subtotal": str(tax)}],
        "meta_data": [],
    }
