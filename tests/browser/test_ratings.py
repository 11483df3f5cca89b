"""What buyers say and how the vendors stand, in a browser: on a desk and on a telephone, in light and dark."""

from datetime import timedelta
from decimal import Decimal
from typing import Any

import pytest
from django.utils import timezone
from playwright.sync_api import Page, expect

from backoffice.accounts.models import Shop
from backoffice.engine.models import Heartbeat, Integration
from backoffice.vendors.rating_messages import PublishedRating, PublishedReview
from catalog.models import Product
from catalog.services.ratings import store_rating
from tests.api.storefront import make_variant

pytestmark = pytest.mark.browser

WIDTHS = (390, 768, 1280)
TEXTS = (
    (5, "Jana G.", "The mugs look exactly like the picture, and they came a day early.", "Thank you, Jana!"),
    (4, "Tom B.", "Good print, the box was a little dented.", ""),
    (5, "محمد", "ممتاز، شكرا", ""),
    (2, "W" * 60, "<b>Not</b> " + "long" * 60, ""),
)


def rate(shop: Shop, product: Product | None, *, total: int, distribution: tuple[int, int, int, int, int]) -> None:
    now = timezone.now()
    reviews = tuple(
        PublishedReview(str(number), name, stars, text, now - timedelta(days=number), reply)
        for number, (stars, name, text, reply) in enumerate(TEXTS, start=1)
    )
    stars = sum(star * count for star, count in enumerate(distribution, start=1))
    average = (Decimal(stars) / total).quantize(Decimal("0.01"))
    found = PublishedRating(total, average, distribution, reviews)
    store_rating(found, shop=shop, language="DE", number=product.pk if product else 0)


@pytest.fixture
def rated(transactional_db: None) -> Product:
    """Make two shops with ratings, and a product that both have sold."""
    Heartbeat.objects.create(name="sweep", at=timezone.now())
    shops = [Shop.objects.create(code=code, name=name) for code, name in (("WEB", "Web shop"), ("B2B", "For firms"))]
    products = [make_variant(f"MUG-{number}").product for number in range(6)]
    for number, shop in enumerate(shops):
        rate(shop, None, total=1284 - 1000 * number, distribution=(12, 20, 52, 300 - 200 * number, 900 - 800 * number))
        for place, product in enumerate(products):
            rate(shop, product, total=20 + place, distribution=(place, 0, 1, 4, 15))
    return products[0]


def sideways(page: Page) -> int:
    return page.evaluate("document.documentElement.scrollWidth - window.innerWidth")


def test_staff_read_what_buyers_say(page: Page, rated: Product) -> None:
    page.goto("/admin/catalog/rating/")
    shop = page.get_by_role("region", name="Web shop DE")
    expect(shop.get_by_role("img", name="4.6 of 5 stars")).to_be_visible()
    expect(shop).to_contain_text("1,284 reviews")
    expect(shop).to_contain_text("<b>Not</b>")
    for width in WIDTHS:
        page.set_viewport_size({"width": width, "height": 900})
        assert sideways(page) <= 0, width
    page.get_by_role("link", name=str(rated)).first.click()
    expect(page.get_by_role("region", name="Customer reviews from Web shop")).to_contain_text("20 reviews")
    for width in WIDTHS:
        page.set_viewport_size({"width": width, "height": 900})
        assert sideways(page) <= 0, width


def test_vendors_are_named_in_words_and_those_not_set_up_take_little_room(page: Page, settings: Any) -> None:
    settings.GUARANTEED_REVIEWS_KEYS = ["WEB=12/de/canary-secret"]
    settings.AUTOLETTER_TOKEN = settings.LETTRLABS_API_KEY = ""
    Integration.objects.create(vendor="guaranteed-reviews", last_success_at=timezone.now())
    page.goto("/admin/backoffice/integration/")
    used = page.get_by_role("region", name="Guaranteed Reviews")
    expect(used).to_contain_text("Asks customers for reviews by e-mail")
    unused = page.get_by_role("region", name="LettrLabs")
    expect(unused).to_contain_text("mails them in campaigns")
    assert unused.bounding_box()["height"] < used.bounding_box()["height"] / 2
    assert unused.bounding_box()["y"] > used.bounding_box()["y"]
    assert "canary" not in page.content()
    for width in WIDTHS:
        page.set_viewport_size({"width": width, "height": 900})
        assert sideways(page) <= 0, width
    page.goto("/admin/today/")
    expect(page.get_by_role("region", name="Vendors")).to_contain_text("Guaranteed Reviews")
