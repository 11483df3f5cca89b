"""Published ratings: read from the sandbox, kept, shown to staff and storefronts."""

from collections.abc import Iterator
from decimal import Decimal
from typing import Any

import pytest
from django.contrib.auth.models import Permission, User
from django.core.management import CommandError, call_command
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext
from django.urls import reverse

from backoffice.accounts.models import Shop
from backoffice.sandbox import Sandbox, running_sandbox
from backoffice.vendors.rating_messages import PublishedRating, PublishedReview
from catalog.models import Product, Rating, RatingReading, Review
from catalog.services.ratings import read_ratings, store_rating, summarize
from catalog.services.runs import _LOCK_SPACE as LOCK_SPACE
from catalog.services.runs import SyncRunning
from catalog.tasks import read_ratings as task
from tests.api.storefront import Storefront, make_storefront, make_variant
from tests.orders.rows import make_order

pytestmark = pytest.mark.django_db

LIST = reverse("admin:catalog_rating_changelist")
HOSTILE = "<script>alert('canary')</script><img src=x onerror=alert(1)> Fine & good"


@pytest.fixture
def sandbox(settings: Any) -> Iterator[Sandbox]:
    with running_sandbox(manual_clock=True) as running:
        settings.GUARANTEED_REVIEWS_URL = running.guaranteed_reviews.public_url
        settings.GUARANTEED_REVIEWS_PUBLIC_KEYS = ["WEB=12/de/sandbox-public-key-12", "WEB=13/fr/sandbox-public-key-13"]
        settings.GUARANTEED_REVIEWS_REQUESTS_PER_MINUTE = 60_000
        yield running


@pytest.fixture
def storefront() -> Storefront:
    return make_storefront()


def sold(*skus: str) -> list[Product]:
    """Sell products of these SKUs, each in an order of the shop."""
    products = [make_variant(sku).product for sku in skus]
    for sku in skus:
        make_order({"sku": sku})
    return products


def publish(sandbox: Sandbox, *stars: int, product: Product | None = None, site: str = "12", **facts: Any) -> None:
    for rating in stars:
        number = product.pk if product else ""
        sandbox.guaranteed_reviews.published.add(
            at="2026-11-20 10:00:00", site=site, rating=rating, product=number, **facts
        )


def asked(sandbox: Sandbox) -> int:
    return sum(n for key, n in sandbox.guaranteed_reviews.ledger.requests.items() if "public/v3" in key)


def test_ratings_of_shop_and_sold_products_are_read_and_kept(sandbox: Sandbox, storefront: Storefront) -> None:
    product, unsold = sold("A")[0], make_variant("B").product
    publish(sandbox, 5, 4, text=HOSTILE, name="Jana G.")
    publish(sandbox, 3, product=product, reply="Thank you")
    publish(sandbox, 1, product=unsold)
    run = read_ratings()
    assert (run.ratings, run.errors) == (2, 0)
    site = Rating.objects.get(number=0)
    assert (site.average, site.total, site.distribution, site.language) == (Decimal("4.50"), 2, [0, 0, 0, 1, 1], "DE")
    assert {review.text for review in site.reviews.all()} == {"Fine & good"}
    assert Rating.objects.get(product=product).reviews.get().reply == "Thank you"
    assert not Rating.objects.filter(number=unsold.pk).exists()
    assert set(RatingReading.objects.values_list("pk", "error")) == {("WEB/de", ""), ("WEB/fr", "")}


def test_reading_again_replaces_and_what_is_withdrawn_goes(sandbox: Sandbox, storefront: Storefront) -> None:
    publish(sandbox, 5, 5)
    read_ratings()
    sandbox.guaranteed_reviews.published.rows.pop()
    read_ratings()
    assert (Rating.objects.get().total, Review.objects.count()) == (1, 1)
    sandbox.guaranteed_reviews.published.rows.clear()
    read_ratings()
    assert not Rating.objects.exists()


def test_a_run_makes_no_more_calls_than_it_may_and_the_next_goes_on(
    sandbox: Sandbox, storefront: Storefront, settings: Any
) -> None:
    settings.GUARANTEED_REVIEWS_PUBLIC_KEYS = ["WEB=12/de/sandbox-public-key-12"]
    products = sold("A", "B", "C")
    for product in products:
        publish(sandbox, 4, product=product)
    read_ratings(most_calls=2)
    assert asked(sandbox) == 2
    assert RatingReading.objects.get().after == products[0].pk
    read_ratings(most_calls=3)
    assert asked(sandbox) == 5
    assert {row.number for row in Rating.objects.all()} == {product.pk for product in products}
    read_ratings(most_calls=9)
    assert RatingReading.objects.get().after == 0


def test_a_wrong_key_stops_no_other_and_is_told_without_the_key(
    sandbox: Sandbox, storefront: Storefront, settings: Any
) -> None:
    settings.GUARANTEED_REVIEWS_PUBLIC_KEYS = ["WEB=12/de/canary-wrong-key", "WEB=13/fr/sandbox-public-key-13"]
    publish(sandbox, 5, site="13")
    run = read_ratings()
    assert (run.ratings, run.errors) == (1, 1)
    text = RatingReading.objects.get(pk="WEB/de").error
    assert "refuses our credentials" in text
    assert "canary" not in text


def test_a_vendor_that_fails_leaves_what_was_read(sandbox: Sandbox, storefront: Storefront, settings: Any) -> None:
    publish(sandbox, 5)
    read_ratings()
    before = Rating.objects.values().get()
    settings.GUARANTEED_REVIEWS_PUBLIC_KEYS = ["WEB=12/de/sandbox-public-key-12"]
    sandbox.faults.add("html", vendor="guaranteed-reviews")
    assert read_ratings().errors == 1
    assert Rating.objects.values().get() == before


def test_a_key_of_no_shop_is_told(sandbox: Sandbox, settings: Any) -> None:
    settings.GUARANTEED_REVIEWS_PUBLIC_KEYS = ["NIL=12/de/sandbox-public-key-12"]
    read_ratings()
    assert "no shop with the code NIL" in RatingReading.objects.get().error
    assert asked(sandbox) == 0


def test_the_command_reads_one_shop_and_names_what_went_wrong(
    sandbox: Sandbox, storefront: Storefront, capsys: Any, settings: Any
) -> None:
    publish(sandbox, 5)
    call_command("read_ratings", shop="web", calls=5)
    shown = capsys.readouterr().out
    assert "WEB/de: read" in shown
    assert "1 ratings read." in shown
    for wrong, words in (({"shop": "NIL"}, "no shop"), ({"calls": 0}, "1 or more")):
        with pytest.raises(CommandError, match=words):
            call_command("read_ratings", **wrong)
    settings.GUARANTEED_REVIEWS_PUBLIC_KEYS = []
    with pytest.raises(CommandError, match="GUARANTEED_REVIEWS_PUBLIC_KEYS"):
        call_command("read_ratings")


def test_the_task_does_nothing_without_a_key_and_reads_with_one(
    sandbox: Sandbox, storefront: Storefront, settings: Any
) -> None:
    publish(sandbox, 5)
    task()
    assert Rating.objects.count() == 1
    settings.GUARANTEED_REVIEWS_PUBLIC_KEYS = []
    task()
    assert asked(sandbox) == 2


def test_ratings_of_several_languages_count_by_their_reviews() -> None:
    rows = [Rating(average=Decimal(5), total=3), Rating(average=Decimal(1), total=1)]
    summary = summarize(rows)
    assert summary is not None
    assert (summary.average, summary.total) == (Decimal("4.00"), 4)
    assert summarize([]) is None


def rate(shop: Shop, product: Product | None, stars: int, *, language: str = "DE", text: str = "") -> None:
    distribution = tuple(1 if star == stars else 0 for star in range(1, 6))
    review = PublishedReview(review_id="1", author=HOSTILE[:90], stars=stars, text=text)
    found = PublishedRating(1, Decimal(stars), distribution, (review,))  # type: ignore[arg-type]
    store_rating(found, shop=shop, language=language, number=product.pk if product else 0)


def test_storefronts_see_the_ratings_of_their_own_shop(storefront: Storefront) -> None:
    first, second = make_variant("A").product, make_variant("B").product
    rate(storefront.shop, first, 5)
    rate(storefront.shop, first, 4, language="FR")
    rate(make_storefront("B2B").shop, second, 1)
    products = storefront.get("catalog/products/").json()["results"]
    assert {row["id"]: row["rating"] for row in products} == {
        first.pk: {"average": 4.5, "total": 2},
        second.pk: None,
    }


@pytest.fixture
def staff(client: Client) -> Client:
    client.force_login(User.objects.create_superuser("staff"))
    return client


def test_pages_show_ratings_and_let_no_text_act(staff: Client, storefront: Storefront) -> None:
    product = make_variant("A").product
    rate(storefront.shop, None, 4, text=HOSTILE)
    rate(storefront.shop, product, 5, text=HOSTILE)
    for url in (LIST, reverse("admin:catalog_product_change", args=[product.pk])):
        shown = staff.get(url).content.decode()
        assert "of 5 stars" in shown
        assert "&lt;script&gt;alert(&#x27;canary" in shown
        assert "<script>alert('canary" not in shown
    rating = Rating.objects.get(product=product)
    assert staff.get(reverse("admin:catalog_rating_change", args=[rating.pk])).url.endswith(f"{product.pk}/change/")


def test_pages_take_as_many_queries_whatever_their_size(staff: Client, storefront: Storefront) -> None:
    product = make_variant("A").product
    rate(storefront.shop, None, 4)
    rate(storefront.shop, product, 5)
    pages = (LIST, reverse("admin:catalog_product_change", args=[product.pk]))
    counts = [_queries(staff, url) for url in pages]
    for number in range(5):
        shop = make_storefront(f"S{number}").shop
        rate(shop, None, 3)
        rate(shop, product, 3)
        rate(shop, make_variant(f"N{number}").product, 2)
    assert [_queries(staff, url) for url in pages] == counts


def _queries(staff: Client, url: str) -> int:
    with CaptureQueriesContext(connection) as context:
        assert staff.get(url).status_code == 200
    return len(context)


def test_an_empty_page_says_what_to_do_and_an_error_is_shown(staff: Client, settings: Any) -> None:
    settings.GUARANTEED_REVIEWS_PUBLIC_KEYS = []
    assert "GUARANTEED_REVIEWS_PUBLIC_KEYS" in staff.get(LIST).content.decode()
    make_storefront()
    settings.GUARANTEED_REVIEWS_PUBLIC_KEYS = ["WEB=12/de/canary-public-key"]
    RatingReading.objects.create(key_name="WEB/de", error="It refuses.")
    shown = staff.get(LIST).content.decode()
    assert "It refuses." in shown
    assert "WEB/de" in shown
    assert "canary" not in shown


def test_the_page_is_for_those_who_may_see_it(client: Client) -> None:
    user = User.objects.create_user("jana", is_staff=True)
    client.force_login(user)
    assert client.get(LIST).status_code == 403
    user.user_permissions.add(Permission.objects.get(codename="view_rating"))
    assert client.get(LIST).status_code == 200


def test_two_readings_at_once_are_refused(sandbox: Sandbox, storefront: Storefront) -> None:
    publish(sandbox, 5)
    with connection.copy().cursor() as other:  # a session of its own, as another worker has
        key = [LOCK_SPACE, "ratings:ratings"]
        other.execute("SELECT pg_advisory_lock(%s, hashtext(%s))", key)
        with pytest.raises(SyncRunning):
            read_ratings()
        other.execute("SELECT pg_advisory_unlock(%s, hashtext(%s))", key)
        other.connection.close()
    assert asked(sandbox) == 0
    read_ratings()
    assert Rating.objects.exists()
