"""What customers wrote of the goods that sell best, for the vendor of reviews to publish."""

from datetime import datetime, timedelta

from django.db.models import Count

from backoffice.accounts.models import Shop
from backoffice.demo.sandbox import Sandbox
from catalog.models import Variant
from orders.models import OrderLine

# The shop's number at the vendor.
SITE = "12"
PRODUCTS = 8
# Stars, author, text, and how many days ago it was written.
REVIEWS = (
    (5, "Jana G.", "Beautifully printed, and here two days early.", 3),
    (5, "Thomas B.", "Our team loves them.", 6),
    (4, "Élodie L.", "Good quality; the blue is a little darker than on the screen.", 8),
    (5, "Sabine K.", "Third order, always the same quality.", 11),
    (4, "Matthias G.", "Sturdy box, nothing broken.", 13),
    (3, "Ulrike W.", "Fine, but delivery took a week.", 16),
    (5, "Robert V.", "Sharp print even in small letters.", 19),
    (5, "Chloé D.", "Exactly what we needed for the trade fair.", 22),
    (2, "Nils P.", "A few pieces were scratched; the refund came quickly.", 24),
    (4, "Johanna P.", "Nice colours, easy to order.", 27),
)


def publish_reviews(sandbox: Sandbox, shop: Shop, *, now: datetime) -> None:
    """Have the vendor publish reviews of the shop and of its goods that sell best."""
    sandbox.publish_reviews(reviews_of(0, now=now), site=SITE, product_id=None)
    for place, product_id in enumerate(best_sellers(shop)):
        sandbox.publish_reviews(reviews_of(place, now=now), site=SITE, product_id=product_id)


def best_sellers(shop: Shop) -> list[int]:
    """Return the products that are in most of the shop's orders, best first."""
    lines = OrderLine.objects.filter(order__shop=shop).values("sku").annotate(orders=Count("order"))
    skus = [row["sku"] for row in lines.order_by("-orders", "sku")[:PRODUCTS]]
    products = dict(Variant.objects.filter(sku__in=skus).values_list("sku", "product"))
    return list(dict.fromkeys(products[sku] for sku in skus if sku in products))


def reviews_of(place: int, *, now: datetime) -> list[dict[str, object]]:
    """Return what is published of the product at that place among those that sell best: of the first ones most."""
    count = max(len(REVIEWS) - place, 3)
    chosen = [REVIEWS[(place * 3 + number) % len(REVIEWS)] for number in range(count)]
    return [
        {"rating": stars, "name": author, "text": text, "date": f"{now - timedelta(days=days):%Y-%m-%d %H:%M:%S}"}
        for stars, author, text, days in chosen
    ]
