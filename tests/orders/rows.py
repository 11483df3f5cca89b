"""Orders as the intake leaves them, made directly."""

from decimal import Decimal
from typing import Any

from django.utils import timezone

from backoffice.accounts.models import Shop
from orders.models import Address, AddressRole, Order, OrderDocument, OrderLine
from orders.models.document import DocumentKind
from orders.models.line import LineKind

SKU = "TPD123LD02LAXALOP"
FILE = {"url": "https://files.example.com/a4.pdf", "type": "front"}


def make_order(
    *lines: dict[str, Any], reference: str = "", documents: int = 0, shop: Shop | None = None, **changes: Any
) -> Order:
    """Make an order with its recipient; each of `lines` changes one line, none: one line of five mugs with a file."""
    shop = shop or Shop.objects.get_or_create(code="WEB", defaults={"name": "Web shop"})[0]
    number = Order.objects.count() + 100001
    order = Order.objects.create(
        shop=shop,
        number=f"{shop.code}-{number}",
        reference=reference or f"SHOP-{number}",
        placed_at=timezone.now(),
        currency="EUR",
        total=Decimal("189.00"),
        **changes,
    )
    Address.objects.create(
        order=order,
        role=AddressRole.RECIPIENT,
        firstname="Jana",
        lastname="Größer",
        street="Hauptstraße 42",
        zip="10115",
        city="Berlin",
        country_code="DE",
    )
    OrderLine.objects.bulk_create(
        OrderLine(order=order, position=position, **_line(position) | line)
        for position, line in enumerate(lines or [{}], start=1)
    )
    OrderDocument.objects.bulk_create(
        OrderDocument(order=order, kind=DocumentKind.DELIVERY_SLIP, url=f"https://files.example.com/slip{index}.pdf")
        for index in range(documents)
    )
    return order


def _line(position: int) -> dict[str, Any]:
    return {
        "reference": f"L{position}",
        "kind": LineKind.FILES,
        "vendor": "mypromo",
        "sku": SKU,
        "name": "Mug",
        "quantity": 5,
        "unit_price": Decimal("1.29"),
        "files": [FILE],
    }
